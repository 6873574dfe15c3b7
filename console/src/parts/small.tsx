/** A second, quieter line in a cell. */
import Box from "@cloudscape-design/components/box";
import type { ReactNode } from "react";

export function Small({ children }: { readonly children: ReactNode }): ReactNode {
  return (
    <Box variant="small" display="block">
      {children}
    </Box>
  );
}
