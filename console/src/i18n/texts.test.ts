import { describe, expect, it } from "vitest";

import { texts as accounts } from "../accounts/texts";
import { texts as audit } from "../audit/texts";
import { texts as app } from "../app/texts";
import { texts as desk } from "../desk/texts";
import { texts as fairness } from "../fairness/texts";
import { texts as floor } from "../floor/texts";
import { texts as flows } from "../flows/texts";
import { texts as handovers } from "../handovers/texts";
import { texts as ledger } from "../ledger/texts";
import { texts as own } from "../own/texts";
import { texts as phone } from "../phone/texts";
import { texts as reasons } from "../reasons/texts";
import { texts as recordings } from "../recordings/texts";
import { texts as session } from "../session/texts";

const FOLDERS = { accounts, app, audit, desk, fairness, floor, flows, handovers, ledger, own, phone, reasons, recordings, session };

/** Every key with its path; English plurals count as one key, Japanese has none. */
function keys(node: object, path = ""): Set<string> {
  const found = new Set<string>();
  for (const [key, value] of Object.entries(node)) {
    const here = `${path}/${key.replace(/_(one|other)$/, "")}`;
    if (typeof value === "string") found.add(here);
    else for (const deeper of keys(value as object, here)) found.add(deeper);
  }
  return found;
}

describe("texts", () => {
  it.each(Object.entries(FOLDERS))("of %s say the same things in Japanese and English", (_, texts) => {
    expect(keys(texts.en)).toEqual(keys(texts.ja));
  });

  it("call a purpose, a way to hear and a consent the same on every page", () => {
    expect(audit.ja.purposes).toEqual({ ...ledger.ja.purpose, PURPOSE_UNSPECIFIED: "–" });
    expect(desk.ja.purpose).toEqual(ledger.ja.purpose);
    expect(audit.ja.mode).toEqual({ ...ledger.ja.mode, SUPERVISION_MODE_UNSPECIFIED: "–" });
    expect(floor.ja.mode).toEqual({ ...ledger.ja.mode, SUPERVISION_MODE_UNSPECIFIED: "不明" });
    expect(audit.ja.consents).toMatchObject({ ...ledger.ja.answer, CONSENT_ANSWER_UNSPECIFIED: "–" });
  });

  it.each(["ja", "en"] as const)("call an operator's state the same at the desk and on the wall, in %s", (language) => {
    for (const [state, words] of Object.entries(desk[language].state)) {
      if (state === "OPERATOR_STATE_UNSPECIFIED") continue; // at the desk: not yet known
      expect({ [state]: floor[language].state[`FLOOR_${state}` as keyof typeof floor.ja.state] }).toEqual({ [state]: words });
    }
  });
});
