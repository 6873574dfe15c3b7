/** A dialog about what the server has: nothing can be typed before that is there, and a name that is not there says so. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ProblemAlert } from "../parts/problem.tsx";
import { Waiting } from "../parts/waiting.tsx";

export interface ReadingProps<T> {
  readonly title: string;
  readonly query: UseQueryResult<T>;
  readonly onClose: () => void;
  /** The dialog itself. */
  readonly children: (data: T) => ReactNode;
}

export function Reading<T>({ title, query, onClose, children }: ReadingProps<T>): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "everywhere" });
  if (query.data !== undefined) return children(query.data);
  const cancel = (
    <Box float="right">
      <Button variant="link" onClick={onClose}>
        {t("cancel")}
      </Button>
    </Box>
  );
  return (
    <Modal visible header={title} onDismiss={onClose} footer={cancel}>
      {query.isError ? <ProblemAlert error={query.error} onRetry={() => query.refetch()} /> : <Waiting />}
    </Modal>
  );
}
