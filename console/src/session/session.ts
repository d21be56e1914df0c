import { get, Refused, send } from "../api/client";
import { keepCsrfToken } from "./csrf";

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
}

interface SessionAnswer {
  readonly user: User;
  readonly csrf: string;
  readonly expiresAt: string;
}

function keep(answer: SessionAnswer): User {
  keepCsrfToken(answer.csrf);
  return answer.user;
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
