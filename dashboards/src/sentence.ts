/** What the core says, in the reader's words: a key with its values, or a text as a person or an older journal has it. */
import type { Incident, Sentence, Words } from "./contract";
import { currentLocale, t, word, type MessageKey, type Values } from "./i18n";

/** Values that are words of the contract: by name, the group that has their words. */
const GROUPS: Record<string, string> = {
  field: "field",
  into_utility: "utility",
  kind: "device",
  mode: "mode_name",
  state: "state",
  utility: "utility",
  was: "mode_name",
};

/** The sentence; of a key that this page does not know (the server is newer) the key and its values. */
export function told(words: Words): string {
  if (typeof words === "string") return words;
  const values: Values = {};
  for (const [name, value] of Object.entries(words.args ?? {})) values[name] = valueOf(name, value);
  const key = `said.${words.key}`;
  const text = t(key as MessageKey, values);
  return text === key ? [words.key.replaceAll("_", " "), ...Object.values(values)].join(" · ") : text;
}

/** Where an incident is, in the reader's words; empty where nobody knows. */
export const placeOf = (incident: Pick<Incident, "place">): string => told(incident.place);

/** The same of an incident by its id, among those that the desk knows. */
export function placeIn(desk: { incidents: ReadonlyMap<string, Incident> }, id: string | null): string {
  const incident = id === null ? undefined : desk.incidents.get(id);
  return incident === undefined ? "" : placeOf(incident);
}

function valueOf(name: string, value: string | number | Sentence): string | number {
  if (typeof value === "object") return told(value);
  const group = GROUPS[name];
  if (group === undefined || typeof value === "number") return value;
  return word(group, value).toLocaleLowerCase(currentLocale());
}
