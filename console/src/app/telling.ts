import type { NotificationData } from "@mantine/notifications";
import i18next from "i18next";

const listeners = new Set<() => void>();
let wanted = false;

/** Whether anything was told yet: what shows it is loaded then, not with the first page. */
export const isWanted = (): boolean => wanted;

/** Calls back when the first thing is told; returns how to stop. */
export function onWanted(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

async function store() {
  const { notifications } = await import("@mantine/notifications");
  return notifications;
}

/** Tells the person something in passing. */
export async function tell(data: NotificationData): Promise<void> {
  wanted = true;
  for (const listener of listeners) listener();
  (await store()).show({ closeButtonProps: { "aria-label": i18next.t("close", { ns: "app" }) }, ...data });
}

/** Takes back what was told under an id. */
export async function takeBack(id: string): Promise<void> {
  if (wanted) (await store()).hide(id);
}
