import { lengthOf } from "../../app/dates";
import type { Alert } from "../model/rows";

/** What a rule measured and its threshold, in people's units; undefined where nothing was measured. */
export function measuredOf({ kind, measured, threshold }: Pick<Alert, "kind" | "measured" | "threshold">): { measured: string; threshold: string } | undefined {
  const [one, other] = [Number(measured), Number(threshold)];
  if (kind === "ALERT_KIND_HELP" || other === 0) return undefined;
  const unit =
    kind === "ALERT_KIND_SERVICE_LEVEL"
      ? (value: number) => `${(value / 10).toFixed(1)}%`
      : kind === "ALERT_KIND_OVERTALK"
        ? (value: number) => `×${value}`
        : lengthOf;
  return { measured: unit(one), threshold: unit(other) };
}
