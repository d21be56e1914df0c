import { Button, Center, Paper, Stack, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { LanguageSwitch } from "../app/LanguageSwitch";
import type { User } from "../session/session";
import { PasswordForm } from "./PasswordForm";

interface Props {
  readonly user: User;
  readonly onChosen: (user: User) => void;
  readonly onLeave: () => void;
}

/** Stands before every page until who was given a password has chosen their own. */
export function FirstPassword({ user, onChosen, onLeave }: Props) {
  const { t } = useTranslation("own");
  return (
    <Center component="main" mih="100vh" p="md">
      <Stack maw={560} w="100%">
        <Title order={1}>{t("first")}</Title>
        <Text>{t("firstHint")}</Text>
        <Paper withBorder p="lg">
          <PasswordForm userId={user.userId} onChosen={onChosen}>
            <Button variant="default" onClick={onLeave}>
              {t("leave")}
            </Button>
          </PasswordForm>
        </Paper>
        <LanguageSwitch />
      </Stack>
    </Center>
  );
}
