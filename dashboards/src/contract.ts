/**
 * The shapes that feed and intake promise (ARCHITECTURE.md, "Contracts at the seams").
 * Times are platform milliseconds since 1970; probabilities and penalties are integers per 10,000.
 */

/** What the core says: a key with its values, said in the reader's language (`sentence.ts`). */
export interface Sentence {
  key: string;
  args?: Record<string, string | number | Sentence>;
}
/** A sentence, or a text as a person or an older journal has it. */
export type Words = string | Sentence;

export type Utility = "electric" | "water" | "gas" | "sewer";

export type IncidentState = "predicted" | "confirmed" | "partly_restored" | "restored" | "cancelled" | "closed";

export type ReportState = "received" | "matched" | "unmatched";

export type Symptom =
  | "lights_out"
  | "partial"
  | "flickering"
  | "wire_down"
  | "pole_down"
  | "entrapment"
  | "tree"
  | "transformer"
  | "gas_odour"
  | "water"
  | "sewer";

/** Longitude, latitude in degrees. */
export type Position = [number, number];

export interface Incident {
  id: string;
  utility: Utility;
  state: IncidentState;
  device: string | null;
  device_kind: string | null;
  feeder: string | null;
  lon: number | null;
  lat: number | null;
  customers_out: number;
  customers_out_max: number;
  reports: number;
  since_ms: number;
  opened_ms: number;
  updated_ms: number;
  place: Words;
  hull: Position[] | null;
  probability: number;
  confirmed_by: string | null;
  /** People opened its device: its customers are known to be out. */
  switched?: boolean;
  reasons: Words[];
  safety: number;
  medical: number;
  /** Meters that say that power is off here; `reports` does not count them. */
  meters?: number;
  /** How often reports of it were heard again: the same premise, channel and kind within 15 minutes. */
  repeats?: number;
}

export interface ReportPoint {
  receipt: string;
  lon: number | null;
  lat: number | null;
  symptom: Symptom;
  utility: Utility;
  incident: string | null;
  received_ms: number;
  safety: boolean;
  medical: boolean;
  state: ReportState;
  repeats?: number;
  heard_ms?: number;
}

export interface Candidate {
  premise: string;
  address: string;
  penalty: number;
  reasons: Words[];
  lon: number | null;
  lat: number | null;
}

export interface Unmatched {
  receipt: string;
  said: string;
  why: Words;
  candidates: Candidate[];
  received_ms: number;
  safety: boolean;
}

export interface Refusal {
  action: string;
  code: string;
  text: Words;
  at_ms: number;
}

/** The ladder, from the quiet day to the machine on its own. */
export const MODES = ["normal", "watch", "storm", "surge", "island"] as const;
export type Mode = (typeof MODES)[number];

/** What everybody may know of the mode. */
export interface PublicMode {
  mode: Mode;
  since_ms: number;
  sentence: string;
}

export interface ModeNow extends PublicMode {
  cause: "declared" | "automatic" | "";
  by: string | null;
  reason: Words;
  scope: string;
}

export type Level = "full" | "lean" | "snapshot" | "stand_in" | "queue" | "suspend" | "hold";

export interface PlatformFunction {
  name: string;
  title: string;
  criticality: string;
  levels: Record<Mode, Level>;
  sentence: string;
}

export interface ModeTable {
  modes: { mode: Mode; sentence: string; public: string }[];
  functions: PlatformFunction[];
}

/** A report that may be about life, with its clock. */
export interface SafetyItem {
  receipt: string;
  kind: string;
  said: string;
  incident: string | null;
  lon: number | null;
  lat: number | null;
  received_ms: number;
  due_ms: number;
  level: number;
  state: "waiting" | "escalated" | "acknowledged";
  by: string | null;
}

export interface DeskTotals {
  customers: number;
  customers_out: number;
  customers_restored: number;
  incidents_open: number;
  incidents_by_state: Partial<Record<IncidentState, number>>;
  reports: number;
  reports_matched: number;
  reports_unmatched: number;
  reports_duplicated: number;
  reports_open: number;
  reports_repeated?: number;
  safety_open: number;
  safety_waiting?: number;
  safety_escalated?: number;
  reports_not_shown: number;
  /** Premises whose meter says off; and those of which people said since then that power is back. */
  meters_off?: number;
  meters_unknown?: number;
  /** Meters of areas from which nothing is heard. */
  meters_silent?: number;
  /** Links of customers to transformers that are likely wrong. */
  links_doubted?: number;
  /** Switches that are not as they normally are. */
  switches_abnormal?: number;
  at_ms: number;
}

/** Text messages to customers. */
export interface MessageCounts {
  /** Phones that said yes, each counted for each of its places; and those that were asked and have not answered. */
  signed_up: number;
  asked: number;
  waiting: number;
  /** The others are of so many hours. */
  hours: number;
  sent: number;
  refused: number;
  unclear: number;
  late: number;
  overtaken: number;
}

export interface PublicTotals {
  customers: number;
  customers_out: number;
  areas_affected: number;
  at_ms: number;
}

/** Areas from whose meters nothing is heard: outages may be missing there. */
export interface Unheard {
  /** So it is of every area that has meters. */
  whole: boolean;
  areas: { id: string; name: string; since_ms: number }[];
}

/** An area of the meter network that is not heard. */
export interface Silence {
  id: string;
  name: string;
  meters: number;
  since_ms: number;
  lon: number | null;
  lat: number | null;
}

/** A device that can be opened and closed; since when, by whom and why are null where nobody ever operated it. */
export interface Switch {
  device: string;
  kind: string;
  feeder: string;
  open: boolean;
  normally_open: boolean;
  since_ms: number | null;
  by: string | null;
  reason: Words | null;
  source: "person" | "telemetry" | "confirmed" | null;
  /** How many nothing feeds because it is open. */
  customers: number;
  /** It closes a ring: fed from two sides. */
  parallel: boolean;
  lon: number | null;
  lat: number | null;
}

/** What the field saw closed; `incident`: that of the one house that has the trouble instead. */
export interface Sighting {
  /** The action that said so. */
  action: string;
  /** From the customer's side up. */
  devices: string[];
  at_ms: number;
  by: string;
  reason: string;
  incident: string | null;
  lon: number | null;
  lat: number | null;
}

/** What it would do to open or close a device: customers moved, left without service, fed again. */
export interface SwitchEffect {
  open: boolean;
  moved: number;
  dark: number;
  fed: number;
  feeders: string[];
  parallel: boolean;
}

export interface SwitchDetail {
  n: number;
  at_ms: number;
  switch: Switch;
  effect: SwitchEffect;
}

export interface Area {
  id: string;
  name: string;
  customers: number;
  out: number;
  since_ms: number;
}

/** Buses that do not run as usual, in GTFS-Realtime's words. `whole`: all of them; without it, routes and stops: some trips. */
export interface TransitAlert {
  effect: string;
  cause: string;
  severity: "SEVERE" | "WARNING" | "UNKNOWN_SEVERITY" | "INFO";
  whole: boolean;
  routes: string[];
  stops: string[];
  header: Record<string, string>;
  description: Record<string, string>;
  start_ms: number | null;
  end_ms: number | null;
  source: "staff" | "feed";
}

/** The buses' feed: of when its word is, and from when on that is too old; both null while it was never heard. */
export interface TransitSource {
  name: string;
  as_of_ms: number | null;
  old_from_ms: number | null;
}

/** The alerts that hold, how many more there are; without a feed the city's staff say everything. */
export interface Transit {
  alerts: TransitAlert[];
  more: number;
  feed: TransitSource | null;
}

/** Where people find help, as the city's staff wrote it. */
export interface HelpPlace {
  kind: "shelter" | "cooling" | "charging" | "water";
  name: string;
  address: string;
  lon: number | null;
  lat: number | null;
  open: boolean;
  hours: string;
  phone: string;
  note: Record<string, string>;
}

/** A report that said another one again, in its own words. */
export interface LaterReport {
  receipt: string;
  received_ms: number;
  channel?: string;
  symptom?: Symptom;
  medical?: boolean;
  safety?: boolean;
  said?: string;
  note?: string | null;
  callback?: string | null;
}

/** Everything one report holds, for staff. */
export interface ReportFull {
  receipt: string;
  received_ms: number;
  channel?: string;
  state?: ReportState;
  symptom: Symptom;
  address?: string | null;
  premise?: string | null;
  lon?: number | null;
  lat?: number | null;
  said?: Record<string, unknown> | string | null;
  note?: string | null;
  callback?: string | null;
  medical?: boolean;
  safety?: boolean;
  incident?: string | null;
  rule?: string | null;
  penalty?: number | null;
  reasons?: Words[];
  why?: Words | null;
  candidates?: Candidate[];
  repeats?: number;
  heard_ms?: number;
  /** The newest with a note of those that said it again. */
  noted?: LaterReport | null;
  duplicates?: string[];
  /** What said it again, newest first: the few of `later_total` that are given. */
  later?: LaterReport[];
  later_total?: number;
}

/** What to ask next: call a customer, ping a meter, look at a device; `gain` in thousandths of a bit. */
export interface Asked {
  kind: "call" | "ping" | "look";
  target: string;
  address: string | null;
  gain: number;
}

/** What a dispatcher argues with about a predicted incident; chances per 10,000. */
export interface Argument {
  /** Least and most customers out, with a chance of .8. */
  customers_out: [number, number];
  alternatives: { device: string; device_kind: string | null; probability: number }[];
  against: { device: string; device_kind: string | null; silent: number; share: number }[];
  next: Asked[];
}

export interface IncidentFull {
  n: number;
  incident: Incident;
  argument: Argument | null;
  /** Of those who call, so many are below these few of the devices right below the predicted one. */
  narrower: { devices: string[]; callers: number; of: number } | null;
  /** Actions of the sightings that bear on it. */
  sightings: string[];
  reports: ReportFull[];
}

export interface Premise {
  premise: string;
  address: string;
  lon: number;
  lat: number;
  /** The number by which it was found, when it was one. */
  by?: "account" | "meter" | "phone";
}

/** What is known of a premise while its customer is on the phone. */
export interface PremiseKnown {
  n: number;
  premise: string;
  address: string;
  incidents: Incident[];
  reports: string[];
  meter?: "off" | "on" | "unknown";
}

/** A report of the customer on the line. */
export interface CustomerReport {
  receipt: string;
  symptom: Symptom;
  channel: string;
  received_ms: number;
  heard_ms: number;
  repeats: number;
  safety: boolean;
  medical: boolean;
  answered: boolean;
  note: string | null;
  callback: string | null;
  later: LaterReport[];
}

/** One premise on one page. */
export interface Customer {
  n: number;
  at_ms: number;
  premise: string;
  address: string;
  lon: number | null;
  lat: number | null;
  account: string | null;
  phone: string | null;
  meter_number: string | null;
  meter: "off" | "on" | "unknown" | null;
  device: string | null;
  incidents: Incident[];
  reports_total: number;
  reports: CustomerReport[];
  callbacks: CustomerReport[];
  medical: boolean;
  /** The neighbours have power again and this house has not. */
  nested: boolean;
}

/** A customer who likely hangs on another transformer than the records say; `probability` per 10,000. */
export interface DoubtedLink {
  premise: string;
  address: string;
  recorded: string;
  recorded_kind: string;
  likely: string | null;
  /** To the likely one. */
  metres: number | null;
  probability: number;
  /** Its meter says so; else the customer does. */
  by_meter: boolean;
  at_ms: number;
  lon: number | null;
  lat: number | null;
}

export interface DoubtedLinks {
  n: number;
  at_ms: number;
  links: DoubtedLink[];
}

/** Customers out over time: [platform ms, customers out, reports ever received]. */
export interface Course {
  n: number;
  at_ms: number;
  samples: [number, number, number][];
}

/** What stands out in the journal: from position `n` on it is seen. */
export type Mark =
  | { kind: "mode"; at_ms: number; n: number; mode: Mode; was: Mode; cause: string }
  | { kind: "incident"; at_ms: number; n: number; incident: string; customers: number };

export interface Marks {
  through: number;
  /** Read to the journal's end; while not, there are more. */
  whole: boolean;
  /** The first tick's time, 0 before there is one. */
  first_ms: number;
  marks: Mark[];
}

export interface ReceiptStatus {
  receipt: string;
  n: number;
  at_ms: number;
  state: string;
  received_ms: number;
  incident?: { state: IncidentState; since_ms: number; others: number; customers_out: number };
}

export interface Session {
  person: string;
  roles: string[];
  desk: string;
  shift: number;
  shift_since_ms: number;
  csrf: string;
  intake_url: string;
  /** Where the customers' accounts are, "" = this city has no counter. */
  counter_url: string;
}

export interface Config {
  city: string;
  title: string;
  phone: string;
  languages: string[];
  intake_url: string;
  feed_url: string;
  centre: Position;
  bbox: [number, number, number, number];
  time_zone: string;
  clock_speed: number;
}

export type View = Record<string, unknown>;

export interface Snapshot {
  n: number;
  epoch: string;
  at_ms: number;
  server_ms?: number;
  view: View;
}

export type ServerMessage =
  | ({ type: "snapshot" } & Snapshot)
  | {
      type: "changes";
      from: number;
      n: number;
      at_ms: number;
      server_ms: number;
      set: View;
      unset: string[];
    }
  | { type: "heartbeat"; n: number; at_ms: number; server_ms: number };

/** RFC 9457 problem details. */
export interface Problem {
  type?: string;
  title?: string;
  detail?: string;
  status?: number;
  code?: string;
  errors?: { field: string; detail: string }[];
}

export const CLOSE = {
  badHello: 4400,
  signedOut: 4401,
  origin: 4403,
  tooLarge: 4413,
  tooMany: 4429,
} as const;
