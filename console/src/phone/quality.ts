/** How well a connection carries a voice. */
export interface Quality {
  /** There and back, in milliseconds. */
  readonly roundTripMs: number;
  /** Of what should have come since the last look, 0 to 1; 0 while nobody speaks. */
  readonly lost: number;
}

/** Packets of sound until now. */
export interface Count {
  readonly came: number;
  readonly lost: number;
}

export type Grade = "good" | "fair" | "bad";

// One way is half of it; with the buffers at both ends 150 ms from mouth to ear are left (ITU-T G.114).
const GOOD = { roundTripMs: 150, lost: 0.01 } as const;
const FAIR = { roundTripMs: 400, lost: 0.05 } as const;

const within = (found: Quality, most: Quality): boolean => found.roundTripMs <= most.roundTripMs && found.lost <= most.lost;

export const gradeOf = (found: Quality): Grade => (within(found, GOOD) ? "good" : within(found, FAIR) ? "fair" : "bad");

/** Of a connection's statistics: the round trip of its path, and what came by it. Undefined before there is a path. */
export function readStats(stats: Iterable<Record<string, unknown>>): { readonly roundTripMs: number; readonly count: Count } | undefined {
  let roundTripMs: number | undefined;
  let [came, lost] = [0, 0];
  for (const each of stats) {
    if (each["type"] === "candidate-pair" && each["nominated"] === true && typeof each["currentRoundTripTime"] === "number")
      roundTripMs = Math.round(each["currentRoundTripTime"] * 1_000);
    if (each["type"] !== "inbound-rtp") continue;
    came += Number(each["packetsReceived"] ?? 0);
    lost += Number(each["packetsLost"] ?? 0);
  }
  return roundTripMs === undefined ? undefined : { roundTripMs, count: { came, lost } };
}

/** The share that was lost between two looks. */
export function lostBetween(before: Count, now: Count): number {
  const lost = Math.max(0, now.lost - before.lost);
  const sent = lost + Math.max(0, now.came - before.came);
  return sent === 0 ? 0 : lost / sent;
}
