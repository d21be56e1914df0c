import { useEffect, useRef } from "react";

import classes from "./phone.module.css";

/** A bar as long as something is loud; read anew for each frame, without React. */
export function LevelMeter({ level, label }: { level: () => number; label: string }) {
  const bar = useRef<HTMLDivElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let asked = 0;
    const draw = () => {
      const loudness = level();
      if (bar.current) bar.current.style.transform = `scaleX(${loudness.toFixed(3)})`;
      frame.current?.setAttribute("aria-valuenow", String(Math.round(loudness * 100)));
      asked = requestAnimationFrame(draw);
    };
    asked = requestAnimationFrame(draw);
    return () => cancelAnimationFrame(asked);
  }, [level]);
  return (
    <div ref={frame} className={classes["meter"]} role="meter" aria-label={label} aria-valuemin={0} aria-valuemax={100} aria-valuenow={0}>
      <div ref={bar} className={classes["loudness"]} />
    </div>
  );
}
