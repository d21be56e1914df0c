import { useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";

/** Years as everywhere (2026) or by era (令和8年). */
export type Calendar = "gregory" | "japanese";

/** Where the centre is: instants are shown as its clocks show them. */
const ZONE = "Asia/Tokyo";

const KEPT_UNDER = "sasayaki.calendar";
const listeners = new Set<() => void>();

const keptCalendar = (): Calendar => (localStorage.getItem(KEPT_UNDER) === "japanese" ? "japanese" : "gregory");

/** Changes the calendar and keeps it in this browser. */
export function keepCalendar(calendar: Calendar): void {
  localStorage.setItem(KEPT_UNDER, calendar);
  for (const listener of listeners) listener();
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const useCalendar = (): Calendar => useSyncExternalStore(listen, keptCalendar);

/** Instants, lengths and numbers as people write them. */
export interface Formats {
  /** 2026/11/22(日) 10:42 */
  readonly dateTime: (instant: string | Date) => string;
  readonly date: (instant: string | Date) => string;
  /** With seconds: 10:42:05 */
  readonly time: (instant: string | Date) => string;
  /** Hours are shown only when there are any: 4:05, 1:04:05. */
  readonly length: (ms: number) => string;
  readonly number: (value: number) => string;
  /** Of 1. */
  readonly percent: (value: number) => string;
}

/** The formats of a language and calendar; the zone is the centre's. */
export function formatsOf(language: string, calendar: Calendar, zone: string = ZONE): Formats {
  const locale = language === "ja" ? `ja-JP-u-ca-${calendar}` : "en-GB";
  const era = language === "ja" && calendar === "japanese" ? ({ era: "long" } as const) : {};
  const day = { timeZone: zone, year: "numeric", month: "numeric", day: "numeric", weekday: "short", ...era } as const;
  const dateTime = new Intl.DateTimeFormat(locale, { ...day, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const date = new Intl.DateTimeFormat(locale, day);
  const time = new Intl.DateTimeFormat(locale, { timeZone: zone, hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  const number = new Intl.NumberFormat(language);
  const percent = new Intl.NumberFormat(language, { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });
  return {
    dateTime: (instant) => dateTime.format(new Date(instant)),
    date: (instant) => date.format(new Date(instant)),
    time: (instant) => time.format(new Date(instant)),
    length: lengthOf,
    number: (value) => number.format(value),
    percent: (value) => percent.format(value),
  };
}

/** A length as a clock shows it; parts of a second are dropped. */
export function lengthOf(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (value: number) => String(value).padStart(2, "0");
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

const made = new Map<string, Formats>();

/** The formats of the language and calendar chosen now. */
export function useFormats(): Formats {
  const { i18n } = useTranslation();
  const calendar = useCalendar();
  const key = `${i18n.language} ${calendar}`;
  const formats = made.get(key) ?? formatsOf(i18n.language, calendar);
  made.set(key, formats);
  return formats;
}

/** The instant at which a day of the centre begins, for `2026-11-22`. Japan has no summer time. */
export const beginOfDay = (day: string): Date => new Date(`${day}T00:00:00+09:00`);

/** The centre's day of an instant, as `2026-11-22`. */
export const dayOf = (instant: Date): string =>
  new Intl.DateTimeFormat("sv-SE", { timeZone: ZONE, year: "numeric", month: "2-digit", day: "2-digit" }).format(instant);
