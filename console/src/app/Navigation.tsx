import { Anchor, Button, Group, Menu } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { useSession } from "../session/SessionProvider";
import { pagesOf } from "./pages";

/** Where a person can go: a row of links, or a menu where the screen is narrow or enlarged. */
export function Navigation({ path }: { path: string }) {
  const { t } = useTranslation("app");
  const { user } = useSession();
  const pages = pagesOf(user.role);
  const here = pages.find((page) => page.path === path);
  return (
    <nav aria-label={t("pages")}>
      <Group gap="lg" wrap="nowrap" visibleFrom="md">
        {pages.map((page) => (
          <Anchor
            key={page.path}
            component={Link}
            to={page.path}
            c={page === here ? undefined : "var(--mantine-color-text)"}
            fw={page === here ? 700 : 400}
            underline={page === here ? "always" : "hover"}
            aria-current={page === here ? "page" : undefined}
            style={{ whiteSpace: "nowrap" }}
          >
            {t(page.name)}
          </Anchor>
        ))}
      </Group>
      <Menu position="bottom-start" shadow="md">
        <Menu.Target>
          <Button hiddenFrom="md" variant="default" leftSection={<span aria-hidden>☰</span>}>
            {here ? t(here.name) : t("pages")}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {pages.map((page) => (
            <Menu.Item key={page.path} component={Link} to={page.path} fw={page === here ? 700 : 400} aria-current={page === here ? "page" : undefined}>
              {t(page.name)}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </nav>
  );
}
