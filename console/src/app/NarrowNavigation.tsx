import { Button, Menu } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import type { Page } from "./pages";

/** The pages as a menu: where the screen is narrow or enlarged. */
export function NarrowNavigation({ pages, here }: { pages: readonly Page[]; here: Page | undefined }) {
  const { t } = useTranslation("app");
  return (
    <Menu position="bottom-start" shadow="md">
      <Menu.Target>
        <Button variant="default" leftSection={<span aria-hidden>☰</span>}>
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
  );
}
