import { newRequestId, rpc } from "../api/rpc";
import type { components } from "../contract/api";
import type { Handover } from "./standing";

type Listed = components["schemas"]["ListHandoversResponse"];

const PAGE = 200;
export const LISTED_MOST = 1_000;

/** All that are open of a company, or of all that one serves; the newest of them when there are very many. */
export async function openHandovers(clientId: string): Promise<readonly Handover[]> {
  const found: Handover[] = [];
  let pageToken = "";
  do {
    // Each page begins where the one before it ended.
    // eslint-disable-next-line no-await-in-loop
    const page = await rpc<Listed>("CaseService/ListHandovers", { clientId, pageSize: PAGE, pageToken });
    found.push(...page.handovers);
    pageToken = page.nextPageToken;
  } while (pageToken !== "" && found.length < LISTED_MOST);
  return found;
}

export type Deed = "take" | "close";

export const doWith = (deed: Deed, handoverId: string): Promise<object> =>
  rpc(deed === "take" ? "CaseService/TakeHandover" : "CaseService/CloseHandover", { requestId: newRequestId(), handoverId });
