import { Button, Group, Kbd, Text } from "@mantine/core";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

import { Failed } from "../app/States";
import { usePeople } from "../people/usePeople";
import { useSession } from "../session/SessionProvider";
import classes from "./desk.module.css";
import { useDesk } from "./DeskProvider";
import { Behind, HandoverCheck, UnreadBadge } from "./HandoverCheck";
import { focusHandovers, HandoverRow } from "./HandoverRow";
import { sharesOf, unexpired, unreadOf } from "./handovers";
import { Panel } from "./Panel";
import { useClient } from "./useContact";
import { useCallersHandovers, useOpenHandovers } from "./useHandovers";
import { useNow } from "./useNow";
import type { Handover } from "./wire";

/** What was handed over about the caller, to be read before the answer; before a call, what is mine, my team's and unread. */
export function Handovers({ onWrite }: { onWrite: (() => void) | undefined }) {
  const { t } = useTranslation("desk");
  const { contactId } = useDesk();
  const { user } = useSession();
  const { person } = usePeople();
  const clientId = useClient()?.clientId ?? "";
  const callers = useCallersHandovers();
  const open = useOpenHandovers(clientId);
  const now = useNow();
  const theirs = unexpired(contactId ? (callers.data ?? []) : [], now);
  const known = new Set(theirs.map((each) => each.handoverId));
  const others = unexpired(open.data ?? [], now).filter((each) => !known.has(each.handoverId));
  const shares = sharesOf(others, user, person);
  const unread = contactId === "" ? unreadOf(shares) : [];
  const failed = callers.error ?? open.error;
  const done = useRef<Handover>(undefined);
  const onDone = (before: Handover) => {
    done.current = before;
  };
  useEffect(() => {
    const before = done.current;
    const shown = [...theirs, ...others].find((each) => each.handoverId === before?.handoverId);
    if (!before || (shown?.takenBy === before.takenBy && shown.read === before.read)) return;
    done.current = undefined;
    // The button that was pressed is gone: whoever works by keyboard goes on with what follows it.
    if (document.activeElement === document.body) focusHandovers(before.handoverId);
  });
  return (
    <Panel
      name={t("handovers")}
      className={classes["handoverPlace"]}
      aside={
        <Group gap="xs" wrap="nowrap">
          <UnreadBadge count={unread.length} />
          <Button size="xs" variant="default" disabled={!onWrite} onClick={() => onWrite?.()} rightSection={<Kbd size="xs">N</Kbd>}>
            {t("writeHandover")}
          </Button>
        </Group>
      }
    >
      <div id="desk-handovers" tabIndex={-1}>
        <div role="status">
          {theirs.length > 0 ? (
            <Text size="sm" fw={800} className={classes["mustRead"] ?? ""}>
              <span aria-hidden>⚠ </span>
              {t("mustRead", { count: theirs.length })}
            </Text>
          ) : undefined}
        </div>
        <ul className={classes["plain"]}>
          {theirs.map((each) => (
            <HandoverRow key={each.handoverId} handover={each} mustRead onDone={onDone} />
          ))}
        </ul>
        {failed ? (
          <Failed
            error={failed}
            again={() => {
              void callers.refetch();
              void open.refetch();
            }}
          />
        ) : undefined}
        {contactId === "" ? (
          <HandoverCheck shares={shares} unread={unread} known={open.data !== undefined} onDone={onDone} />
        ) : (
          <>
            {!failed && theirs.length === 0 ? (
              <Text size="sm" c="dimmed">
                {t(callers.data ? "noHandover" : "lookingForHandovers")}
              </Text>
            ) : undefined}
            <Behind words={t("otherHandovers", { count: others.length })} handovers={others} onDone={onDone} />
          </>
        )}
      </div>
    </Panel>
  );
}
