/** A pool as YAML, to be kept in a repository or given to kubectl. */
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { stringify } from "yaml";
import type { PoolDetail } from "../../../src/api/types.ts";

export function YamlTab({ pool }: { readonly pool: PoolDetail }): ReactNode {
  const { t } = useTranslation("translation");
  const text = yamlOf(pool);
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={t("pool.yaml.about")}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <CopyToClipboard
                textToCopy={text}
                copyButtonText={t("pool.yaml.copy")}
                copySuccessText={t("everywhere.copied")}
                copyErrorText={t("everywhere.notCopied")}
              />
              <Button
                iconName="download"
                download={`${pool.name}.yaml`}
                href={`data:application/yaml;charset=utf-8,${encodeURIComponent(text)}`}
              >
                {t("pool.yaml.download")}
              </Button>
            </SpaceBetween>
          }
        >
          {t("pool.yaml.title")}
        </Header>
      }
    >
      <pre className="code" tabIndex={0} aria-label={t("pool.yaml.title")}>
        {text}
      </pre>
    </Container>
  );
}

function yamlOf({ name, namespace, labels, spec }: PoolDetail): string {
  const metadata = { name, namespace, ...(Object.keys(labels).length === 0 ? {} : { labels }) };
  const object = { apiVersion: "poolkeeper.dev/v1alpha1", kind: "ManagedNodePool", metadata, spec };
  // YAML 1.1 readers take `on` and `22:30` for something else, so such texts are quoted.
  return stringify(object, { version: "1.1" });
}
