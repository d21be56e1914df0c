import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Navigate } from "@tanstack/react-router";

import { withTexts } from "../i18n";
import { useSession } from "../session/SessionProvider";
import { Broken } from "./Broken";
import { NothingHere } from "./NothingHere";
import { pagesOf } from "./pages";
import { Shell } from "./Shell";
import { Loading } from "./States";

/** Leads to the first page of the person's role. */
function Home() {
  const { user } = useSession();
  const first = pagesOf(user.role)[0];
  return first ? <Navigate to={first.path} /> : <NothingHere why="noPages" />;
}

/** The contact whose recording is open, and at which second of it. */
interface OpenRecording {
  readonly contact?: string;
  readonly at?: number;
}

const recordingOf = ({ contact, at }: Record<string, unknown>): OpenRecording => ({
  ...(typeof contact === "string" ? { contact } : {}),
  ...(typeof at === "number" && at >= 0 ? { at } : {}),
});

const root = createRootRoute({ component: Shell, notFoundComponent: () => <NothingHere /> });
const home = createRoute({ getParentRoute: () => root, path: "/", component: Home });
const desk = createRoute({
  getParentRoute: () => root,
  path: "/desk",
  component: lazyRouteComponent(() => withTexts("desk", import("../desk/DeskPage")), "DeskPage"),
});
const wall = createRoute({
  getParentRoute: () => root,
  path: "/wall",
  component: lazyRouteComponent(() => withTexts("floor", import("../floor/FloorPage")), "FloorPage"),
});
const handovers = createRoute({
  getParentRoute: () => root,
  path: "/handovers",
  component: lazyRouteComponent(() => withTexts("handovers", import("../handovers/HandoversPage")), "HandoversPage"),
});
const recordings = createRoute({
  getParentRoute: () => root,
  path: "/recordings",
  validateSearch: recordingOf,
  component: lazyRouteComponent(() => withTexts("recordings", import("../recordings/RecordingsPage")), "RecordingsPage"),
});
const reasons = createRoute({
  getParentRoute: () => root,
  path: "/reasons",
  component: lazyRouteComponent(() => withTexts("reasons", import("../reasons/ReasonsPage")), "ReasonsPage"),
});
const fairness = createRoute({
  getParentRoute: () => root,
  path: "/fairness",
  component: lazyRouteComponent(() => withTexts("fairness", import("../fairness/FairnessPage")), "FairnessPage"),
});
const ledger = createRoute({
  getParentRoute: () => root,
  path: "/ledger",
  component: lazyRouteComponent(() => withTexts("ledger", import("../ledger/LedgerPage")), "LedgerPage"),
});
const audit = createRoute({
  getParentRoute: () => root,
  path: "/audit",
  component: lazyRouteComponent(() => withTexts("audit", import("../audit/AuditPage")), "AuditPage"),
});
const flows = createRoute({
  getParentRoute: () => root,
  path: "/flows",
  component: lazyRouteComponent(() => withTexts("flows", import("../flows/FlowsPage")), "FlowsPage"),
});
const accounts = createRoute({
  getParentRoute: () => root,
  path: "/accounts",
  component: lazyRouteComponent(() => withTexts("accounts", import("../accounts/AccountsPage")), "AccountsPage"),
});
const own = createRoute({
  getParentRoute: () => root,
  path: "/own",
  component: lazyRouteComponent(() => withTexts("own", import("../own/OwnPage")), "OwnPage"),
});

const pages = [desk, wall, handovers, recordings, reasons, fairness, ledger, audit, flows, accounts, own] as const;

export const router = createRouter({
  routeTree: root.addChildren([home, ...pages]),
  defaultErrorComponent: Broken,
  defaultPendingComponent: () => <Loading height="60vh" />,
});

/** Begins to load the page of an address, while it is still asked who is signed in. */
export function bringPage(path: string): void {
  const page = pages.find((each) => each.fullPath === path);
  void page?.options.component?.preload?.();
}

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
