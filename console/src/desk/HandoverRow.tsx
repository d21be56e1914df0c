import { Button, Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { useFormats } from "../app/dates";
import { useSession } from "../session/SessionProvider";
import classes from "./desk.module.css";
import { deedsOf } from "./handovers";
import { useClients } from "./useContact";
import { useHandoverDeeds } from "./useHandovers";
import { useName } from "./useName";
import type { Handover } from "./wire";

interface RowProps {
  readonly handover: Handover;
  readonly mustRead?: boolean;
  /** Says whether it is unread, and offers to say that it was read. */
  readonly check?: boolean;
  /** It was taken or closed, and stood like this before. */
  readonly onDone: (before: Handover) => void;
}

/** One handover: the gist, who wrote it, until when, who deals with it; the detail behind. */
export function HandoverRow({ handover, mustRead = false, check = false, onDone }: RowProps) {
  const { t } = useTranslation("desk");
  const { user } = useSession();
  const { dateTime } = useFormats();
  const name = useName();
  const deeds = useHandoverDeeds();
  const company = useClients().find((each) => each.clientId === handover.clientId)?.name ?? "";
  const { handoverId, gist, detail, takenBy, writtenAt, expiresAt } = handover;
  const unread = check && !handover.read;
  const may = deedsOf(handover, user.userId);
  const does = async (deed: (handoverId: string) => Promise<boolean>) => {
    if (await deed(handoverId)) onDone(handover);
  };
  const said = gist || t("handoverUnreadable");
  const who = handover.userId === user.userId ? t("handoverByMe") : name(handover.userId);
  return (
    <li data-handover={handoverId} className={mustRead ? classes["mustReadRow"] : classes["handoverRow"]}>
      <Group justify="space-between" wrap="nowrap" align="flex-start" gap="xs">
        <div style={{ minWidth: 0 }}>
          <Text size={mustRead ? "md" : "sm"} fw={mustRead ? 700 : 500} className={classes["prose"] ?? ""}>
            {said}
          </Text>
          <Text size="xs" c="dimmed">
            {[mustRead ? "" : company, who, writtenAt ? dateTime(writtenAt) : "", expiresAt ? t("handoverUntil", { at: dateTime(expiresAt) }) : ""]
              .filter(Boolean)
              .join(" · ")}
          </Text>
          {unread ? (
            <Text size="xs" fw={800}>
              <span aria-hidden>● </span>
              {t("unread")}
            </Text>
          ) : undefined}
          {takenBy ? (
            <Text size="xs" fw={700}>
              {takenBy === user.userId ? t("handoverTakenByMe") : t("handoverTakenBy", { name: name(takenBy) })}
            </Text>
          ) : undefined}
          {detail ? (
            <details>
              <summary>{t("handoverDetail")}</summary>
              <Text size="sm" className={classes["prose"] ?? ""}>
                {detail}
              </Text>
            </details>
          ) : undefined}
        </div>
        <Group gap={4} wrap="nowrap" style={{ flexShrink: 0 }}>
          {unread ? (
            <Button size="xs" variant="default" disabled={deeds.busy} aria-label={`${t("readHandover")}: ${said}`} onClick={() => void does(deeds.read)}>
              {t("readHandover")}
            </Button>
          ) : undefined}
          {may.take ? (
            <Button size="xs" variant={mustRead ? "filled" : "default"} disabled={deeds.busy} aria-label={`${t("takeHandover")}: ${said}`} onClick={() => void does(deeds.take)}>
              {t("takeHandover")}
            </Button>
          ) : undefined}
          {may.close ? (
            <Button size="xs" variant="default" disabled={deeds.busy} aria-label={`${t("closeHandover")}: ${said}`} onClick={() => void does(deeds.close)}>
              {t("closeHandover")}
            </Button>
          ) : undefined}
        </Group>
      </Group>
    </li>
  );
}

/** Goes to this handover, else to the first one that one can take or close, or to what can be opened, or to the place. */
export function focusHandovers(handoverId = ""): void {
  const place = document.getElementById("desk-handovers");
  const buttons = [...(place?.querySelectorAll<HTMLElement>("li button") ?? [])].filter((each) => each.checkVisibility());
  const first = buttons.find((each) => each.closest("li")?.dataset["handover"] === handoverId) ?? buttons[0];
  (first ?? place?.querySelector<HTMLElement>("summary") ?? place)?.focus();
}
