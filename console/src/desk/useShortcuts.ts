import { useEffect, useEffectEvent } from "react";

import { type Act, actOf, mayFire, TALK_BACK_KEY, writes } from "./shortcuts";

/** Does what the keys say, except while a dialog is open or one writes; the talk-back key is told of both ways. */
export function useShortcuts(act: (what: Act) => void, talkBack: (on: boolean) => void, closed: boolean): void {
  const down = useEffectEvent((event: KeyboardEvent) => {
    const inField = writes(event.target);
    if (closed && event.key !== "F9") return;
    if (event.key.toLowerCase() === TALK_BACK_KEY && mayFire(event, inField)) {
      if (!event.repeat) talkBack(true);
      return;
    }
    const what = actOf(event, inField);
    if (!what) return;
    event.preventDefault();
    act(what);
  });
  const up = useEffectEvent((event: KeyboardEvent) => {
    if (event.key.toLowerCase() === TALK_BACK_KEY) talkBack(false);
  });
  // A key that is let go of elsewhere is never heard of: the operator must not stay private by mistake.
  const left = useEffectEvent(() => talkBack(false));
  useEffect(() => {
    const onDown = (event: KeyboardEvent) => down(event);
    const onUp = (event: KeyboardEvent) => up(event);
    const onLeft = () => left();
    window.addEventListener("keydown", onDown);
    window.addEventListener("keyup", onUp);
    window.addEventListener("blur", onLeft);
    return () => {
      window.removeEventListener("keydown", onDown);
      window.removeEventListener("keyup", onUp);
      window.removeEventListener("blur", onLeft);
    };
  }, []);
}
