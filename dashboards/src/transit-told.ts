/** What of the buses' alerts is told: never that all is well by a feed that nobody hears. */
import type { TransitSource } from "./contract";

const NAMED_MAX = 8;

/** Names in one line, the first few of many. */
export const several = (names: readonly string[]): string =>
  names.slice(0, NAMED_MAX).join(", ") + (names.length > NAMED_MAX ? ` (+${names.length - NAMED_MAX})` : "");

/** A text in the reader's language, else in English, else in whichever there is, with its language. */
export function inLanguage(texts: Record<string, string>, language: string): { lang: string; text: string } | null {
  const lang = [language, "en", ...Object.keys(texts)].find((code) => texts[code]);
  return lang === undefined ? null : { lang, text: texts[lang] ?? "" };
}

/** Whether nobody can say from the feed that all buses run. */
export const isOld = (feed: TransitSource | null, nowMs: number): boolean =>
  feed !== null && (feed.old_from_ms === null || nowMs >= feed.old_from_ms);
