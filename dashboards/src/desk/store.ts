/** The desk's picture: the view's keys sorted into kinds, and a calm rhythm of redrawing. */
import type {
  DeskTotals,
  Incident,
  MessageCounts,
  ModeNow,
  Refusal,
  ReportPoint,
  SafetyItem,
  Sighting,
  Silence,
  Switch,
  Unmatched,
} from "../contract";
import type { Source } from "../feed";
import { nextFrame, Pace } from "../pace";
import { Ordered } from "./ordered";
import { acceptIncident, compareIncidents, compareReports, type Filter, safetyInOrder } from "./select";
import { Work } from "./work";

/** Least wall milliseconds between two redraws; a person cannot read faster, and the machine rests. */
export const REDRAW_MS = 200;
/** Points kept of the course of customers out (one every redraw at most, thinned beyond). */
const COURSE_MAX = 240;

export interface Changed {
  /** `null`: everything may have changed. */
  incidents: Set<string> | null;
  reports: Set<string> | null;
}

export class Desk {
  readonly incidents = new Map<string, Incident>();
  readonly reports = new Map<string, ReportPoint>();
  readonly unmatched = new Map<string, Unmatched>();
  readonly refusals = new Map<string, Refusal>();
  /** Reports that may be about life, each with its clock. */
  readonly safety = new Map<string, SafetyItem>();
  /** Areas of the meter network that are not heard. */
  readonly silences = new Map<string, Silence>();
  /** Switches that are not as they normally are. */
  readonly switches = new Map<string, Switch>();
  /** What the field saw closed, of this shift. */
  readonly sightings = new Map<string, Sighting>();
  mode: ModeNow | undefined;
  messages: MessageCounts | undefined;
  totals: DeskTotals | undefined;
  /** Customers out over platform time, since this page was opened. */
  course: { atMs: number; out: number }[] = [];
  /** Grows with every change of a kind; lists are sorted again only then. */
  version = { incidents: 0, reports: 0, unmatched: 0, safety: 0, switches: 0 };
  /** Reports by their incident. */
  private readonly byIncident = new Map<string, Set<string>>();
  /** Reports with a sign of their own on the map: danger, and those that wait for a place. */
  private readonly signed = new Map<string, ReportPoint>();
  /** In order once somebody has looked; kept so from then on. */
  private reportOrder: Ordered<ReportPoint> | undefined;
  private incidentOrder: { filter: Filter; order: Ordered<Incident> } | undefined;
  private workNow: Work | undefined;
  private safetyNow: { version: number; items: SafetyItem[] } = { version: -1, items: [] };
  private listeners = new Set<(changed: Changed) => void>();
  private pending: Changed = { incidents: new Set(), reports: new Set() };
  private readonly pace = new Pace(() => this.redraw());
  private dirty = false;
  private drawing = false;
  private readonly kinds: Record<string, Map<string, unknown>>;

  /** What is shown: `live`, or the past. */
  feed: Source;
  /** The past position that details are read at, as who shows the past sets it; null: now. */
  at: number | null = null;
  private forget: () => void;

  constructor(readonly live: Source) {
    this.feed = live;
    this.kinds = {
      incident: this.incidents,
      report: this.reports,
      unmatched: this.unmatched,
      refusal: this.refusals,
      safety: this.safety,
      silence: this.silences,
      switch: this.switches,
      sighting: this.sightings,
    };
    this.forget = live.subscribe((changed) => this.take(changed));
  }

  /** The past is shown: nothing of it can be acted on. */
  get past(): boolean {
    return this.feed !== this.live;
  }

  /** Show another source from here on; everything may differ. */
  show(source: Source): void {
    if (source === this.feed) return;
    this.forget();
    this.feed = source;
    if (source === this.live) this.at = null;
    this.forget = source.subscribe((changed) => this.take(changed));
    this.take(null);
  }

  subscribe(listener: (changed: Changed) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** The safety queue: late ones first, then those that wait, then those that somebody took on. Never filtered. */
  safetyQueue(): SafetyItem[] {
    if (this.safetyNow.version !== this.version.safety) {
      this.safetyNow = { version: this.version.safety, items: safetyInOrder(this.safety.values()) };
    }
    return this.safetyNow.items;
  }

  /** Those that nobody has taken on now, whatever is shown. */
  liveSafetyWaiting(): SafetyItem[] {
    if (!this.past) return this.safetyWaiting();
    const waiting: SafetyItem[] = [];
    for (const [key, value] of this.live.replica.view) {
      if (key.startsWith("safety/") && (value as SafetyItem).state !== "acknowledged")
        waiting.push(value as SafetyItem);
    }
    return waiting;
  }

  /** Those of the queue that nobody has taken on. */
  safetyWaiting(): SafetyItem[] {
    return this.safetyQueue().filter((item) => item.state !== "acknowledged");
  }

  /** All open reports, the latest first. */
  reportsInOrder(): readonly ReportPoint[] {
    if (this.reportOrder === undefined) {
      this.reportOrder = new Ordered(compareReports);
      this.reportOrder.fill(this.reports.values());
    }
    return this.reportOrder.items;
  }

  /** The incidents that a filter shows, in its order. */
  incidentsBy(filter: Filter): readonly Incident[] {
    if (this.incidentOrder?.filter !== filter) {
      const order = new Ordered(compareIncidents(filter.sort), acceptIncident(filter));
      order.fill(this.incidents.values());
      this.incidentOrder = { filter, order };
    }
    return this.incidentOrder.order.items;
  }

  /** Where the work is. */
  work(): Work {
    this.workNow ??= new Work(this.incidents.values());
    return this.workNow;
  }

  *reportsOf(incident: string): Iterable<ReportPoint> {
    for (const receipt of this.byIncident.get(incident) ?? []) {
      const report = this.reports.get(receipt);
      if (report !== undefined) yield report;
    }
  }

  signedReports(): Iterable<ReportPoint> {
    return this.signed.values();
  }

  private take(changed: string[] | null): void {
    const view = this.feed.replica.view;
    if (changed === null) {
      for (const map of Object.values(this.kinds)) map.clear();
      this.byIncident.clear();
      this.signed.clear();
      this.reportOrder = this.incidentOrder = this.workNow = undefined;
      this.pending = { incidents: null, reports: null };
      for (const key of view.keys()) this.sort(key);
      this.version = {
        incidents: this.version.incidents + 1,
        reports: this.version.reports + 1,
        unmatched: this.version.unmatched + 1,
        safety: this.version.safety + 1,
        switches: this.version.switches + 1,
      };
    } else for (const key of changed) this.sort(key);
    this.follow();
    this.schedule();
  }

  private sort(key: string): void {
    const value = this.feed.replica.view.get(key);
    if (key === "totals") {
      this.totals = value as DeskTotals | undefined;
      return;
    }
    if (key === "messages") {
      this.messages = value as MessageCounts | undefined;
      return;
    }
    if (key === "mode") {
      this.mode = value as ModeNow | undefined;
      return;
    }
    const slash = key.indexOf("/");
    const kind = key.slice(0, slash);
    const id = key.slice(slash + 1);
    const map = this.kinds[kind];
    if (map === undefined) return;
    const before = map.get(id);
    if (value === undefined) map.delete(id);
    else map.set(id, value);
    if (kind === "incident") {
      this.incidentOrder?.order.change(before as Incident | undefined, value as Incident | undefined);
      this.workNow?.change(before as Incident | undefined, value as Incident | undefined);
      this.version.incidents += 1;
      this.pending.incidents?.add(id);
    } else if (kind === "report") {
      this.arrange(before as ReportPoint | undefined, value as ReportPoint | undefined);
      this.version.reports += 1;
      this.pending.reports?.add(id);
    } else if (kind === "unmatched") this.version.unmatched += 1;
    else if (kind === "safety") this.version.safety += 1;
    else if (kind === "switch") this.version.switches += 1;
  }

  private arrange(before: ReportPoint | undefined, after: ReportPoint | undefined): void {
    this.reportOrder?.change(before, after);
    if (before?.incident && before.incident !== after?.incident) {
      const reports = this.byIncident.get(before.incident);
      reports?.delete(before.receipt);
      if (reports?.size === 0) this.byIncident.delete(before.incident);
    }
    if (after?.incident && before?.incident !== after.incident) {
      const reports = this.byIncident.get(after.incident);
      if (reports === undefined) this.byIncident.set(after.incident, new Set([after.receipt]));
      else reports.add(after.receipt);
    }
    if (after !== undefined && (after.safety || after.medical || after.state === "unmatched")) {
      this.signed.set(after.receipt, after);
    } else if (before !== undefined) this.signed.delete(before.receipt);
  }

  private follow(): void {
    if (this.totals === undefined || this.past) return;
    const last = this.course.at(-1);
    const point = { atMs: this.feed.replica.atMs, out: this.totals.customers_out };
    if (last !== undefined && last.atMs >= point.atMs) return;
    this.course.push(point);
    if (this.course.length > COURSE_MAX) this.course = this.course.filter((_, index) => index % 2 === 0);
  }

  /** Not while the last redraw waits to be seen: where a frame takes long, redrawing more often only makes it longer. */
  private schedule(): void {
    this.dirty = true;
    if (this.drawing) return;
    this.pace.ask(REDRAW_MS);
  }

  private redraw(): void {
    const changed = this.pending;
    this.pending = { incidents: new Set(), reports: new Set() };
    this.dirty = false;
    this.drawing = true;
    for (const listener of this.listeners) listener(changed);
    nextFrame(() => {
      this.drawing = false;
      if (this.dirty) this.schedule();
    });
  }
}
