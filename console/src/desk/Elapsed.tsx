import { useFormats } from "../app/dates";
import { useNow } from "./useNow";

/** How long something has lasted: 4:05. */
export function Elapsed({ since }: { since: string | undefined }) {
  const now = useNow();
  const { length } = useFormats();
  return <time role="timer">{since ? length(now - Date.parse(since)) : "–:––"}</time>;
}

/** How long something may still take: 0:15. */
export function Remaining({ until }: { until: string | undefined }) {
  const now = useNow();
  const { length } = useFormats();
  return <time role="timer">{until ? length(Date.parse(until) - now) : "–:––"}</time>;
}
