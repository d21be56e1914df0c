import { Group, Paper, Title } from "@mantine/core";
import { type ReactNode, useId } from "react";

/** A part of the desk with its name. */
export function Panel({ name, aside, className, children }: { name: string; aside?: ReactNode; className?: string | undefined; children: ReactNode }) {
  const id = useId();
  return (
    <Paper component="section" withBorder p="sm" aria-labelledby={id} className={className ?? ""}>
      <Group justify="space-between" mb={6} wrap="nowrap" align="baseline">
        <Title order={2} size="h6" id={id}>
          {name}
        </Title>
        {aside}
      </Group>
      {children}
    </Paper>
  );
}
