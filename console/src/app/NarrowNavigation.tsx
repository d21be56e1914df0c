import { Button, Popover, Stack } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { PageLink } from "./PageLink";
import type { Page } from "./pages";

/** The pages as a list that opens: where the screen is narrow or enlarged. */
export function NarrowNavigation({ pages, here }: { pages: readonly Page[]; here: Page | undefined }) {
  const { t } = useTranslation("app");
  const [open, setOpen] = useState(false);
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-start" shadow="md" trapFocus returnFocus withinPortal={false}>
      <Popover.Target>
        <Button variant="default" leftSection={<span aria-hidden>☰</span>} onClick={() => setOpen((before) => !before)}>
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
  );
}
