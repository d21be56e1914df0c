import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { onDoubt } from "../session/doubt";
import { SLEPT_MS, STILL_MS_MAX } from "./returns";
import { follow, followWhileSeen } from "./stream";

const open = new Set<string>();
const sources: Source[] = [];
let seen: DocumentVisibilityState = "visible";

class Source extends EventTarget {
  static readonly CLOSED = 2;
  readyState = 1;
  readonly address: string;
  constructor(address: string) {
    super();
    this.address = address;
    open.add(address);
    sources.push(this);
  }
  close() {
    open.delete(this.address);
    this.readyState = Source.CLOSED;
  }
  tell(kind: string) {
    this.dispatchEvent(new MessageEvent(kind, { data: "{}" }));
  }
}

const clocks: EventTarget[] = [];
class Clock extends EventTarget {
  constructor() {
    super();
    clocks.push(this);
  }
  terminate() {}
}
/** Lets time pass, with a tick a second or with one at the end. */
function pass(ms: number, ticks: "awake" | "asleep" = "awake") {
  const step = ticks === "awake" ? 1_000 : ms;
  for (let passed = 0; passed < ms; passed += step) {
    vi.setSystemTime(Date.now() + step);
    clocks.at(-1)?.dispatchEvent(new MessageEvent("message"));
  }
}

const states: string[] = [];
const handlers = { onMessage: () => undefined, onState: (state: string) => states.push(state) };

function show(state: DocumentVisibilityState) {
  seen = state;
  document.dispatchEvent(new Event("visibilitychange"));
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", Source);
  vi.stubGlobal("Worker", Clock);
  sources.length = 0;
  states.length = 0;
  vi.spyOn(document, "visibilityState", "get").mockImplementation(() => seen);
  show("visible");
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

it("what only eyes need is left while the page is hidden, and followed again after it", () => {
  const leave = followWhileSeen("MediaService/WatchLevels", handlers);
  const stay = follow("MonitoringService/WatchFloor", handlers);
  expect(open.size).toBe(2);
  show("hidden");
  expect([...open]).toEqual(["/api/stream/MonitoringService/WatchFloor"]);
  show("visible");
  expect(open.size).toBe(2);
  leave();
  stay();
  show("hidden");
  show("visible");
  expect(open.size).toBe(0);
});

it("a stream is read anew after a sleep and on another network", () => {
  const leave = follow("MonitoringService/WatchFloor", handlers);
  pass(SLEPT_MS);
  expect(sources).toHaveLength(1);
  pass(SLEPT_MS + 1, "asleep");
  expect(sources.map((each) => each.readyState)).toEqual([Source.CLOSED, 1]);
  window.dispatchEvent(new Event("online"));
  expect(sources.map((each) => each.readyState)).toEqual([Source.CLOSED, Source.CLOSED, 1]);
  leave();
  expect(open.size).toBe(0);
});

it("a stream that shows no life for long is read anew, one that is only still is not", () => {
  const leave = follow("MonitoringService/WatchFloor", handlers);
  for (let at = 0; at < 3; at += 1) {
    pass(STILL_MS_MAX - 1_000);
    sources[0]?.tell("alive");
  }
  expect(sources).toHaveLength(1);
  pass(STILL_MS_MAX + 1_000);
  expect(sources).toHaveLength(2);
  leave();
});

it("what was told may be old while the service is away, until the next news", () => {
  const leave = follow("RoutingService/WatchDesk", handlers);
  sources[0]?.tell("snapshot");
  sources[0]?.tell("away");
  expect(states.at(-1)).toBe("lost");
  sources[0]?.tell("message");
  expect(states.at(-1)).toBe("live");
  leave();
});

it("a stream that was refused makes the session doubtful", () => {
  let doubts = 0;
  const stop = onDoubt(() => (doubts += 1));
  const leave = follow("RoutingService/WatchDesk", handlers);
  sources[0]?.dispatchEvent(new Event("error"));
  expect(doubts).toBe(0);
  sources[0]?.close();
  sources[0]?.dispatchEvent(new Event("error"));
  expect(doubts).toBe(1);
  stop();
  leave();
});
