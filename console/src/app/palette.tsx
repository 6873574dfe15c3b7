/** Everything that has a name, one key away. */
import type { ReactNode } from "react";
export function Palette({ onClose }: { readonly onClose: () => void }): ReactNode {
  return onClose === undefined ? null : null;
}
