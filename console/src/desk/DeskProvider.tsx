import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useReducer, useState } from "react";

import { newRequestId, rpc } from "../api/rpc";
import { follow, followWhileSeen, type StreamState } from "../api/stream";
import type { PhoneLeg, PhoneView } from "../phone/messages";
import { usePhone } from "../phone/PhoneProvider";
import { type Concerns, heeding, NOTHING } from "./rows";
import type { DeskRow, DeskState } from "./wire";

/** The operator's desk as the services have it, and how to ask something of them. */
export interface Desk {
  readonly state: DeskState | undefined;
  readonly stream: StreamState;
  readonly concerns: Concerns;
  /** The leg of the contact that rings or talks, as the media node has it. */
  readonly leg: PhoneLeg | undefined;
  /** Empty: none. */
  readonly contactId: string;
  /** What was asked and is not answered yet, by method. */
  readonly busy: ReadonlySet<string>;
  /** What was refused last. */
  readonly refusal: unknown;
  /** Asks a service; answers undefined when it was refused, which is then shown. */
  readonly ask: (method: string, body: object) => Promise<object | undefined>;
}

const DeskContext = createContext<Desk | undefined>(undefined);

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (!desk) throw new Error("useDesk outside of DeskProvider");
  return desk;
}

/** Legs by the phone's socket, or by a stream for those whose phone is a telephone. */
function useLegs(): readonly PhoneLeg[] {
  const { view, line } = usePhone();
  const [seen, setSeen] = useState<PhoneView>();
  const elsewhere = line.at === "off" || line.at === "no_microphone";
  useEffect(() => {
    if (!elsewhere) return;
    return followWhileSeen<PhoneView>("MediaService/WatchPhone", { onMessage: setSeen, onState: () => undefined });
  }, [elsewhere]);
  return (elsewhere ? seen : view)?.legs ?? [];
}

function useAsking(): Pick<Desk, "ask" | "busy" | "refusal"> {
  const [busy, setBusy] = useState<ReadonlySet<string>>(new Set());
  const [refusal, setRefusal] = useState<unknown>();
  const ask = useCallback(async (method: string, body: object) => {
    setBusy((before) => new Set([...before, method]));
    setRefusal(undefined);
    try {
      return await rpc<object>(method, { requestId: newRequestId(), ...body });
    } catch (error) {
      setRefusal(error);
      return undefined;
    } finally {
      setBusy((before) => new Set([...before].filter((each) => each !== method)));
    }
  }, []);
  return { ask, busy, refusal };
}

type Change = { readonly rows: readonly DeskRow[]; readonly snapshot: boolean };
const heed = (known: Concerns, { rows, snapshot }: Change): Concerns => heeding(known, rows, snapshot);

/** Follows the operator's desk for the pages below. */
export function DeskProvider({ children }: { children: ReactNode }) {
  const [state, setState] = useState<DeskState>();
  const [stream, setStream] = useState<StreamState>("connecting");
  const [concerns, change] = useReducer(heed, NOTHING);
  const legs = useLegs();
  const asking = useAsking();
  useEffect(() => follow<DeskState>("RoutingService/WatchDesk", { onMessage: setState, onState: setStream }), []);
  useEffect(
    () =>
      follow<{ rows: readonly DeskRow[] }>("MonitoringService/WatchOperator", {
        onMessage: ({ rows }, snapshot) => change({ rows, snapshot }),
        onState: () => undefined,
      }),
    [],
  );
  const contactId = state?.contactId ?? legs[0]?.contactId ?? "";
  const desk = useMemo(
    () => ({ state, stream, concerns, contactId, leg: legs.find((leg) => leg.contactId === contactId), ...asking }),
    [state, stream, concerns, contactId, legs, asking],
  );
  return <DeskContext.Provider value={desk}>{children}</DeskContext.Provider>;
}
