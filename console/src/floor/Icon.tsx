/** Signs of 16 by 16, drawn in the colour of the words beside them. A word always stands beside one. */
const PATHS = {
  ready: "M3 8.5l3.5 3.5L13 4.5",
  away: "M4 3h6v4a3 3 0 0 1-6 0zM10 4h2v3h-2M3 13h9",
  off: "M8 2v6M4.5 4.5a5 5 0 1 0 7 0",
  ringing: "M4 11V7a4 4 0 0 1 8 0v4l1 1H3zM6.5 13.5h3",
  talking: "M3 3l2.5-.5L7 6 5.5 7.2a8 8 0 0 0 3.3 3.3L10 9l3.5 1.5L13 13C7 13.5 2.5 9 3 3z",
  wrapUp: "M3 13l1-3.5L11 2.5l2.5 2.5-7 7zM9.5 4l2.5 2.5",
  browser: "M2 3h12v10H2zM2 6h12M4 4.5h.2M6 4.5h.2",
  deskPhone: "M5 2h6v12H5zM7 4.5h2M8 11.5v.2",
  noPhone: "M5 5.5V14h6v-2.5M6.5 2H11v6.5M2 2l12 12",
  phoneLost: "M2 3h12v10H2zM6 6l4 4M10 6l-4 4",
  hold: "M5.5 3v10M10.5 3v10",
  alert: "M8 2l6.5 12h-13zM8 6.5v3.5M8 12v.2",
  listen: "M3 10V8a5 5 0 0 1 10 0v2M3 9.5h2v4H3zM11 9.5h2v4h-2z",
  whisper: "M2.5 4h7v5.5H6L4 11.5v-2H2.5zM12 5.5a3.5 3.5 0 0 1 0 5",
  barge: "M5 5.5a2 2 0 1 0 .01 0M11 5.5a2 2 0 1 0 .01 0M2 13c0-4 6-4 6 0 0-4 6-4 6 0",
  takeover: "M2 8h9M8 4.5L11.5 8 8 11.5M13.5 3v10",
  asking: "M5.5 6a2.5 2.5 0 1 1 3.5 2.3c-.7.4-1 .8-1 1.7M8 12.5v.2",
  awaiting: "M8 2a6 6 0 1 0 .01 0M8 5v3.5l2.5 1.5",
  hears: "M3 6v4h2.5L9 13V3L5.5 6zM11 6a3 3 0 0 1 0 4M12.5 4a6 6 0 0 1 0 8",
  hearsNot: "M3 6v4h2.5L9 13V3L5.5 6zM11.5 6.5l3 3M14.5 6.5l-3 3",
} as const;

export type Sign = keyof typeof PATHS;

export function Icon({ sign }: { sign: Sign }) {
  return (
    <svg className="wall-icon" viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
      <path d={PATHS[sign]} fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}
