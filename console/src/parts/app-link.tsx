/** A link to a place in the console, or outside of it. */
import Link, { type LinkProps } from "@cloudscape-design/components/link";
import type { ReactNode } from "react";
import { useFollow } from "../app/follow.ts";

export function AppLink(props: LinkProps): ReactNode {
  const follow = useFollow();
  return <Link {...props} onFollow={follow} />;
}
