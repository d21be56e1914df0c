import { Alert, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { useFormats } from "../app/dates";
import { useClients } from "../people/useClients";
import { useSession } from "../session/SessionProvider";
import { Decisions } from "./Decisions";
import { Holds } from "./Holds";
import { Player } from "./Player";
import type { Recording } from "./search";
import { marksOf } from "./waveform";

const MAY_ASK_WHY: ReadonlySet<string> = new Set(["supervisor", "manager", "auditor"]);

/** One recording: its sound, what holds it, and why the contact went to whom it went. */
export function Details({ recording, atMs }: { recording: Recording; atMs: number | undefined }) {
  const { t } = useTranslation("recordings");
  const { dateTime } = useFormats();
  const { user } = useSession();
  const { nameOf, reasonOf } = useClients();
  const marks = useMemo(() => marksOf(recording, atMs), [recording, atMs]);
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="recording">
      <Stack>
        <Group justify="space-between">
          <Title order={2} id="recording">
            {t("recordingOf", { when: recording.startedAt ? dateTime(recording.startedAt) : "–" })}
          </Title>
          <Text size="sm" c="dimmed">
            {nameOf(recording.clientId)} {recording.reasonId ? `· ${reasonOf(recording.clientId, recording.reasonId)}` : ""}
          </Text>
        </Group>
        {recording.deleted ? <Alert color="gray" variant="light" title={t("gone")} /> : <Player contactId={recording.contactId} startMs={atMs ?? 0} marks={marks} />}
        {user.role === "client" ? undefined : <Holds recording={recording} />}
        {MAY_ASK_WHY.has(user.role) ? <Decisions contactId={recording.contactId} /> : undefined}
      </Stack>
    </Paper>
  );
}
