import { describe, expect, it } from "vitest";

import { begin, change, NO_FLOOR, UNTOLD_MOST } from "./board";
import { alert, operator, rows, supervision, talk } from "./examples";
import { seatsOf } from "./seats";

const sato = rows({ operator: operator("usr_op01") });

describe("a board", () => {
  it("replaces a row by a later one of the same id", () => {
    const { board } = change(NO_FLOOR, [...sato, { operator: operator("usr_op01", { reason: "lunch" }) }]);
    expect(board.operators.size).toBe(1);
    expect(board.operators.get("usr_op01")?.reason).toBe("lunch");
  });

  it("leaves the parts alone that no row touched", () => {
    const { board } = change(NO_FLOOR, sato);
    const after = change(board, rows({ talk: talk("con_1", "usr_op01") }));
    expect([...after.parts]).toEqual(["talks"]);
    expect(after.board.operators).toBe(board.operators);
    expect(board.talks.size).toBe(0);
  });

  it("names the operator of a talk that has gone", () => {
    const { board } = change(NO_FLOOR, rows({ talk: talk("con_1", "usr_op01") }));
    const after = change(board, rows({ gone: { talk: "con_1" } }));
    expect(after.board.talks.size).toBe(0);
    expect([...after.operators]).toEqual(["usr_op01"]);
  });

  it("names both operators when a supervisor goes from one to the other", () => {
    const { board } = change(NO_FLOOR, rows({ supervision: supervision("spv_1", "con_1", "usr_op01") }));
    const after = change(board, rows({ supervision: supervision("spv_1", "con_2", "usr_op02") }));
    expect([...after.operators].sort()).toEqual(["usr_op01", "usr_op02"]);
  });

  it("forgets everything at a snapshot and touches who was there before", () => {
    const { board } = change(NO_FLOOR, [...sato, { talk: talk("con_1", "usr_op01") }]);
    const after = begin(board, rows({ operator: operator("usr_op02") }));
    expect([...after.board.operators.keys()]).toEqual(["usr_op02"]);
    expect(after.board.talks.size).toBe(0);
    expect([...after.operators].sort()).toEqual(["usr_op01", "usr_op02"]);
  });

  it("is the same after a snapshot and its changes as after each of them again", () => {
    const whole = begin(NO_FLOOR, sato).board;
    const changes = rows({ talk: talk("con_1", "usr_op01") }, { gone: { talk: "con_1" } }, { operator: operator("usr_op01", { reason: "lunch" }) });
    const once = change(whole, changes).board;
    expect(change(once, changes).board).toEqual(once);
    expect(changes.reduce((board, row) => change(board, [row]).board, whole)).toEqual(once);
  });

  it("drops an alert that was taken back", () => {
    const { board } = change(NO_FLOOR, rows({ alert: alert("alt_1", "usr_op01") }));
    const after = change(board, rows({ alert: alert("alt_1", "usr_op01", { state: "FLOOR_ALERT_STATE_CANCELLED" }) })).board;
    expect([after.alerts.size, after.untold.size]).toEqual([0, 0]);
  });

  it("keeps a claimed alert whose call ended until somebody tells what became of it", () => {
    const ended = alert("alt_1", "usr_op01", { state: "FLOOR_ALERT_STATE_ENDED", supervisorId: "usr_sv01" });
    const { board } = change(NO_FLOOR, rows({ alert: ended }));
    expect([...board.untold.keys()]).toEqual(["alt_1"]);
    const told = change(board, rows({ alert: { ...ended, state: "FLOOR_ALERT_STATE_RESOLVED" } })).board;
    expect(told.untold.size).toBe(0);
  });

  it("keeps no more than so many alerts without an outcome, the newest", () => {
    const many = Array.from({ length: UNTOLD_MOST + 5 }, (_, at) => ({
      alert: alert(`alt_${at}`, "usr_op01", { state: "FLOOR_ALERT_STATE_ENDED", supervisorId: "usr_sv01" }),
    }));
    const { board } = change(NO_FLOOR, many);
    expect(board.untold.size).toBe(UNTOLD_MOST);
    expect(board.untold.has("alt_0")).toBe(false);
  });
});

describe("a seat", () => {
  it("holds its operator's talk, hearers and alerts", () => {
    const { board } = change(NO_FLOOR, [
      ...sato,
      { talk: talk("con_1", "usr_op01") },
      { talk: talk("con_2", "usr_op02") },
      { supervision: supervision("spv_1", "con_1", "usr_op01") },
      { alert: alert("alt_1", "usr_op01") },
    ]);
    const seats = seatsOf(board, new Set(["usr_op01", "usr_op02"]));
    expect([...seats.keys()]).toEqual(["usr_op01"]);
    const seat = seats.get("usr_op01");
    expect([seat?.talk?.contactId, seat?.hearers.length, seat?.alerts.length]).toEqual(["con_1", 1, 1]);
  });

  it("shows the talk that began last", () => {
    const { board } = change(NO_FLOOR, [
      ...sato,
      { talk: talk("con_2", "usr_op01", { since: "2026-11-22T01:05:00.5Z" }) },
      { talk: talk("con_1", "usr_op01", { since: "2026-11-22T01:05:00Z" }) },
    ]);
    expect(seatsOf(board, new Set(["usr_op01"])).get("usr_op01")?.talk?.contactId).toBe("con_2");
  });
});
