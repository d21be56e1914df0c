import { useLayoutEffect, useRef } from "react";

import { lengthOf } from "../app/dates";
import { onSecond } from "./clock";
import { instant } from "./model/rows";

/** The time since an instant, moved on each second without React. */
export function Elapsed({ since }: { since: string | number | undefined }) {
  const shown = useRef<HTMLSpanElement>(null);
  const from = typeof since === "number" ? since : instant(since);
  useLayoutEffect(() => {
    const show = () => {
      if (shown.current) shown.current.textContent = from === undefined ? "" : lengthOf(Date.now() - from);
    };
    show();
    return onSecond(show);
  }, [from]);
  return <span ref={shown} className="wall-elapsed" />;
}
