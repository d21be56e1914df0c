import { Anchor, Button, Group, Popover, Stack } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useSession } from "../session/SessionProvider";
import { type Page, pagesOf } from "./pages";

function PageLink({ page, here, onGo }: { page: Page; here: boolean; onGo?: () => void }) {
  const { t } = useTranslation("app");
  return (
    <Anchor
      component={Link}
      to={page.path}
      c={here ? undefined : "var(--mantine-color-text)"}
      fw={here ? 700 : 400}
      underline={here ? "always" : "hover"}
      aria-current={here ? "page" : undefined}
      style={{ whiteSpace: "nowrap" }}
      onClick={onGo}
    >
      {t(page.name)}
    </Anchor>
  );
}

/** Where a person can go: a row of links, or a list that opens where the screen is narrow or enlarged. */
export function Navigation({ path }: { path: string }) {
  const { t } = useTranslation("app");
  const { user } = useSession();
  const [open, setOpen] = useState(false);
  const pages = pagesOf(user.role);
  const here = pages.find((page) => page.path === path);
  return (
    <nav aria-label={t("pages")}>
      <Group gap="lg" wrap="nowrap" visibleFrom="lg">
        {pages.map((page) => (
          <PageLink key={page.path} page={page} here={page === here} />
        ))}
      </Group>
      <Popover opened={open} onChange={setOpen} position="bottom-start" shadow="md" trapFocus returnFocus withinPortal={false}>
        <Popover.Target>
          <Button hiddenFrom="lg" variant="default" leftSection={<span aria-hidden>☰</span>} onClick={() => setOpen((before) => !before)}>
            {here ? t(here.name) : t("pages")}
          </Button>
        </Popover.Target>
        <Popover.Dropdown aria-label={t("pages")}>
          <Stack gap="md">
            {pages.map((page) => (
              <PageLink key={page.path} page={page} here={page === here} onGo={() => setOpen(false)} />
            ))}
          </Stack>
        </Popover.Dropdown>
      </Popover>
    </nav>
  );
}
