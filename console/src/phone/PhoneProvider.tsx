import { createContext, type ReactNode, useContext, useEffect, useMemo, useSyncExternalStore } from "react";

import { useSession } from "../session/SessionProvider";
import { PhoneDriver, type PhoneSnapshot } from "./driver";
import { mayListen } from "./microphone";
import type { PhoneSettings } from "./settings";

/** A person's phone in this browser: how it is, and what they may do with it. */
export type Phone = PhoneSnapshot & ReturnType<typeof actionsOf>;

const PhoneContext = createContext<PhoneDriver | undefined>(undefined);

const USERS: readonly string[] = ["operator", "supervisor", "manager"];

/** Keeps one phone for whoever talks: it lives as long as the console is open, whatever page is shown. */
export function PhoneProvider({ children }: { children: ReactNode }) {
  const { user } = useSession();
  const driver = useMemo(
    () => (USERS.includes(user.role) ? new PhoneDriver(user.role === "operator") : undefined),
    [user.userId, user.role],
  );
  useEffect(() => {
    if (!driver) return;
    driver.start();
    let over = false;
    // After a reload the phone comes back by itself: without a click only where the microphone was allowed before.
    if (driver.snapshot().settings.use) void mayListen().then((allowed) => allowed && !over && driver.begin());
    return () => {
      over = true;
      driver.stop();
    };
  }, [driver]);
  return <PhoneContext.Provider value={driver}>{children}</PhoneContext.Provider>;
}

const nothing = () => () => undefined;
const nobody = () => undefined;

const actionsOf = (driver: PhoneDriver) => ({
  begin: () => driver.begin(),
  end: () => driver.end(),
  choose: (change: Partial<PhoneSettings>) => driver.choose(change),
  pickUp: (contactId: string) => driver.pickUp(contactId),
  putDown: (contactId: string) => driver.putDown(contactId),
  mute: (contactId: string, muted: boolean) => driver.mute(contactId, muted),
  talkBack: (contactId: string, on: boolean) => driver.talkBack(contactId, on),
  sendInstead: (track: MediaStreamTrack, lengthMs: number) => driver.sendInstead(track, lengthMs),
  stats: () => driver.stats(),
  level: driver.level,
  heard: (place: 0 | 1) => driver.heard(place),
  tone: (pitches: readonly number[], seconds: number) => driver.tone(pitches, seconds),
});

/** The phone of who is signed in; undefined for roles that have none. */
export function useMaybePhone(): Phone | undefined {
  const driver = useContext(PhoneContext);
  const snapshot = useSyncExternalStore<PhoneSnapshot | undefined>(driver?.watch ?? nothing, driver?.snapshot ?? nobody);
  const actions = useMemo(() => (driver ? actionsOf(driver) : undefined), [driver]);
  return useMemo(() => (actions && snapshot ? { ...snapshot, ...actions } : undefined), [actions, snapshot]);
}

/** The phone of an operator, a supervisor or a manager. */
export function usePhone(): Phone {
  const phone = useMaybePhone();
  if (!phone) throw new Error("usePhone for a role without a phone");
  return phone;
}
