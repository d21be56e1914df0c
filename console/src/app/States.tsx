import { Alert, Button, Center, Group, Loader, Paper, Progress, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { detailOf, wordOf } from "./refusals";

/** Something is being fetched; stands where it will appear, so that nothing jumps. */
export function Loading({ height = 240 }: { height?: number | string }) {
  const { t } = useTranslation("app");
  return (
    <Center mih={height} role="status">
      <Group gap="sm">
        <Loader size="sm" />
        <Text c="dimmed">{t("loading")}</Text>
      </Group>
    </Center>
  );
}

/** There is nothing, and what one can do about it. */
export function Empty({ children, action }: { children: ReactNode; action?: ReactNode }) {
  return (
    <Paper withBorder p="xl" ta="center">
      <Stack align="center" gap="sm">
        <Text c="dimmed">{children}</Text>
        {action}
      </Stack>
    </Paper>
  );
}

/** Something could not be fetched or done, in people's words, with another try where that may help. */
export function Failed({ error, again }: { error: unknown; again?: () => void }) {
  const { t } = useTranslation("app");
  const detail = detailOf(error);
  return (
    <Alert role="alert" color="red" variant="light" title={t(`refused.${wordOf(error)}`)}>
      {detail ? (
        <Text size="sm" style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
          {detail}
        </Text>
      ) : undefined}
      {again ? (
        <Button mt="xs" size="xs" variant="default" onClick={again}>
          {t("again")}
        </Button>
      ) : undefined}
    </Alert>
  );
}

/** A long work runs. */
export function Working({ children }: { children: ReactNode }) {
  return (
    <Stack gap={4} role="status">
      <Text size="sm">{children}</Text>
      <Progress value={100} animated striped aria-hidden />
    </Stack>
  );
}
