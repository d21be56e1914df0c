import { describe, expect, it } from "vitest";

import { chosen, EVERYBODY } from "./choice";
import { alert, operator, talk } from "./examples";
import type { Seat } from "./seats";

const seat = (operatorId: string, more: Partial<Seat> = {}): Seat => ({
  operator: operator(operatorId),
  talk: undefined,
  hearers: [],
  alerts: [],
  ...more,
});
const AWAY: Record<string, string> = { lunch: "昼休み" };
const name = (operatorId: string, absence: string) => ({
  words: `${operatorId === "usr_op01" ? "佐藤 美咲 さとう みさき Misaki Sato" : operatorId} ${AWAY[absence] ?? ""}`,
  key: operatorId,
});
const ids = (seats: Seat[], choice: Parameters<typeof chosen>[1]) => chosen(seats, choice, name).flatMap((group) => group.seats);

describe("the chosen seats", () => {
  it("stand by team and name", () => {
    const seats = [
      seat("usr_op03"),
      seat("usr_op02", { operator: operator("usr_op02", { teamId: "tea_nagoya" }) }),
      seat("usr_op01"),
    ];
    expect(chosen(seats, EVERYBODY, name)).toEqual([
      { teamId: "tea_nagoya", seats: ["usr_op02"], talking: 0 },
      { teamId: "tea_osaka", seats: ["usr_op01", "usr_op03"], talking: 0 },
    ]);
  });

  it.each(["佐藤美咲", "さとう", "サトウ", "ｻﾄｳ", "misaki", "ＭＩＳＡＫＩ"])("are found by %s", (text) => {
    expect(ids([seat("usr_op01"), seat("usr_op02")], { ...EVERYBODY, text })).toEqual(["usr_op01"]);
  });

  it("are found by why somebody is away, in the words that are shown", () => {
    const seats = [seat("usr_op01"), seat("usr_op02", { operator: operator("usr_op02", { reason: "lunch" }) })];
    expect(ids(seats, { ...EVERYBODY, text: "昼休み" })).toEqual(["usr_op02"]);
  });

  it("are those with a call for the client company", () => {
    const seats = [seat("usr_op01", { talk: talk("con_1", "usr_op01", { clientId: "cli_hana" }) }), seat("usr_op02", { talk: talk("con_2", "usr_op02") })];
    expect(ids(seats, { ...EVERYBODY, clientId: "cli_hana" })).toEqual(["usr_op01"]);
  });

  it("are those who call for help", () => {
    expect(ids([seat("usr_op01", { alerts: [alert("alt_1", "usr_op01")] }), seat("usr_op02")], { ...EVERYBODY, state: "alert" })).toEqual(["usr_op01"]);
  });

  it("stand by how long they have been so, in one group", () => {
    const long = seat("usr_op02", {
      operator: operator("usr_op02", { state: "FLOOR_OPERATOR_STATE_TALKING", since: "2026-11-22T02:00:00Z" }),
      talk: talk("con_2", "usr_op02", { since: "2026-11-22T00:30:00Z" }),
    });
    const never = seat("usr_op03", { operator: operator("usr_op03", { since: undefined }) });
    expect(ids([never, seat("usr_op01"), long], { ...EVERYBODY, order: "longest" })).toEqual(["usr_op02", "usr_op01", "usr_op03"]);
  });
});
