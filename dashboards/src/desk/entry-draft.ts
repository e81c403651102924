/**
 * A caller's report while it is typed. Kept in this tab's storage, so that a lost connection, a new
 * sign-in or a reload costs nothing; forgotten when it is sent, cleared or signed out of.
 */
import type { Premise, Symptom } from "../contract";

export interface Draft {
  address: string;
  premise: Premise | null;
  landmark: string;
  phone: string;
  symptom: Symptom | "";
  medical: boolean;
  note: string;
  callback: string;
  /** The key under which `said` was sent: the same words again are the same report. */
  key: string;
  said: string;
}

export const EMPTY: Draft = {
  address: "",
  premise: null,
  landmark: "",
  phone: "",
  symptom: "",
  medical: false,
  note: "",
  callback: "",
  key: "",
  said: "",
};

const KEY = "stormops-entry";

export function load(): Draft {
  try {
    return { ...EMPTY, ...(JSON.parse(sessionStorage.getItem(KEY) ?? "{}") as Partial<Draft>) };
  } catch {
    return EMPTY; // no storage here, or not ours
  }
}

export function save(draft: Draft): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(draft));
  } catch {
    // Kept as long as the page is.
  }
}

export function forget(): void {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // There was nothing to forget.
  }
}

export const isEmpty = (draft: Draft): boolean =>
  !draft.symptom &&
  !draft.medical &&
  !(draft.address + draft.landmark + draft.phone + draft.note + draft.callback).trim();

/** The letter of a service point by what is wrong with it. */
const LETTERS: Partial<Record<Symptom, string>> = { water: "W", sewer: "S", gas_odour: "G" };

/** The report as intake takes it: what is empty is left out; a chosen premise is named, so that nothing is guessed. */
export function reportOf(draft: Draft): Record<string, unknown> {
  const body: Record<string, unknown> = { symptom: draft.symptom };
  for (const name of ["address", "landmark", "phone", "note", "callback"] as const) {
    const text = draft[name].trim();
    if (text) body[name] = text;
  }
  if (draft.premise !== null && draft.symptom) {
    body.service_point = `${LETTERS[draft.symptom] ?? "E"}-${draft.premise.premise}`;
    body.address = draft.premise.address;
    if (draft.premise.lat != null && draft.premise.lon != null) {
      body.latitude = draft.premise.lat;
      body.longitude = draft.premise.lon;
    }
  }
  if (draft.medical) body.medical = true;
  return body;
}

/** The draft with the key for sending it now: kept while the words are the same, new when they changed. */
export function keyed(draft: Draft, newKey: () => string): Draft {
  const said = JSON.stringify(reportOf(draft));
  return draft.key && draft.said === said ? draft : { ...draft, key: newKey(), said };
}
