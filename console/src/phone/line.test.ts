import { describe, expect, it } from "vitest";

import { type Deed, type Happening, JOIN_MS_MAX, type Line, next, OFF, PAUSES_MS, SESSION_OVER, TAKEN_OVER } from "./line";

/** Where a row of happenings leads, and what was to be done at the last of them. */
function after(...happenings: readonly Happening[]): { line: Line; deeds: readonly Deed[] } {
  return happenings.reduce<{ line: Line; deeds: readonly Deed[] }>((step, happening) => next(step.line, happening), {
    line: OFF,
    deeds: [],
  });
}

const begin: Happening = { what: "begin" };
const ready: Happening = { what: "microphone_ready" };
const socket: Happening = { what: "socket_open" };
const answered: Happening = { what: "answered", connectionId: "bro_1" };
const sounding: Happening = { what: "sounding" };
const due: Happening = { what: "due" };
const closed = (code: number): Happening => ({ what: "socket_closed", code });
const CONNECTED = [begin, ready, socket, answered, sounding] as const;

describe("the phone's line", () => {
  it("asks for the microphone, opens the socket, connects, sounds", () => {
    expect(after(begin).deeds).toEqual(["ask_microphone"]);
    expect(after(begin, ready).deeds).toEqual(["open_socket", { wakeMs: JOIN_MS_MAX }]);
    expect(after(begin, ready, socket).deeds).toEqual(["connect", { wakeMs: JOIN_MS_MAX }]);
    expect(after(...CONNECTED).line).toEqual({ at: "connected", connectionId: "bro_1", signalling: "open" });
  });

  it("says why there is no microphone and asks again when told to", () => {
    const refused: Happening = { what: "microphone_refused", why: "denied" };
    expect(after(begin, refused).line).toEqual({ at: "no_microphone", why: "denied" });
    expect(after(begin, refused, begin).deeds).toEqual(["ask_microphone"]);
  });

  it("keeps the line when there is no microphone any more: one can still hear", () => {
    const refused: Happening = { what: "microphone_refused", why: "missing" };
    expect(after(...CONNECTED, refused)).toEqual({ line: after(...CONNECTED).line, deeds: [] });
    expect(after(begin, ready, refused).line).toEqual(after(begin, ready).line);
  });

  it("goes through everything at once when the connection breaks: the socket may be as dead", () => {
    expect(after(...CONNECTED, { what: "broken" }).deeds).toEqual(after(...CONNECTED, { what: "elsewhere" }).deeds);
    expect(after(...CONNECTED, { what: "broken" }, socket).deeds).toContain("connect");
  });

  it("keeps the sound while the socket is opened anew", () => {
    const lost = after(...CONNECTED, closed(1006));
    expect(lost.line).toMatchObject({ at: "connected", signalling: "lost" });
    expect(lost.deeds).not.toContain("disconnect");
    expect(next(lost.line, due).deeds).toContain("open_socket");
  });

  it("goes on with its connection when the other side still has it", () => {
    const back = after(...CONNECTED, closed(1006), due, socket, { what: "seen", connectionId: "bro_1", lost: false });
    expect(back.line).toMatchObject({ at: "connected", signalling: "open" });
    expect(back.deeds).toEqual([]);
  });

  it("connects anew when the other side has it no more", () => {
    const back = after(...CONNECTED, closed(1006), due, socket, { what: "seen", connectionId: "", lost: false });
    expect(back.deeds).toContain("connect");
  });

  it("does not heed what was seen before its own connection", () => {
    expect(after(...CONNECTED, { what: "seen", connectionId: "bro_0", lost: false }).deeds).toEqual([]);
  });

  it("connects anew when nothing of it comes to the other side", () => {
    expect(after(...CONNECTED, { what: "seen", connectionId: "bro_1", lost: true }).deeds).toContain("connect");
  });

  it("trusts nothing after another network or a sleep", () => {
    expect(after(...CONNECTED, { what: "elsewhere" }).deeds).toEqual([
      "disconnect",
      "close_socket",
      "open_socket",
      { wakeMs: JOIN_MS_MAX },
    ]);
  });

  it("gives way to another tab and comes back only when told to", () => {
    const gone = after(...CONNECTED, closed(TAKEN_OVER));
    expect(gone.line).toEqual({ at: "taken_over" });
    expect(gone.deeds).toEqual(["disconnect", "release_microphone"]);
    expect(next(gone.line, due).line).toEqual(gone.line);
    expect(next(gone.line, { what: "elsewhere" }).line).toEqual(gone.line);
    expect(next(gone.line, begin).deeds).toEqual(["ask_microphone"]);
  });

  it("waits longer after each failure, never longer than the last pause", () => {
    let line = after(begin, ready).line;
    for (const expected of [...PAUSES_MS, PAUSES_MS[4]]) {
      const failed = next(line, closed(1006));
      expect(failed.deeds).toContainEqual({ wakeMs: expected });
      line = next(failed.line, due).line;
    }
  });

  it("gives up a connection that does not sound in time", () => {
    expect(after(begin, ready, socket, answered, due).line).toEqual({ at: "waiting", attempt: 1 });
  });

  it("is off when the person is signed in no more", () => {
    expect(after(...CONNECTED, closed(SESSION_OVER))).toEqual({ line: OFF, deeds: ["disconnect", "release_microphone"] });
  });

  it("lets everything go at the end of the shift", () => {
    expect(after(...CONNECTED, { what: "end" })).toEqual({
      line: OFF,
      deeds: ["disconnect", "close_socket", "release_microphone"],
    });
  });
});
