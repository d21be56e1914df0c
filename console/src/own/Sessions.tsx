import { Badge, Button, Group, PasswordInput, Stack, Table, Text } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useFormats } from "../app/dates";
import { Failed, Loading } from "../app/States";
import { endSessions, ownSessions } from "./own";
import { NotTaken } from "./PasswordForm";

/** Where one is signed in, and the end of it elsewhere. */
export function Sessions() {
  const { t } = useTranslation("own");
  const { dateTime } = useFormats();
  const [password, setPassword] = useState("");
  const { data, error, refetch } = useQuery({ queryKey: ["own-sessions"], queryFn: ({ signal }) => ownSessions(signal) });
  const end = useMutation({
    mutationFn: (sessionId: string | undefined) => endSessions(sessionId, password),
    onSuccess: async () => {
      setPassword("");
      await refetch();
    },
  });
  if (error) return <Failed error={error} again={() => void refetch()} />;
  if (!data) return <Loading height={120} />;
  const others = data.filter((each) => !each.here);
  return (
    <Stack>
      <Text size="sm">{t("sessionsHint")}</Text>
      <Table.ScrollContainer minWidth={420}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("began")}</Table.Th>
              <Table.Th>{t("seen")}</Table.Th>
              <Table.Td />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {data.map((each) => {
              const began = dateTime(new Date(each.beganAt));
              return (
                <Table.Tr key={each.sessionId}>
                  <Table.Td>{began}</Table.Td>
                  <Table.Td>{dateTime(new Date(each.seenAt))}</Table.Td>
                  <Table.Td ta="right">
                    {each.here ? (
                      <Badge variant="light" c="var(--mantine-color-text)" tt="none">
                        {t("here")}
                      </Badge>
                    ) : (
                      <Button size="xs" variant="default" aria-label={t("endOf", { began })} onClick={() => end.mutate(each.sessionId)}>
                        {t("end")}
                      </Button>
                    )}
                  </Table.Td>
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {others.length > 0 ? (
        <>
          <PasswordInput
            label={t("proof")}
            description={t("proofHint")}
            autoComplete="current-password"
            value={password}
            onChange={(e) => setPassword(e.currentTarget.value)}
            visibilityToggleButtonProps={{ "aria-label": t("showPassword") }}
          />
          {end.isError ? <NotTaken error={end.error} /> : undefined}
          <Group justify="flex-end">
            <Button variant="default" loading={end.isPending} onClick={() => end.mutate(undefined)}>
              {t("endAll")}
            </Button>
          </Group>
        </>
      ) : (
        <Text size="sm" c="dimmed">
          {t("alone")}
        </Text>
      )}
    </Stack>
  );
}
