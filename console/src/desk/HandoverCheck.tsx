import { Badge, Button, Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import classes from "./desk.module.css";
import { HandoverRow } from "./HandoverRow";
import type { Shares } from "./handovers";
import { LISTED_MOST, useHandoverDeeds } from "./useHandovers";
import type { Handover } from "./wire";

interface Props {
  readonly shares: Shares;
  readonly unread: readonly Handover[];
  /** Whether the list was read: none is not the same as not known. */
  readonly known: boolean;
  readonly onDone: (before: Handover) => void;
}

/** How many there are to read, as a number and a word. */
export function UnreadBadge({ count }: { count: number }) {
  const { t } = useTranslation("desk");
  return (
    <span role="status">
      {count > 0 ? (
        <Badge color="red" variant="light" c="var(--mantine-color-text)" tt="none" size="lg">
          <span aria-hidden>● </span>
          {t("unreadHandovers", { count })}
        </Badge>
      ) : undefined}
    </span>
  );
}

/** Before a call: what is open of mine and of my team, unread first, and a word for all of it. */
export function HandoverCheck({ shares, unread, known, onDone }: Props) {
  const { t } = useTranslation("desk");
  const deeds = useHandoverDeeds();
  const listed = shares.mine.length + shares.team.length + shares.others.length;
  return (
    <>
      {unread.length > 1 ? (
        <Button size="xs" variant="default" disabled={deeds.busy} onClick={() => void deeds.readAll(unread)}>
          {t("readAllHandovers")}
        </Button>
      ) : undefined}
      {known ? undefined : (
        <Text size="sm" c="dimmed">
          {t("lookingForHandovers")}
        </Text>
      )}
      {(["mine", "team"] as const).map((whose) => (
        <section key={whose} aria-label={t(`handoversOf.${whose}`)}>
          <Group gap={6} mt={4}>
            <Text size="sm" fw={700}>
              {t(`handoversOf.${whose}`)}
            </Text>
            {known ? (
              <Text size="sm" c="dimmed">
                {t("handoverCases", { count: shares[whose].length })}
              </Text>
            ) : undefined}
          </Group>
          <ul className={classes["plain"]}>
            {shares[whose].map((each) => (
              <HandoverRow key={each.handoverId} handover={each} check onDone={onDone} />
            ))}
          </ul>
        </section>
      ))}
      <Behind words={t("openHandovers", { count: shares.others.length })} handovers={shares.others} onDone={onDone} />
      {listed >= LISTED_MOST ? (
        <Text size="xs" c="dimmed">
          {t("newestHandovers", { count: LISTED_MOST })}
        </Text>
      ) : undefined}
    </>
  );
}

/** The rest, for whoever opens it. */
export function Behind({ words, handovers, onDone }: { words: string; handovers: readonly Handover[]; onDone: (before: Handover) => void }) {
  if (handovers.length === 0) return undefined;
  return (
    <details>
      <summary>{words}</summary>
      <ul className={classes["plain"]}>
        {handovers.map((each) => (
          <HandoverRow key={each.handoverId} handover={each} onDone={onDone} />
        ))}
      </ul>
    </details>
  );
}
