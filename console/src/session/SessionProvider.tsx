import { Center, Loader } from "@mantine/core";
import { createContext, type ReactNode, useCallback, lazy, Suspense, useContext, useEffect, useMemo, useState } from "react";

import { currentUser, signOut, type User } from "./session";

// Whoever is signed in already does not load it.
const SignIn = lazy(async () => ({ default: (await import("./SignIn")).SignIn }));

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
  useEffect(() => {
    currentUser().then(setUser, () => setUser(undefined));
  }, []);
  const leave = useCallback(async () => {
    await signOut();
    setUser(undefined);
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
      <Suspense>
        <SignIn onSignedIn={setUser} />
      </Suspense>
    );
  return <SessionContext.Provider value={session}>{children}</SessionContext.Provider>;
}
