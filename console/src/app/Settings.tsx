import { Button, Stack, Text } from "@mantine/core";
import { lazy } from "react";
import { useTranslation } from "react-i18next";

import { PersonName } from "../people/PersonName";
import { useSession } from "../session/SessionProvider";
import { Dropdown } from "./Dropdown";
import { OnDemand } from "./OnDemand";

// Loaded when it is opened.
const SettingsPanel = lazy(async () => ({ default: (await import("./SettingsPanel")).SettingsPanel }));

/** Who is signed in; behind the name: language, brightness, calendar, signing out. */
export function Settings() {
  const { t } = useTranslation("app");
  const { t: session } = useTranslation("session");
  const { user } = useSession();
  return (
    <Dropdown
      label={t("settings")}
      width={340}
      target={(opened, toggle) => (
        <Button variant="subtle" color="gray" c="var(--mantine-color-text)" h={44} px="sm" aria-haspopup="dialog" aria-expanded={opened} onClick={toggle} rightSection={<span aria-hidden>▾</span>}>
          <Stack gap={0} align="flex-end">
            <PersonName person={user} />
            <Text span size="xs" c="dimmed">
              {session(`role.${user.role}`)}
            </Text>
          </Stack>
        </Button>
      )}
    >
      <OnDemand>
        <SettingsPanel />
      </OnDemand>
    </Dropdown>
  );
}
