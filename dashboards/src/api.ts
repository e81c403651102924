/** The only place that fetches. Reads go to feed (our origin), writes to intake. */
import type {
  Area,
  Config,
  Course,
  Customer,
  DoubtedLinks,
  HelpPlace,
  Incident,
  IncidentFull,
  Marks,
  ModeTable,
  Premise,
  PremiseKnown,
  Problem,
  ReceiptStatus,
  ReportFull,
  ServerMessage,
  Session,
  Snapshot,
  Transit,
  Switch,
  SwitchDetail,
} from "./contract";
import { fromServer } from "./i18n";

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly problem: Problem,
    readonly retryAfterSeconds: number,
  ) {
    super(fromServer("problem", problem.code ?? "", problem.detail || problem.title || `HTTP ${status}`));
  }
}

/** Nothing answered at all: the network or the server is away. */
export class Unreachable extends Error {}

export const MAP_URLS = {
  streets: "/api/v1/map/streets.geojson",
  ground: "/api/v1/map/ground.geojson",
  landmarks: "/api/v1/map/landmarks.geojson",
  areas: "/api/v1/map/areas.geojson",
  network: "/api/v1/map/network.geojson",
  devices: "/api/v1/map/devices.geojson",
} as const;

const TIMEOUT_MS = 15_000;
const PAST_TIMEOUT_MS = 40_000;

async function request<T>(url: string, init: RequestInit = {}): Promise<T> {
  let response: Response;
  try {
    response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS), ...init });
  } catch (error) {
    throw new Unreachable(String(error));
  }
  const text = await response.text();
  const body: unknown = text && /json/.test(response.headers.get("content-type") ?? "") ? JSON.parse(text) : {};
  if (!response.ok) {
    throw new ApiError(response.status, body as Problem, Number(response.headers.get("retry-after")) || 0);
  }
  return body as T;
}

const part = encodeURIComponent;

export const config = (): Promise<Config> => request("/api/v1/config");
export const session = (): Promise<Session> => request("/api/v1/session");
export const snapshot = (audience: "desk" | "public"): Promise<Snapshot> => request(`/api/v1/${audience}/snapshot`);
export const publicAreas = (): Promise<GeoJSON.FeatureCollection> => request(MAP_URLS.areas);
export const receiptStatus = (receipt: string): Promise<ReceiptStatus> => request(`/api/v1/reports/${part(receipt)}`);
/** The public area of an address, as it is now. */
export const areaOf = async (address: string): Promise<Area> =>
  (await request<{ area: Area }>(`/api/v1/public/area?address=${part(address)}`)).area;
export const helpPlaces = async (): Promise<HelpPlace[]> =>
  (await request<{ places: HelpPlace[] }>("/api/v1/public/places")).places;
/** Reads of the desk now, or (`at`) as they were at a past position. */
const desk = (at: number | null): string => (at === null ? "/api/v1/desk" : `/api/v1/desk/past/${at}`);
/** The past is worked out when it is asked for; the first time, what works it out has to start. */
const past = (at: number | null): RequestInit => (at === null ? {} : { signal: AbortSignal.timeout(PAST_TIMEOUT_MS) });

export const transitAlerts = (): Promise<Transit> => request("/api/v1/public/transit-alerts");
export const report = (receipt: string, at: number | null = null): Promise<ReportFull> =>
  request(`${desk(at)}/reports/${part(receipt)}`, past(at));

/** An incident with its reports, whether the server nests the incident or gives its fields beside them. */
export async function incident(id: string, at: number | null = null): Promise<IncidentFull> {
  const body = await request<Partial<IncidentFull> & Incident>(`${desk(at)}/incidents/${part(id)}`, past(at));
  return {
    n: body.n ?? 0,
    incident: body.incident ?? body,
    argument: body.argument ?? null,
    narrower: body.narrower ?? null,
    sightings: body.sightings ?? [],
    reports: Array.isArray(body.reports) ? body.reports : [],
  };
}

async function premiseList(query: string): Promise<Premise[]> {
  const body = await request<Premise[] | { premises: Premise[] }>(`/api/v1/desk/premises?${query}`);
  return Array.isArray(body) ? body : body.premises;
}

export const premisesByText = (text: string): Promise<Premise[]> => premiseList(`q=${part(text)}`);
export const premisesNear = (lon: number, lat: number): Promise<Premise[]> => premiseList(`lon=${lon}&lat=${lat}`);

export const premise = (id: string): Promise<PremiseKnown> => request(`/api/v1/desk/premises/${part(id)}`);
export const course = (): Promise<Course> => request("/api/v1/desk/course");
/** Links of customers to transformers that are likely wrong, the surest first. */
export const switchesByName = async (text: string): Promise<Switch[]> =>
  (await request<{ switches: Switch[] }>(`/api/v1/desk/switches?q=${part(text)}`)).switches;
export const switchDetail = (device: string): Promise<SwitchDetail> =>
  request(`/api/v1/desk/switches?device=${part(device)}`);
export const doubtedLinks = (): Promise<DoubtedLinks> => request("/api/v1/desk/links");
export const LINKS_CSV_URL = "/api/v1/desk/links.csv";
export const customer = (premise: string, at: number | null = null): Promise<Customer> =>
  request(`${desk(at)}/customers/${part(premise)}`, past(at));
/** What leads from the picture at `known` to a past one (see ARCHITECTURE.md, "Time travel"). */
export const pastPicture = (query: Record<string, number>): Promise<ServerMessage> =>
  request(`/api/v1/desk/past?${new URLSearchParams(Object.entries(query).map(([k, v]) => [k, String(v)]))}`, past(0));
export const marks = (): Promise<Marks> => request("/api/v1/desk/past/marks", past(0));
export const modes = (): Promise<ModeTable> => request("/api/v1/desk/modes");

/** A fresh key for one intention; sent again unchanged when the same intention is retried. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A write of staff: session, token against forgery, and a key under which it counts once. */
function write<T>(signedIn: Session, path: string, key: string, body: object): Promise<T> {
  return request(`${signedIn.intake_url}/api/v1/desk/${path}`, {
    method: "POST",
    credentials: "include",
    headers: { "Content-Type": "application/json", "X-CSRF-Token": signedIn.csrf, "Idempotency-Key": key },
    body: JSON.stringify(body),
  });
}

export const act = (signedIn: Session, path: string, key: string, body: object): Promise<{ action: string }> =>
  write(signedIn, path, key, body);
/** A caller's report, typed by staff. */
export const enterReport = (signedIn: Session, key: string, body: object): Promise<Received> =>
  write(signedIn, "reports", key, body);

export function signIn(intakeUrl: string, person: string, password: string, desk: string): Promise<object> {
  return request(`${intakeUrl}/staff/sign-in`, {
    method: "POST",
    credentials: "include",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ person, password, desk }),
  });
}

export interface Received {
  receipt: string;
  received_ms: number;
  status_url: string;
  safety: boolean;
  advice?: string;
}

export function sendReport(intakeUrl: string, key: string, body: object): Promise<Received> {
  return request(`${intakeUrl}/api/v1/reports`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": key },
    body: JSON.stringify(body),
  });
}
