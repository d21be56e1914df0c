import { Group } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { lazy } from "react";
import { useTranslation } from "react-i18next";

import { useSession } from "../session/SessionProvider";
import { OnDemand } from "./OnDemand";
import { PageLink } from "./PageLink";
import { pagesOf } from "./pages";

const NarrowNavigation = lazy(async () => ({ default: (await import("./NarrowNavigation")).NarrowNavigation }));

/** Mantine's breakpoint "lg". */
const NARROW = "(max-width: 74.99em)";

/** Where a person can go: a row of links, or a list that opens where the screen is narrow or enlarged. */
export function Navigation({ path }: { path: string }) {
  const { t } = useTranslation("app");
  const { user } = useSession();
  const narrow = useMediaQuery(NARROW);
  const pages = pagesOf(user.role);
  const here = pages.find((page) => page.path === path);
  return (
    <nav aria-label={t("pages")}>
      <Group gap="lg" wrap="nowrap" visibleFrom="lg">
        {pages.map((page) => (
          <PageLink key={page.path} page={page} here={page === here} />
        ))}
      </Group>
      {narrow ? (
        <OnDemand>
          <NarrowNavigation pages={pages} here={here} />
        </OnDemand>
      ) : undefined}
    </nav>
  );
}
