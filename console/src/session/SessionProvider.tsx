import { Center, Loader } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useCallback, lazy, useContext, useEffect, useMemo, useState } from "react";

import { onReturn } from "../api/returns";
import { OnDemand } from "../app/OnDemand";
import { withTexts } from "../i18n";
import { onDoubt } from "./doubt";
import { forgetPerson } from "./forgetting";
import { currentUser, signOut, type User } from "./session";

// Whoever is signed in already does not load it.
const SignIn = lazy(async () => ({ default: (await import("./SignIn")).SignIn }));
const FirstPassword = lazy(async () => ({ default: (await withTexts("own", import("../own/FirstPassword"))).FirstPassword }));

interface Session {
  readonly user: User;
  readonly leave: () => Promise<void>;
}

const SessionContext = createContext<Session | undefined>(undefined);

/** The signed-in person; only within the console's pages. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("useSession outside of SessionProvider");
  return session;
}

/** Shows the pages to whoever is signed in, and the sign-in page to others. */
export function SessionProvider({ children }: { children: ReactNode }) {
  const [user, setUser] = useState<User | "unknown" | undefined>("unknown");
  const queries = useQueryClient();
  // Whoever signs in next on this screen finds nothing of what was read.
  useEffect(() => {
    if (!user) queries.clear();
  }, [user, queries]);
  useEffect(() => {
    currentUser().then(setUser, () => setUser(undefined));
    // A session that ended meanwhile leads to the sign-in page; a gateway that cannot be reached does not.
    const look = () => void currentUser().then((found) => found ?? setUser(undefined), () => undefined);
    const leave = [onDoubt(look), onReturn(look)];
    return () => leave.forEach((each) => each());
  }, []);
  const leave = useCallback(async () => {
    try {
      await signOut();
    } finally {
      forgetPerson();
      setUser(undefined);
    }
  }, []);
  const session = useMemo(() => (user && user !== "unknown" ? { user, leave } : undefined), [user, leave]);
  if (user === "unknown")
    return (
      <Center h="100vh">
        <Loader />
      </Center>
    );
  if (!session)
    return (
      <OnDemand>
        <SignIn onSignedIn={setUser} />
      </OnDemand>
    );
  if (session.user.passwordIsInitial)
    return (
      <OnDemand>
        <FirstPassword user={session.user} onChosen={setUser} onLeave={() => void session.leave()} />
      </OnDemand>
    );
  return <SessionContext.Provider value={session}>{children}</SessionContext.Provider>;
}
