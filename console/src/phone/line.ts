/**
 * The phone's line as a pure state machine: what happened leads to the next state and to what is to be done.
 *
 * One line per person: a socket that signals, a microphone, and one connection that stays for the shift.
 */

/** Why there is no microphone. */
export type MicrophoneFault = "denied" | "missing" | "busy" | "insecure";

/** Where the line stands. */
export type Line =
  /** This browser is not used as a phone. */
  | { readonly at: "off" }
  | { readonly at: "asking" }
  | { readonly at: "no_microphone"; readonly why: MicrophoneFault }
  | { readonly at: "opening"; readonly attempt: number }
  /** An offer is made or answered, no sound yet. */
  | { readonly at: "joining"; readonly attempt: number; readonly connectionId: string }
  | { readonly at: "connected"; readonly connectionId: string; readonly signalling: Signalling }
  | { readonly at: "waiting"; readonly attempt: number }
  | { readonly at: "taken_over" };

/** How the socket stands beside a connection that sounds. `checking`: whether the other side still has it. */
export type Signalling = "open" | "checking" | "lost";

/** What happened. */
export type Happening =
  | { readonly what: "begin" }
  | { readonly what: "end" }
  | { readonly what: "microphone_ready" }
  /** At the beginning: who loses the microphone in a call goes on hearing. */
  | { readonly what: "microphone_refused"; readonly why: MicrophoneFault }
  | { readonly what: "socket_open" }
  | { readonly what: "socket_closed"; readonly code: number }
  | { readonly what: "answered"; readonly connectionId: string }
  | { readonly what: "offer_refused" }
  | { readonly what: "sounding" }
  | { readonly what: "broken" }
  /** What the media node has of this person. */
  | { readonly what: "seen"; readonly connectionId: string; readonly lost: boolean }
  /** Another network, or awake after a sleep: nothing of before can be trusted. */
  | { readonly what: "elsewhere" }
  | { readonly what: "due" };

/** What is to be done. */
export type Deed = "ask_microphone" | "open_socket" | "close_socket" | "connect" | "disconnect" | "release_microphone" | { readonly wakeMs: number };

export interface Step {
  readonly line: Line;
  readonly deeds: readonly Deed[];
}

/** The socket of a further tab took this one's place. */
export const TAKEN_OVER = 4001;
/** The person is signed in no more. */
export const SESSION_OVER = 4002;
/** Pauses before further attempts; the last one again and again. */
export const PAUSES_MS = [250, 500, 1_000, 2_000, 5_000] as const;
/** A connection that does not sound within this time is made anew. */
export const JOIN_MS_MAX = 5_000;

export const OFF: Line = { at: "off" };

const stay = (line: Line): Step => ({ line, deeds: [] });
const pause = (attempt: number): Deed => ({ wakeMs: PAUSES_MS[Math.min(attempt, PAUSES_MS.length) - 1] ?? PAUSES_MS[0] });

/** Goes through every part anew. */
const open = (attempt: number): Step => ({ line: { at: "opening", attempt }, deeds: ["open_socket", { wakeMs: JOIN_MS_MAX }] });
const join = (attempt: number): Step => ({
  line: { at: "joining", attempt, connectionId: "" },
  deeds: ["connect", { wakeMs: JOIN_MS_MAX }],
});
/** Nothing of before is trusted: neither the sound's connection nor the socket. */
const anew = (): Step => ({
  line: { at: "opening", attempt: 0 },
  deeds: ["disconnect", "close_socket", "open_socket", { wakeMs: JOIN_MS_MAX }],
});
const wait = (attempt: number): Step => ({
  line: { at: "waiting", attempt },
  deeds: ["disconnect", "close_socket", pause(attempt)],
});

/** The attempts that failed one after another. */
const attempts = (line: Line): number => ("attempt" in line ? line.attempt : 0);

/** What follows from what happened. */
export function next(line: Line, happening: Happening): Step {
  switch (happening.what) {
    case "begin":
      return line.at === "off" || line.at === "no_microphone" || line.at === "taken_over"
        ? { line: { at: "asking" }, deeds: ["ask_microphone"] }
        : stay(line);
    case "end":
      return { line: OFF, deeds: ["disconnect", "close_socket", "release_microphone"] };
    case "microphone_ready":
      return line.at === "asking" ? open(0) : stay(line);
    case "microphone_refused":
      return line.at === "asking" ? stay({ at: "no_microphone", why: happening.why }) : stay(line);
    case "socket_open":
      if (line.at === "opening") return join(line.attempt);
      return line.at === "connected" ? stay({ ...line, signalling: "checking" }) : stay(line);
    case "socket_closed":
      return closed(line, happening.code);
    case "answered":
      return line.at === "joining" ? stay({ ...line, connectionId: happening.connectionId }) : stay(line);
    case "offer_refused":
      return line.at === "joining" ? wait(line.attempt + 1) : stay(line);
    case "sounding":
      return line.at === "joining" ? stay({ at: "connected", connectionId: line.connectionId, signalling: "open" }) : stay(line);
    case "broken":
      return broken(line);
    case "seen":
      return seen(line, happening.connectionId, happening.lost);
    case "elsewhere":
      return line.at === "opening" || line.at === "joining" || line.at === "connected" || line.at === "waiting"
        ? anew()
        : stay(line);
    case "due":
      return due(line);
  }
}

function closed(line: Line, code: number): Step {
  if (line.at === "off" || line.at === "taken_over") return stay(line);
  if (code === TAKEN_OVER) return { line: { at: "taken_over" }, deeds: ["disconnect", "release_microphone"] };
  if (code === SESSION_OVER) return { line: OFF, deeds: ["disconnect", "release_microphone"] };
  // The sound goes on without the socket; a new one is opened beside it.
  if (line.at === "connected") return line.signalling === "lost" ? stay(line) : { line: { ...line, signalling: "lost" }, deeds: [pause(1)] };
  return line.at === "opening" || line.at === "joining" ? wait(line.attempt + 1) : stay(line);
}

function broken(line: Line): Step {
  // What took the sound away, such as another network, often took the socket too, and that is not told for long.
  if (line.at === "connected" && line.signalling !== "lost") return anew();
  if (line.at === "connected" || line.at === "joining") return wait(attempts(line) + 1);
  return stay(line);
}

function seen(line: Line, connectionId: string, lost: boolean): Step {
  if (line.at !== "connected") return stay(line);
  if (connectionId === line.connectionId && !lost) return stay({ ...line, signalling: "open" });
  // A state from before this connection may still be on its way: only a fresh socket's, or a loss, counts.
  return line.signalling === "checking" || (lost && connectionId === line.connectionId) ? join(0) : stay(line);
}

function due(line: Line): Step {
  switch (line.at) {
    case "waiting":
      return open(line.attempt);
    case "opening":
    case "joining":
      return wait(line.attempt + 1);
    case "connected":
      return line.signalling === "lost" ? { line, deeds: ["open_socket", pause(3)] } : stay(line);
    default:
      return stay(line);
  }
}
