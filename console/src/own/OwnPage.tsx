import { Paper, Stack, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { useSession } from "../session/SessionProvider";
import { PasswordForm } from "./PasswordForm";
import { Sessions } from "./Sessions";

/** One's own password, and where one is signed in. */
export function OwnPage() {
  const { t } = useTranslation("own");
  const { user } = useSession();
  return (
    <Stack maw={640} mx="auto">
      <Title order={1}>{t("title")}</Title>
      <Paper withBorder p="lg" component="section" aria-labelledby="own-password">
        <Title order={2} id="own-password" mb="sm">
          {t("choose")}
        </Title>
        {/* The session is another from here on: streams and phone begin anew with the page. */}
        <PasswordForm userId={user.userId} onChosen={() => location.reload()} />
      </Paper>
      <Paper withBorder p="lg" component="section" aria-labelledby="own-sessions">
        <Title order={2} id="own-sessions" mb="sm">
          {t("sessions")}
        </Title>
        <Sessions />
      </Paper>
    </Stack>
  );
}
