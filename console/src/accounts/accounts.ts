import { get, send } from "../api/client";
import type { components } from "../contract/api";
import { fold } from "../people/fold";
import type { Role } from "../session/session";

export type Account = components["schemas"]["Account"];
export type NewAccount = components["schemas"]["NewAccount"];
export type AccountChange = components["schemas"]["AccountChange"];

export const ROLES: readonly Role[] = ["operator", "supervisor", "manager", "client", "auditor", "integrator", "admin"];

export const accounts = (signal?: AbortSignal): Promise<readonly Account[]> => get("/api/accounts", signal);
export const makeAccount = (account: NewAccount): Promise<Account> => send("POST", "/api/accounts", account);
export const changeAccount = (userId: string, change: AccountChange): Promise<Account> =>
  send("PATCH", `/api/accounts/${encodeURIComponent(userId)}`, change);
export const endSessionsOf = (userId: string): Promise<undefined> => send("DELETE", `/api/accounts/${encodeURIComponent(userId)}/sessions`);

/** What a person filled in. */
export interface Draft {
  readonly userId: string;
  readonly name: string;
  readonly furigana: string;
  readonly nameEn: string;
  readonly role: Role;
  readonly teamId: string;
  readonly clientIds: readonly string[];
  readonly password: string;
}

export const EMPTY: Draft = { userId: "", name: "", furigana: "", nameEn: "", role: "operator", teamId: "", clientIds: [], password: "" };

export const draftOf = (account: Account): Draft => ({ ...account, password: "" });

/** The account that a draft asks for. */
export const newOf = ({ password, clientIds, userId, ...draft }: Draft): NewAccount => ({
  ...draft,
  userId: userId.startsWith("usr_") ? userId : `usr_${userId}`,
  clientIds: [...clientIds],
  ...(password ? { password } : {}),
});

/** What a draft changes of an account; nothing that is as before. */
export function changesOf(account: Account, draft: Draft): AccountChange {
  const same = account.clientIds.length === draft.clientIds.length && account.clientIds.every((id) => draft.clientIds.includes(id));
  return {
    ...(draft.name === account.name ? {} : { name: draft.name }),
    ...(draft.furigana === account.furigana ? {} : { furigana: draft.furigana }),
    ...(draft.nameEn === account.nameEn ? {} : { nameEn: draft.nameEn }),
    ...(draft.role === account.role ? {} : { role: draft.role }),
    ...(draft.teamId === account.teamId ? {} : { teamId: draft.teamId }),
    ...(same ? {} : { clientIds: [...draft.clientIds] }),
    ...(draft.password ? { password: draft.password } : {}),
  };
}

/** Accounts whose name, furigana, English name or id contains the words, of one role or of all. */
export function found(all: readonly Account[], words: string, role: Role | ""): readonly Account[] {
  const wanted = fold(words);
  return all.filter(
    (account) =>
      (!role || account.role === role) &&
      [account.name, account.furigana, account.nameEn, account.userId].some((text) => fold(text).includes(wanted)),
  );
}
