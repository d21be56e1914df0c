import { Alert, AppShell, Center, Group } from "@mantine/core";
import { Outlet, useRouterState } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

import { PhoneProvider } from "../phone/PhoneProvider";
import { PhoneStatus } from "../phone/PhoneStatus";
import { useSession } from "../session/SessionProvider";
import { Navigation } from "./Navigation";
import { PAGES } from "./pages";
import { Settings } from "./Settings";

/** Names the page in the window's title; puts the focus at the beginning of a page that one has gone to. */
function useArrival(path: string, name: string): void {
  const before = useRef(path);
  useEffect(() => {
    document.title = name;
  }, [name]);
  useEffect(() => {
    if (before.current === path) return;
    before.current = path;
    document.getElementById("page")?.focus({ preventScroll: true });
    window.scrollTo({ top: 0 });
  }, [path]);
}

/** What is round every page: where one can go, who one is. */
export function Shell() {
  const { t } = useTranslation("app");
  const { t: session } = useTranslation("session");
  const { user } = useSession();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const page = PAGES.find((each) => each.path === path);
  const allowed = !page || page.roles.includes(user.role);
  useArrival(path, page ? `${t(page.name)} · ${session("title")}` : session("title"));
  return (
    <PhoneProvider>
      <AppShell header={{ height: 52 }} padding="sm">
        <a className="skip-link" href="#page">
          {t("skip")}
        </a>
        <AppShell.Header>
          <Group h="100%" px="md" justify="space-between" wrap="nowrap">
            <Navigation path={path} />
            <Group gap="sm" wrap="nowrap">
              <PhoneStatus />
              <Settings />
            </Group>
          </Group>
        </AppShell.Header>
        <AppShell.Main id="page" tabIndex={-1}>
          {user.role !== "admin" && user.clientIds.length === 0 ? (
            <Alert variant="default" mb="sm" title={t("noClients")}>
              {t("noClientsHint")}
            </Alert>
          ) : undefined}
          {allowed ? <Outlet /> : <Center h="60vh">{t("notYours")}</Center>}
        </AppShell.Main>
      </AppShell>
    </PhoneProvider>
  );
}
