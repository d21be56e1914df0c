import type { Role } from "../session/session";

/** A page of the console and who sees it. */
export interface Page {
  readonly path: string;
  /** Key of its name in `app` texts. */
  readonly name: "desk" | "wall" | "handovers" | "flows" | "reasons" | "fairness" | "recordings" | "accounts" | "ledger" | "audit";
  readonly roles: readonly Role[];
}

const LEADERS = ["supervisor", "manager", "admin"] as const;

/** In the order of the navigation; the first one that a role may see is its home. What services allow is theirs to decide. */
export const PAGES: readonly Page[] = [
  { path: "/desk", name: "desk", roles: ["operator"] },
  { path: "/wall", name: "wall", roles: ["supervisor", "manager"] },
  { path: "/handovers", name: "handovers", roles: ["supervisor", "manager"] },
  { path: "/recordings", name: "recordings", roles: ["supervisor", "manager", "auditor", "client"] },
  { path: "/reasons", name: "reasons", roles: ["supervisor", "manager", "auditor", "client"] },
  { path: "/fairness", name: "fairness", roles: ["supervisor", "manager", "auditor"] },
  { path: "/ledger", name: "ledger", roles: ["operator", "supervisor", "manager", "auditor"] },
  { path: "/audit", name: "audit", roles: ["supervisor", "manager", "auditor"] },
  { path: "/flows", name: "flows", roles: LEADERS },
  { path: "/accounts", name: "accounts", roles: ["manager", "admin"] },
];

export const pagesOf = (role: Role): readonly Page[] => PAGES.filter((page) => page.roles.includes(role));
