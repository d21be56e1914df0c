import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { follow, followWhileSeen } from "./stream";

const open = new Set<string>();
let seen: DocumentVisibilityState = "visible";

class Source extends EventTarget {
  static readonly CLOSED = 2;
  readonly readyState = 1;
  readonly address: string;
  constructor(address: string) {
    super();
    this.address = address;
    open.add(address);
  }
  close() {
    open.delete(this.address);
  }
}

const handlers = { onMessage: () => undefined, onState: () => undefined };

function show(state: DocumentVisibilityState) {
  seen = state;
  document.dispatchEvent(new Event("visibilitychange"));
}

beforeEach(() => {
  vi.stubGlobal("EventSource", Source);
  vi.spyOn(document, "visibilityState", "get").mockImplementation(() => seen);
  show("visible");
});
afterEach(() => vi.unstubAllGlobals());

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
