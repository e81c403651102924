/**
 * Messages by key. A sentence is one message with named places, never glued from pieces, so that
 * another language may order its words as it likes. English is complete; another language is a
 * file of the same keys added to `LANGUAGES`.
 */
import { en } from "./messages/en";

export type MessageKey = keyof typeof en;
/** A message, or one for each plural category of its `count`. */
export type Message = string | Partial<Record<Intl.LDMLPluralRule, string>>;
export type Messages = Record<MessageKey, Message>;
export type Values = Record<string, string | number>;

export const LANGUAGES: Record<string, Partial<Messages>> = { en };

let language = "en";

/** Use the first of the city's languages that the reader wants and we have. */
export function chooseLanguage(offered: readonly string[], wanted: readonly string[] = navigator.languages): void {
  const usable = offered.filter((code) => code in LANGUAGES);
  const match = wanted.map((tag) => tag.split("-")[0] ?? "").find((code) => usable.includes(code));
  language = match ?? usable[0] ?? "en";
}

export function currentLanguage(): string {
  return language;
}

export function t(key: MessageKey, values: Values = {}): string {
  const message: Message = LANGUAGES[language]?.[key] ?? en[key];
  const text = typeof message === "string" ? message : plural(message, Number(values.count ?? 0));
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? value.toLocaleString(language) : value;
  });
}

function plural(message: Partial<Record<Intl.LDMLPluralRule, string>>, count: number): string {
  return message[new Intl.PluralRules(language).select(count)] ?? message.other ?? "";
}

/** A word of the contract (a state, a symptom, a device kind) for people; unknown words are shown as they are. */
export function word(group: string, value: string | null | undefined): string {
  if (!value) return "";
  const key = `${group}.${value}`;
  return key in en ? t(key as MessageKey) : value.replaceAll("_", " ");
}
