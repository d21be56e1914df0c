import { Button, Group, SegmentedControl, Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useSession } from "../session/SessionProvider";
import { type Calendar, keepCalendar, useCalendar } from "./dates";
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

/** Language, brightness, calendar, one's own account, signing out. */
export function SettingsPanel() {
  const { t } = useTranslation("app");
  const { t: session } = useTranslation("session");
  const { leave } = useSession();
  const calendar = useCalendar();
  return (
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
      <Button component={Link} to="/own" size="xs" variant="default">
        {t("own")}
      </Button>
      <Button size="xs" variant="default" onClick={() => void leave()}>
        {session("leave")}
      </Button>
    </Stack>
  );
}
