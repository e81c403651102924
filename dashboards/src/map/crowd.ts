/**
 * Tens of thousands of incidents and reports on the desk's map. Each is a dot that costs next to nothing
 * (`points-layer`); signs, counts and outlines, which cost much, are for those that `thin` chooses.
 */
import type { GeoJSONSource, LngLat, Map as MapLibre } from "maplibre-gl";
import type { Incident, Position, ReportPoint } from "../contract";
import type { Changed, Desk } from "../desk/store";
import type { Sign } from "../legend";
import { Pace } from "../pace";
import { theme } from "../theme";
import { DOTS, INCIDENT_KINDS, REPORT_KINDS } from "./desk-layers";
import { hullFeature, incidentFeature, reportFeature, reportKind } from "./features";
import { mercator, WORLD_PIXELS } from "./mercator";
import { Points } from "./points";
import { PointsLayer } from "./points-layer";
import { type Sight, thin } from "./thin";
import { Teller, type Wanted } from "./told";

/** Least wall milliseconds between two choices of what is drawn; of signs and outlines while only their figures change. */
const CHOICE_MS = 400;
const FIGURES_MS = 1000;
/** Side of the cell that has one sign when there are very many, in pixels. */
const CELL_PIXELS = 44;
/** So much beyond the edge is chosen for as well, in shares of what is in sight: the map may be dragged. */
const MARGIN = 0.35;
/** How near to a dot a click is meant for it, in pixels. */
const REACH_PIXELS = 6;

const kindIn = (signs: readonly Sign[], key: string): number =>
  Math.max(
    0,
    signs.findIndex((sign) => sign.key === key),
  );

const finished = (incident: Incident): boolean => incident.state === "restored" || incident.state === "cancelled";

export class Crowd {
  private readonly incidents: Points;
  private readonly reports: Points;
  private readonly layers: PointsLayer[];
  private readonly dotsPace = new Pace(() => this.dots());
  private readonly signsPace = new Pace(() => this.signs());
  private readonly teller = new Teller();
  private readonly room = [new Float32Array(0), new Float32Array(0)];

  constructor(
    private readonly map: MapLibre,
    private readonly desk: Desk,
    centre: Position,
  ) {
    const origin = mercator(...centre);
    this.incidents = new Points(origin);
    this.reports = new Points(origin);
    const colours = (signs: readonly Sign[]) => () => signs.map((sign) => sign.colour[theme()]);
    this.layers = [
      new PointsLayer("report-dots", origin, { colours: colours(REPORT_KINDS), ...DOTS.reports }),
      new PointsLayer("incident-dots", origin, { colours: colours(INCIDENT_KINDS), ...DOTS.incidents }),
    ];
    for (const layer of this.layers) map.addLayer(layer, "report-signs");
    this.take({ incidents: null, reports: null });
    const forget = desk.subscribe((changed) => this.take(changed));
    map.on("move", () => this.choose(CHOICE_MS));
    map.once("remove", () => {
      forget();
      this.dotsPace.stop();
      this.signsPace.stop();
    });
  }

  /** Whether `layer` is one of ours; then it is shown or hidden. */
  toggle(layer: string, visible: boolean): boolean {
    const own = this.layers.find(({ id }) => id === layer);
    if (own === undefined) return false;
    own.visible = visible;
    this.map.triggerRepaint();
    return true;
  }

  incidentAt(at: LngLat): string | undefined {
    return this.layers[1]?.visible ? this.incidents.nearest(at.lng, at.lat, this.reach()) : undefined;
  }

  reportAt(at: LngLat): string | undefined {
    return this.layers[0]?.visible ? this.reports.nearest(at.lng, at.lat, this.reach()) : undefined;
  }

  private reach(): number {
    return REACH_PIXELS / (WORLD_PIXELS * 2 ** this.map.getZoom());
  }

  private take(changed: Changed): void {
    const { desk } = this;
    put(this.incidents, changed.incidents, desk.incidents, (each) => kindIn(INCIDENT_KINDS, each.state));
    put(this.reports, changed.reports, desk.reports, (each) => kindIn(REPORT_KINDS, reportKind(each)));
    this.choose(FIGURES_MS);
  }

  private choose(signsMs: number): void {
    this.dotsPace.ask(CHOICE_MS);
    this.signsPace.ask(signsMs);
  }

  private signs(): void {
    const sight = this.sight();
    const signs = thin(this.desk.incidents.values(), sight, (each) =>
      finished(each) ? 0 : each.customers_out + (each.safety || each.medical ? 1_000_000 : 1),
    );
    const reports = thin(this.desk.signedReports(), sight, (each) => (reportKind(each) === "safety" ? 1 : 0));
    const changed = this.teller.tell(wanted(signs, reports));
    if (changed !== null) void (this.map.getSource("signs") as GeoJSONSource).updateData(changed);
  }

  /** Dots that would lie on one another are one. */
  private dots(): void {
    const sight = this.sight();
    const [west, north] = mercator(sight.west, sight.north);
    const [east, south] = mercator(sight.east, sight.south);
    const zoom = this.map.getZoom();
    for (const [index, points] of [this.reports, this.incidents].entries()) {
      const layer = this.layers[index] as PointsLayer;
      const cell = (2 * layer.radius(zoom) + 1) / (WORLD_PIXELS * 2 ** zoom);
      const [columns, rows] = [Math.ceil((east - west) / cell), Math.ceil((south - north) / cell)];
      const [data, count] = points.drawn(
        { west, north, columns, rows, cell },
        this.room[index] as Float32Array<ArrayBuffer>,
      );
      this.room[index] = data;
      layer.show(data, count);
    }
  }

  private sight(): Sight {
    const bounds = this.map.getBounds();
    const [wide, high] = [bounds.getEast() - bounds.getWest(), bounds.getNorth() - bounds.getSouth()];
    const { clientWidth, clientHeight } = this.map.getCanvas();
    return {
      west: bounds.getWest() - wide * MARGIN,
      east: bounds.getEast() + wide * MARGIN,
      south: bounds.getSouth() - high * MARGIN,
      north: bounds.getNorth() + high * MARGIN,
      cell: [(wide / clientWidth) * CELL_PIXELS, (high / clientHeight) * CELL_PIXELS],
    };
  }
}

/** An outline and a sign for each incident, a sign for each report. */
function* wanted(incidents: readonly Incident[], reports: readonly ReportPoint[]): Iterable<Wanted> {
  for (const of of incidents) {
    yield { key: `hull/${of.id}`, of, part: "hull", make: hullFeature } as Wanted;
    yield { key: `incident/${of.id}`, of, part: "incident", make: incidentFeature } as Wanted;
  }
  for (const of of reports) yield { key: `report/${of.receipt}`, of, part: "report", make: reportFeature } as Wanted;
}

function put<T extends Incident | ReportPoint>(
  points: Points,
  ids: ReadonlySet<string> | null,
  values: ReadonlyMap<string, T>,
  kind: (value: T) => number,
): void {
  if (ids === null) points.clear();
  for (const id of ids ?? values.keys()) {
    const value = values.get(id);
    if (value?.lon == null || value.lat === null) points.remove(id);
    else points.set(id, value.lon, value.lat, kind(value));
  }
}
