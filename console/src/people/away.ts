import { useCallback } from "react";
import { useTranslation } from "react-i18next";

import type { texts } from "../app/texts";

type Absence = keyof (typeof texts)["en"]["absence"];

/** What an operator may say of an absence. */
export const ABSENCES = ["break", "lunch", "briefing", "training", "paperwork", "other"] as const satisfies readonly Absence[];
const KNOWN: readonly string[] = [...ABSENCES, "missed", "refused", "unreachable", "failed"] as const satisfies readonly Absence[];

/** The words for an absence: those of the list, or what somebody wrote. */
export function useAwayWords(): (absence: string) => string {
  const { t } = useTranslation("app");
  return useCallback((absence) => (KNOWN.includes(absence) ? t(`absence.${absence as Absence}`) : absence), [t]);
}
