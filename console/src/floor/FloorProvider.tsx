import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState, useSyncExternalStore } from "react";

import { follow, followWhileSeen, type StreamState } from "../api/stream";
import type { Board, Part } from "./model/board";
import { LevelStore } from "./model/levels";
import type { FloorMessage, LevelsMessage } from "./model/rows";
import type { Seat } from "./model/seats";
import { FloorStore } from "./model/store";

interface Stores {
  readonly floor: FloorStore;
  readonly levels: LevelStore;
}

const StoresContext = createContext<Stores | undefined>(undefined);
const StreamContext = createContext<StreamState>("connecting");

/** The live floor and its levels, for whatever is below. */
export function FloorProvider({ children }: { children: ReactNode }) {
  const [stores] = useState<Stores>(() => ({ floor: new FloorStore(), levels: new LevelStore() }));
  const [stream, setStream] = useState<StreamState>("connecting");
  useEffect(() => {
    const leaveFloor = follow<FloorMessage>("MonitoringService/WatchFloor", {
      onMessage: (message, snapshot) => stores.floor.take(message.rows, snapshot),
      onState: setStream,
    });
    const leaveLevels = followWhileSeen<LevelsMessage>("MediaService/WatchLevels", {
      onMessage: (message) => stores.levels.take(message.calls),
      onState: () => undefined,
    });
    return () => {
      leaveFloor();
      leaveLevels();
      stores.levels.close();
    };
  }, [stores]);
  return (
    <StoresContext.Provider value={stores}>
      <StreamContext.Provider value={stream}>{children}</StreamContext.Provider>
    </StoresContext.Provider>
  );
}

export function useStores(): Stores {
  const stores = useContext(StoresContext);
  if (!stores) throw new Error("useStores outside of FloorProvider");
  return stores;
}

/** How the floor's stream stands. */
export const useStream = (): StreamState => useContext(StreamContext);

/** One seat; renders again when that seat changes. */
export function useSeat(operatorId: string): Seat | undefined {
  const { floor } = useStores();
  const subscribe = useCallback((listener: () => void) => floor.onSeat(operatorId, listener), [floor, operatorId]);
  return useSyncExternalStore(subscribe, () => floor.seat(operatorId));
}

/** The teams of who is there; renders again only when somebody comes, goes or changes the team. */
export function useTeams(): readonly string[] {
  const { floor } = useStores();
  const subscribe = useCallback((listener: () => void) => floor.onPart("membership", listener), [floor]);
  const membership = useSyncExternalStore(subscribe, floor.membership);
  // `membership` says when the floor is to be read again.
  return useMemo(() => [...new Set([...floor.seats()].map((seat) => seat.operator.teamId))].sort(), [floor, membership]);
}

/** One part of the board; renders again when that part changes. */
export function usePart<Name extends Part>(part: Name): Board[Name] {
  const { floor } = useStores();
  const subscribe = useCallback((listener: () => void) => floor.onPart(part, listener), [floor, part]);
  return useSyncExternalStore(subscribe, () => floor.board[part]);
}
