import { Anchor } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import type { Page } from "./pages";

/** A link to a page; the present one says so. */
export function PageLink({ page, here, onGo }: { page: Page; here: boolean; onGo?: () => void }) {
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
