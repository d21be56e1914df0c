import { get, Refused, send } from "../api/client";
import { keepKeys } from "./keys";

export type Role = "operator" | "supervisor" | "manager" | "client" | "auditor" | "integrator" | "admin";

/** A person as the gateway's accounts name them. */
export interface Person {
  readonly userId: string;
  readonly name: string;
  readonly furigana: string;
  readonly nameEn: string;
  readonly role: Role;
  readonly teamId: string;
}

/** Who is signed in. */
export interface User extends Person {
  readonly clientIds: readonly string[];
  /** Whether somebody else set the password: nothing is open until another is chosen. */
  readonly passwordIsInitial: boolean;
}

/** The gateway takes no shorter one, and no longer one. */
export const PASSWORD_LENGTH_LEAST = 12;
export const PASSWORD_LENGTH_MOST = 128;

interface SessionAnswer {
  readonly user: Omit<User, "passwordIsInitial">;
  readonly csrf: string;
  readonly storageKey: string;
  readonly expiresAt: string;
  readonly passwordIsInitial: boolean;
}

function keep({ user, passwordIsInitial, ...keys }: SessionAnswer): User {
  keepKeys(keys);
  return { ...user, passwordIsInitial };
}

/** Who is signed in, or undefined. */
export async function currentUser(): Promise<User | undefined> {
  try {
    return keep(await get<SessionAnswer>("/api/session"));
  } catch (error) {
    if (error instanceof Refused && error.status === 401) return undefined;
    throw error;
  }
}

export const signIn = async (user: string, password: string): Promise<User> =>
  keep(await send<SessionAnswer>("POST", "/api/session", { user, password }));

export const signInAs = async (userId: string): Promise<User> =>
  keep(await send<SessionAnswer>("POST", "/api/session/demo", { userId }));

/** Another password; this browser's session is another from here on. */
export const choosePassword = async (current: string, password: string): Promise<User> =>
  keep(await send<SessionAnswer>("POST", "/api/session/password", { current, password }));

export const signOut = async (): Promise<void> => {
  await send<undefined>("DELETE", "/api/session");
};

/** Who can be signed in with one click: the demo's people; nobody elsewhere. */
export async function demoPeople(): Promise<readonly Person[]> {
  try {
    return await get<readonly Person[]>("/api/session/demo");
  } catch (error) {
    if (error instanceof Refused && error.status === 404) return [];
    throw error;
  }
}
