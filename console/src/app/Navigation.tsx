import { Anchor, Group } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";

import { useSession } from "../session/SessionProvider";
import { pagesOf } from "./pages";

const NarrowNavigation = lazy(async () => ({ default: (await import("./NarrowNavigation")).NarrowNavigation }));

/** Mantine's breakpoint "md". */
const NARROW = "(max-width: 61.99em)";

/** Where a person can go: a row of links, or a menu where the screen is narrow or enlarged. */
export function Navigation({ path }: { path: string }) {
  const { t } = useTranslation("app");
  const { user } = useSession();
  const narrow = useMediaQuery(NARROW);
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
      {narrow ? (
        <Suspense>
          <NarrowNavigation pages={pages} here={here} />
        </Suspense>
      ) : undefined}
    </nav>
  );
}
