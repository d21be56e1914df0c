import { beforeEach, describe, expect, it, vi } from "vitest";

import { alert, operator, rows, talk } from "./examples";
import { FloorStore } from "./store";

let frames: (() => void)[];
let store: FloorStore;
const frame = () => {
  for (const show of frames.splice(0)) show();
};

beforeEach(() => {
  frames = [];
  store = new FloorStore((show) => void frames.push(show));
  store.take(rows({ operator: operator("usr_op01") }, { operator: operator("usr_op02") }), true);
  frame();
});

describe("the live floor", () => {
  it("tells the one seat of a change and no other", () => {
    const one = vi.fn();
    const other = vi.fn();
    store.onSeat("usr_op01", one);
    store.onSeat("usr_op02", other);
    store.take(rows({ talk: talk("con_1", "usr_op01") }), false);
    frame();
    expect([one.mock.calls.length, other.mock.calls.length]).toEqual([1, 0]);
  });

  it("keeps a seat the same object until it changes", () => {
    const before = store.seat("usr_op02");
    store.take(rows({ talk: talk("con_1", "usr_op01") }), false);
    frame();
    expect(store.seat("usr_op02")).toBe(before);
  });

  it("shows many messages in one batch", () => {
    const told = vi.fn();
    store.onSeat("usr_op01", told);
    for (let at = 0; at < 50; at += 1) store.take(rows({ talk: talk(`con_${at}`, "usr_op01") }), false);
    expect(frames.length).toBe(1);
    frame();
    expect(told).toHaveBeenCalledOnce();
    expect(store.board.talks.size).toBe(50);
  });

  it("shows a call for help at once, with what waits for the batch", () => {
    store.take(rows({ talk: talk("con_1", "usr_op01") }), false);
    store.take(rows({ alert: alert("alt_1", "usr_op01") }), false);
    expect([store.board.alerts.size, store.board.talks.size]).toEqual([1, 1]);
    frame();
    expect(store.board.alerts.size).toBe(1);
  });

  it("leaves out what a snapshot makes void before it was shown", () => {
    store.take(rows({ talk: talk("con_1", "usr_op01") }), false);
    store.take(rows({ operator: operator("usr_op03") }), true);
    frame();
    expect([...store.board.operators.keys()]).toEqual(["usr_op03"]);
    expect(store.board.talks.size).toBe(0);
    expect(store.seat("usr_op01")).toBeUndefined();
  });

  it("tells of who is there only when somebody comes, goes or changes the team", () => {
    const told = vi.fn();
    store.onPart("membership", told);
    store.take(rows({ operator: operator("usr_op01", { reason: "lunch" }) }), false);
    frame();
    expect(told).not.toHaveBeenCalled();
    store.take(rows({ operator: operator("usr_op01", { teamId: "tea_sapporo" }) }), false);
    frame();
    expect(told).toHaveBeenCalledOnce();
  });

  it("tells nobody who has gone", () => {
    const told = vi.fn();
    store.onSeat("usr_op01", told)();
    store.take(rows({ talk: talk("con_1", "usr_op01") }), false);
    frame();
    expect(told).not.toHaveBeenCalled();
  });
});
