import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Names } from "../useNames";
import { usePart, useStores } from "../FloorProvider";
import { orderFor, purposeFor } from "../model/order";
import type { EndReason, Mode, Purpose, Supervision } from "../model/rows";
import { carryOut, changeMode, end, entryOf, reasonOf, sendText, setFollowing } from "./requests";

/** Ends that the supervisor chose, or that nothing is to be said about. */
const WORDLESS: ReadonlySet<EndReason> = new Set(["SUPERVISION_END_REASON_UNSPECIFIED", "SUPERVISION_END_REASON_ENDED"]);

/** A sentence for the supervisor; `asks`: the seat whose operator would have to be asked anew. */
export interface Notice {
  readonly words: string;
  readonly refused: boolean;
  readonly asks?: string;
}

/** What the supervisor hears, and everything that they can do about it. */
export interface Listening {
  readonly mine: Supervision | undefined;
  readonly busy: boolean;
  readonly notice: Notice | undefined;
  readonly say: (notice: Notice | undefined) => void;
  /** Does something; a refusal becomes a notice in people's words about this operator. */
  readonly doing: (work: () => Promise<unknown>, operatorId?: string) => Promise<boolean>;
  readonly listen: (operatorId: string, purpose?: Purpose) => void;
  readonly askAnew: (operatorId: string) => void;
  readonly mode: (mode: Mode) => void;
  readonly follow: () => void;
  readonly text: (text: string) => Promise<boolean>;
  readonly end: () => void;
}

/** What the supervisor does; `note`: what a training is about, for the operator who is asked. */
export function useListening(me: string, usual: Purpose, note: string, names: Names): Listening {
  const { t, i18n } = useTranslation("floor");
  const { floor } = useStores();
  const supervisions = usePart("supervisions");
  const mine = useMemo(() => [...supervisions.values()].find((each) => each.supervisorId === me), [supervisions, me]);
  const [busy, setBusy] = useState(false);
  const [notice, say] = useState<Notice>();

  const refusal = useCallback(
    (reason: string, operatorId: string): Notice => {
      const key = `refusal.${reason}` as "refusal.OTHER";
      const known = i18n.exists(key, { ns: "floor" });
      const words = t(known ? key : "refusal.OTHER", { name: operatorId && names.name(operatorId), reason });
      return { words, refused: true, ...(reason === "CONSENT_REQUIRED" ? { asks: operatorId } : {}) };
    },
    [i18n, names, t],
  );
  const doing = useCallback(
    async (work: () => Promise<unknown>, operatorId = ""): Promise<boolean> => {
      setBusy(true);
      say(undefined);
      try {
        await work();
        return true;
      } catch (error) {
        say(refusal(reasonOf(error), operatorId));
        return false;
      } finally {
        setBusy(false);
      }
    },
    [refusal],
  );
  const present = useRef(mine);
  present.current = mine;
  const listen = useCallback(
    (operatorId: string, purpose?: Purpose) => {
      const seat = floor.seat(operatorId);
      if (!seat) return;
      const order = orderFor(seat, present.current, purpose ?? purposeFor(seat, usual));
      if (order.kind === "no_talk") say(refusal("NO_TALK", operatorId));
      else if (order.kind === "already") say(refusal("ALREADY", operatorId));
      else if (order.kind === "taken_over") say(refusal("TAKEN_OVER", operatorId));
      else void doing(() => carryOut(order, note.trim()), operatorId);
    },
    [doing, floor, note, refusal, usual],
  );
  useHowItEnded(mine, (reason) => say({ words: t(`ended.${reason}`), refused: false }));

  return useMemo(() => {
    const on = (work: (supervision: Supervision) => Promise<unknown>) => {
      const supervision = present.current;
      return supervision ? doing(() => work(supervision), supervision.operatorId) : Promise.resolve(false);
    };
    return {
      mine,
      busy,
      notice,
      say,
      doing,
      listen,
      askAnew: (operatorId) => {
        const contactId = floor.seat(operatorId)?.talk?.contactId;
        if (contactId === undefined) say(refusal("NO_TALK", operatorId));
        else void on(({ supervisionId, purpose }) => carryOut({ kind: "restart", supervisionId, contactId, purpose }, note.trim()));
      },
      mode: (mode) => void on(({ supervisionId }) => changeMode(supervisionId, mode)),
      follow: () => void on(({ supervisionId, following }) => setFollowing(supervisionId, !following)),
      text: (text) => on(({ supervisionId }) => sendText(supervisionId, text)),
      end: () => void on(({ supervisionId }) => end(supervisionId)),
    };
  }, [busy, doing, floor, listen, mine, note, notice, refusal]);
}

/** Tells how a supervision ended, where that needs a word. The floor says only that it is gone. */
function useHowItEnded(mine: Supervision | undefined, tell: (reason: EndReason) => void): void {
  const before = useRef<Supervision>(undefined);
  const telling = useRef(tell);
  telling.current = tell;
  useEffect(() => {
    const gone = before.current;
    before.current = mine;
    if (!gone || gone.supervisionId === mine?.supervisionId) return;
    void entryOf(gone.operatorId, gone.supervisionId).then(
      (entry) => {
        if (entry && !WORDLESS.has(entry.endedAs)) telling.current(entry.endedAs);
      },
      () => undefined,
    );
  }, [mine]);
}
