/**
 * Messages by key. A sentence is one message with named places, never glued from pieces, so that
 * another language may order its words as it likes. What customers read has a table for each
 * language in `messages/`; what staff read is added by the staff's pages (`messages/staff.ts`).
 */
import type { desk } from "./messages/desk";
import { en } from "./messages/en";
import { es } from "./messages/es";
import { ht } from "./messages/ht";
import type { past } from "./messages/past";
import type { said } from "./messages/said";
import type { shift } from "./messages/shift";
import type { wall } from "./messages/wall";

type CustomerKey = keyof typeof en;
type StaffKey = keyof typeof desk | keyof typeof past | keyof typeof said | keyof typeof shift | keyof typeof wall;
export type MessageKey = CustomerKey | StaffKey;
/** A message, or one for each plural category of its `count`. */
export type Message = string | Partial<Record<Intl.LDMLPluralRule, string>>;
/** A table of everything that customers read. */
export type CustomerMessages = Record<CustomerKey, Message>;
/** A table of everything that only staff read. */
export type StaffMessages = Record<Exclude<StaffKey, keyof typeof said>, Message>;
export type Messages = Partial<Record<MessageKey, Message>>;
export type Values = Record<string, string | number>;

export const LANGUAGES: Record<string, Messages> = { en: { ...en }, es, ht };

/** Languages as their readers call them. */
export const OWN_NAMES: Record<string, string> = { en: "English", es: "Español", ht: "Kreyòl ayisyen" };

/**
 * What Intl is asked for: numbers as on the city's bills, in all languages. Intl knows no Haitian
 * Creole; its numbers are written so too, its days and months are in `format.ts`.
 */
const LOCALES: Record<string, string> = { en: "en-US", es: "es-US", ht: "en-US" };

let language = "en";

/** Add what staff read, in one language. */
export function addMessages(code: string, messages: Messages): void {
  LANGUAGES[code] = { ...LANGUAGES[code], ...messages };
}

/** Use the first of the city's languages that the reader wants and we have. */
export function chooseLanguage(offered: readonly string[], wanted: readonly string[] = wishes()): void {
  const usable = offered.filter((code) => code in LANGUAGES);
  const match = wanted.map((tag) => tag.split("-")[0] ?? "").find((code) => usable.includes(code));
  language = match ?? usable[0] ?? "en";
}

/** Use this language without asking anybody: the page came in it. */
export function useLanguage(code: string): void {
  language = code in LANGUAGES ? code : "en";
}

/** The server chose by address, cookie and browser, and wrote its choice on the page. */
function wishes(): readonly string[] {
  return [document.documentElement.lang, ...navigator.languages];
}

export function currentLanguage(): string {
  return language;
}

export function currentLocale(): string {
  return LOCALES[language] ?? "en-US";
}

export function t(key: MessageKey, values: Values = {}): string {
  const message: Message = LANGUAGES[language]?.[key] ?? LANGUAGES.en?.[key] ?? key;
  const text = typeof message === "string" ? message : plural(message, Number(values.count ?? 0));
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? written(value) : value;
  });
}

function plural(message: Partial<Record<Intl.LDMLPluralRule, string>>, count: number): string {
  if (count === 0 && message.zero !== undefined) return message.zero;
  return message[reckoned().plurals.select(count)] ?? message.other ?? "";
}

/** Intl's tools of a locale: to make one takes longer than to use it a hundred times. */
const tools = new Map<string, { numbers: Intl.NumberFormat; plurals: Intl.PluralRules }>();

function reckoned(): { numbers: Intl.NumberFormat; plurals: Intl.PluralRules } {
  const locale = currentLocale();
  let made = tools.get(locale);
  if (made === undefined) {
    made = { numbers: new Intl.NumberFormat(locale), plurals: new Intl.PluralRules(locale) };
    tools.set(locale, made);
  }
  return made;
}

/** A number as on the city's bills. */
export function written(value: number): string {
  return Number.isInteger(value) && value >= 0 && value < 1000 ? String(value) : reckoned().numbers.format(value);
}

/** What the server says in English itself (`messages/server-*.ts`): in the reader's language where that has words for it. */
export function fromServer(group: string, name: string, english: string): string {
  const message = LANGUAGES[language]?.[`${group}.${name}` as MessageKey];
  return typeof message === "string" ? message : english;
}

/** A word of the contract (a state, a symptom, a device kind) for people; unknown words are shown as they are. */
export function word(group: string, value: string | null | undefined): string {
  if (!value) return "";
  const key = `${group}.${value}`;
  return key in (LANGUAGES.en ?? {}) ? t(key as MessageKey) : value.replaceAll("_", " ");
}
