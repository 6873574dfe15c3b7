/** Which form of an answer the client wants: the object itself, a table, or its metadata alone. Always JSON. */
import { ApiFailure } from "./status.ts";

export type Form = "object" | "table" | "metadata" | "aggregated";

export function formOf(accept: string): Form {
  if (accept.trim() === "") return "object";
  for (const range of accept.split(",")) {
    const form = formOfRange(range.trim());
    if (form !== null) return form;
  }
  throw new ApiFailure(
    406,
    "NotAcceptable",
    "only the following media types are accepted: application/json",
    {},
  );
}

function formOfRange(range: string): Form | null {
  const [mediaType = "", ...parameters] = range.split(";").map((part) => part.trim());
  if (!["application/json", "application/*", "*/*"].includes(mediaType)) return null;
  const as = parameters.find((parameter) => parameter.startsWith("as="))?.slice(3);
  if (as === undefined) return "object";
  if (as === "Table") return parameters.includes("v=v1beta1") ? null : "table";
  if (as === "PartialObjectMetadata" || as === "PartialObjectMetadataList") return "metadata";
  if (as === "APIGroupDiscoveryList") return parameters.includes("v=v2") ? "aggregated" : null;
  return null;
}
