import { Anchor, AppShell, Box, Button, Center, Group, Text } from "@mantine/core";
import { Link, Outlet, useRouterState } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { PersonName } from "../people/PersonName";
import { useSession } from "../session/SessionProvider";
import { LanguageSwitch } from "./LanguageSwitch";
import { PAGES, pagesOf } from "./pages";
import { ThemeSwitch } from "./ThemeSwitch";

/** What is round every page: where one can go, who one is. */
export function Shell() {
  const { t } = useTranslation("app");
  const { t: session } = useTranslation("session");
  const { user, leave } = useSession();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const page = PAGES.find((each) => each.path === path);
  const allowed = !page || page.roles.includes(user.role);
  return (
    <AppShell header={{ height: 48 }} padding="sm">
      <a className="skip-link" href="#page">
        {t("skip")}
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group component="nav" aria-label={t("pages")} gap="lg" wrap="nowrap">
            {pagesOf(user.role).map((each) => (
              <Anchor
                key={each.path}
                component={Link}
                to={each.path}
                c={each.path === path ? undefined : "var(--mantine-color-text)"}
                fw={each.path === path ? 700 : 400}
                underline={each.path === path ? "always" : "hover"}
                aria-current={each.path === path ? "page" : undefined}
              >
                {t(each.name)}
              </Anchor>
            ))}
          </Group>
          <Group gap="sm" wrap="nowrap">
            <Box>
              <PersonName person={user} />
              <Text span size="xs" c="dimmed" ml="xs">
                {session(`role.${user.role}`)}
              </Text>
            </Box>
            <LanguageSwitch />
            <ThemeSwitch />
            <Button size="xs" variant="default" onClick={() => void leave()}>
              {session("leave")}
            </Button>
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Main id="page" tabIndex={-1}>
        {allowed ? <Outlet /> : <Center h="60vh">{t("notYours")}</Center>}
      </AppShell.Main>
    </AppShell>
  );
}
