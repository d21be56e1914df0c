import { Button, Group, Stack, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import { newRequestId, rpc } from "../api/rpc";
import { useFormats } from "../app/dates";
import { Failed } from "../app/States";
import { useSession } from "../session/SessionProvider";
import type { Recording } from "./search";

const REASON_CHARACTERS_MOST = 100;
const MAY_HOLD: ReadonlySet<string> = new Set(["manager", "auditor", "admin"]);

/** The legal holds on a recording; set and released by those who may. */
export function Holds({ recording }: { recording: Recording }) {
  const { t } = useTranslation("recordings");
  const { dateTime } = useFormats();
  const { user } = useSession();
  const queries = useQueryClient();
  const [reason, setReason] = useState("");
  const [sure, setSure] = useState<string>();
  const { contactId } = recording;
  const again = () => queries.invalidateQueries({ queryKey: ["recordings"] });
  const set = useMutation({
    mutationFn: () => rpc("RecordingService/SetLegalHold", { requestId: newRequestId(), contactId, reason: reason.trim() }),
    onSuccess: async () => {
      setReason("");
      await again();
    },
  });
  const release = useMutation({
    mutationFn: (holdId: string) => rpc("RecordingService/ReleaseLegalHold", { requestId: newRequestId(), contactId, holdId }),
    onSuccess: async () => {
      setSure(undefined);
      await again();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (reason.trim()) set.mutate();
  };
  const may = MAY_HOLD.has(user.role) && !recording.deleted;
  return (
    <Stack gap="xs" component="section" aria-labelledby="holds">
      <Title order={3} id="holds">
        {t("holds")}
      </Title>
      <Text size="sm" c="dimmed">
        {t("holdsHint")}
      </Text>
      {recording.holds.length === 0 ? <Text size="sm">{recording.held ? t("held") : t("noHold")}</Text> : undefined}
      {recording.holds.map((hold) => (
        <Group key={hold.holdId} justify="space-between">
          <Text size="sm">
            {hold.reason} {hold.setAt ? <Text span c="dimmed">{t("setAt", { when: dateTime(hold.setAt) })}</Text> : undefined}
          </Text>
          {!may ? undefined : sure === hold.holdId ? (
            <Group gap="xs" role="group" aria-label={t("releaseOf", { reason: hold.reason })}>
              <Text size="sm">{t("releaseSure")}</Text>
              <Button size="xs" variant="default" autoFocus onClick={() => setSure(undefined)}>
                {t("cancel")}
              </Button>
              <Button size="xs" color="red" loading={release.isPending} onClick={() => release.mutate(hold.holdId)}>
                {t("releaseYes")}
              </Button>
            </Group>
          ) : (
            <Button size="xs" variant="default" aria-label={t("releaseOf", { reason: hold.reason })} onClick={() => setSure(hold.holdId)}>
              {t("release")}
            </Button>
          )}
        </Group>
      ))}
      {may ? (
        <Group component="form" align="flex-end" onSubmit={submit} renderRoot={(props) => <form {...props} />}>
          <TextInput flex={1} label={t("holdReason")} required maxLength={REASON_CHARACTERS_MOST} value={reason} onChange={(e) => setReason(e.currentTarget.value)} />
          <Button type="submit" variant="default" loading={set.isPending}>
            {t("hold")}
          </Button>
        </Group>
      ) : undefined}
      {set.isError ? <Failed error={set.error} /> : undefined}
      {release.isError ? <Failed error={release.error} /> : undefined}
    </Stack>
  );
}
