import { Button, Group } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { Failed } from "../app/States";
import { type Account, changeAccount, endSessionsOf } from "./accounts";

/** How a person gets in: where they are signed in, and whom the identity provider knows them as. */
export function AccountEntry({ account, onDone }: { account: Account; onDone: () => void }) {
  const { t } = useTranslation("accounts");
  const queries = useQueryClient();
  const act = useMutation({
    mutationFn: (what: "sessions" | "subject") => (what === "sessions" ? endSessionsOf(account.userId) : changeAccount(account.userId, { forgetSubject: true })),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["accounts"] });
      onDone();
    },
  });
  return (
    <>
      <Group gap="xs">
        <Button size="xs" variant="default" loading={act.isPending} onClick={() => act.mutate("sessions")}>
          {t("endSessions")}
        </Button>
        {account.hasSubject ? (
          <Button size="xs" variant="default" loading={act.isPending} onClick={() => act.mutate("subject")}>
            {t("forgetSubject")}
          </Button>
        ) : undefined}
      </Group>
      {act.isError ? <Failed error={act.error} /> : undefined}
    </>
  );
}
