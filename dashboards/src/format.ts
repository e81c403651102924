/** Numbers, times and spans for people, in the city's time zone. */
import { currentLanguage, currentLocale, t, written } from "./i18n";

let timeZone: string | undefined;

export function useTimeZone(zone: string): void {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    timeZone = zone;
  } catch {
    timeZone = undefined; // an unknown zone: the reader's own
  }
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(ms: number, options: Intl.DateTimeFormatOptions): string {
  const key = JSON.stringify([currentLocale(), timeZone, options]);
  let made = formats.get(key);
  if (made === undefined) {
    made = new Intl.DateTimeFormat(currentLocale(), { ...options, ...(timeZone ? { timeZone } : {}) });
    formats.set(key, made);
  }
  return made.format(ms);
}

/** How far the city's clock is ahead of UTC at a time. */
export function zoneOffsetMs(ms: number): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    ...{ year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" },
    hourCycle: "h23",
    ...(timeZone ? { timeZone } : {}),
  }).formatToParts(ms);
  const of = (type: string) => Number(parts.find((part) => part.type === type)?.value ?? 0);
  const local = Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second"));
  return local - Math.floor(ms / 1000) * 1000;
}

export const number = written;

/** A share as a percentage; small but not nothing is never shown as 0. */
export function percent(part: number, whole: number): string {
  const share = whole > 0 ? part / whole : 0;
  if (share > 0 && share < 0.001) return t("format.under", { value: "0.1 %" });
  const digits = share < 0.1 && share > 0 ? 1 : 0;
  return t("format.percent", { value: (share * 100).toFixed(digits) });
}

export const clock = (ms: number): string => format(ms, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
export const clockSeconds = (ms: number): string =>
  format(ms, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
/** Days and months of the languages that Intl does not know, by their short English names. */
const NAMES: Record<string, Record<string, string>> = {
  ht: {
    ...{ Mon: "lendi", Tue: "madi", Wed: "mèkredi", Thu: "jedi", Fri: "vandredi", Sat: "samdi", Sun: "dimanch" },
    ...{ Jan: "janv.", Feb: "fevr.", Mar: "mas", Apr: "avr.", May: "me", Jun: "jen" },
    ...{ Jul: "jiyè", Aug: "out", Sep: "sept.", Oct: "okt.", Nov: "nov.", Dec: "des." },
  },
};

export function day(ms: number): string {
  const names = NAMES[currentLanguage()];
  if (names === undefined) return format(ms, { weekday: "short", day: "numeric", month: "short" });
  const [weekday, date, month] = [{ weekday: "short" }, { day: "numeric" }, { month: "short" }].map((part) =>
    format(ms, part as Intl.DateTimeFormatOptions),
  );
  return `${names[weekday ?? ""]} ${date} ${names[month ?? ""]}`;
}

/** A stopwatch: minutes and seconds, hours in front when there are any. */
export function timer(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (value: number) => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** A time, with its day unless it is within a day of `nowMs`. */
export function when(ms: number, nowMs: number): string {
  if (!ms) return t("format.unknown");
  return Math.abs(nowMs - ms) < 18 * 3_600_000 ? clock(ms) : `${day(ms)}, ${clock(ms)}`;
}

/** A span such as "45 s", "12 min", "3 h 05 min", "2 d 4 h". */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 90) return t("span.s", { s: seconds });
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return t("span.min", { min: minutes });
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return t("span.h", { h: hours, min: String(minutes % 60).padStart(2, "0") });
  return t("span.d", { d: Math.floor(hours / 24), h: hours % 24 });
}
