import { Button, Group, SegmentedControl, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { PersonName } from "../people/PersonName";
import { useSession } from "../session/SessionProvider";
import { type Calendar, keepCalendar, useCalendar } from "./dates";
import { Dropdown } from "./Dropdown";
import { LanguageSwitch } from "./LanguageSwitch";
import { ThemeSwitch } from "./ThemeSwitch";

function Row({ label, children }: { label: string; children: ReactNode }) {
  return (
    <Group justify="space-between" wrap="nowrap">
      <Text size="sm" aria-hidden>
        {label}
      </Text>
      {children}
    </Group>
  );
}

/** Who is signed in; behind the name: language, brightness, calendar, signing out. */
export function Settings() {
  const { t } = useTranslation("app");
  const { t: session } = useTranslation("session");
  const { user, leave } = useSession();
  const calendar = useCalendar();
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
      <Stack gap="sm">
        <Text fw={600}>{t("settings")}</Text>
        <Row label={t("language")}>
          <LanguageSwitch />
        </Row>
        <Row label={t("theme")}>
          <ThemeSwitch />
        </Row>
        <Row label={t("calendar")}>
          <SegmentedControl
            size="xs"
            aria-label={t("calendar")}
            value={calendar}
            onChange={(chosen) => keepCalendar(chosen as Calendar)}
            data={[
              { value: "gregory", label: t("gregory") },
              { value: "japanese", label: t("japanese") },
            ]}
          />
        </Row>
        <Button size="xs" variant="default" onClick={() => void leave()}>
          {session("leave")}
        </Button>
      </Stack>
    </Dropdown>
  );
}
