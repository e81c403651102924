/** From the view's values to what the map draws. Pure. */
import type { Area, Incident, ReportPoint } from "../contract";
import { shareStep } from "../legend";

/** A count short enough for a sign: 947, 1.2k, 12k. */
export function short(count: number): string {
  if (count < 1000) return String(count);
  const thousands = count / 1000;
  return thousands < 10 ? `${thousands.toFixed(1)}k` : `${Math.round(thousands)}k`;
}

export function incidentFeature(incident: Incident): GeoJSON.Feature | null {
  if (incident.lon === null || incident.lat === null) return null;
  const open = incident.state === "predicted" || incident.state === "confirmed" || incident.state === "partly_restored";
  return {
    type: "Feature",
    id: incident.id,
    geometry: { type: "Point", coordinates: [incident.lon, incident.lat] },
    properties: {
      id: incident.id,
      state: incident.state,
      out: incident.customers_out,
      count: open && incident.customers_out >= 20 ? short(incident.customers_out) : "",
      size: Math.sqrt(Math.max(0, open ? incident.customers_out : 0)),
      safety: incident.safety ? 1 : 0,
      open: open ? 1 : 0,
    },
  };
}

export function hullFeature(incident: Incident): GeoJSON.Feature | null {
  const ring = incident.hull;
  if (!Array.isArray(ring) || ring.length < 3 || incident.customers_out === 0) return null;
  const first = ring[0];
  const last = ring.at(-1);
  const closed = first && last && first[0] === last[0] && first[1] === last[1] ? ring : [...ring, ring[0]!];
  return {
    type: "Feature",
    id: incident.id,
    geometry: { type: "Polygon", coordinates: [closed] },
    properties: { id: incident.id, state: incident.state },
  };
}

/** What a report is drawn as: danger before anything else. */
export const reportKind = (report: ReportPoint): "matched" | "received" | "unmatched" | "safety" =>
  report.safety || report.medical ? "safety" : report.state;

export function reportFeature(report: ReportPoint): GeoJSON.Feature | null {
  if (report.lon === null || report.lat === null) return null;
  return {
    type: "Feature",
    id: report.receipt,
    geometry: { type: "Point", coordinates: [report.lon, report.lat] },
    properties: {
      id: report.receipt,
      state: reportKind(report),
      incident: report.incident ?? "",
    },
  };
}

/** More lines than this explain nothing. */
const LINKS_MAX = 500;

/** What is drawn of a chosen incident: its sign's ring, its outline, its reports and what ties them to it. */
export function chosenFeatures(incident: Incident, reports: Iterable<ReportPoint>): GeoJSON.Feature[] {
  const features: GeoJSON.Feature[] = [];
  const add = (kind: string, made: GeoJSON.Feature | null) => {
    if (made !== null) features.push({ ...made, properties: { ...made.properties, kind } });
  };
  add("incident", incidentFeature(incident));
  add("hull", hullFeature(incident));
  const { lon, lat } = incident;
  let links = 0;
  for (const report of reports) {
    if (report.incident !== incident.id || report.lon === null || report.lat === null) continue;
    add("report", reportFeature(report));
    if (lon === null || lat === null || ++links > LINKS_MAX) continue;
    const line: GeoJSON.Position[] = [
      [lon, lat],
      [report.lon, report.lat],
    ];
    add("link", { type: "Feature", geometry: { type: "LineString", coordinates: line }, properties: {} });
  }
  return features;
}

export interface AreaShape {
  id: string;
  label: [number, number];
  geometry: GeoJSON.Polygon | GeoJSON.MultiPolygon;
  name: string;
  customers: number;
}

export function areaShapes(collection: GeoJSON.FeatureCollection): AreaShape[] {
  return collection.features.flatMap((feature) => {
    const geometry = feature.geometry;
    if (geometry.type !== "Polygon" && geometry.type !== "MultiPolygon") return [];
    if (geometry.coordinates.length === 0) return []; // customers without a known place: in the table only
    const given = feature.properties ?? {};
    const rings = geometry.type === "Polygon" ? geometry.coordinates : geometry.coordinates.map((p) => p[0]!);
    const outer = geometry.type === "Polygon" ? [rings[0]!] : rings;
    return [
      {
        id: String(given.id ?? feature.id),
        label: middle(outer as GeoJSON.Position[][]),
        geometry,
        name: String(given.name ?? given.id ?? ""),
        customers: Number(given.customers ?? 0),
      },
    ];
  });
}

/** Middle of the longest ring's corners: good enough to write a number on it. */
function middle(rings: GeoJSON.Position[][]): [number, number] {
  const ring = rings.reduce((a, b) => (b.length > a.length ? b : a));
  const lons = ring.map((p) => p[0]!);
  const lats = ring.map((p) => p[1]!);
  return [(Math.min(...lons) + Math.max(...lons)) / 2, (Math.min(...lats) + Math.max(...lats)) / 2];
}

export function areaFeatures(
  shapes: AreaShape[],
  areas: ReadonlyMap<string, Area>,
): { fills: GeoJSON.FeatureCollection; labels: GeoJSON.FeatureCollection } {
  const fills: GeoJSON.Feature[] = [];
  const labels: GeoJSON.Feature[] = [];
  for (const shape of shapes) {
    const area = areas.get(shape.id);
    const step = area && area.out > 0 ? shareStep(area.out, area.customers) : -1;
    fills.push({ type: "Feature", geometry: shape.geometry, properties: { id: shape.id, step } });
    if (area && area.out > 0) {
      labels.push({
        type: "Feature",
        geometry: { type: "Point", coordinates: shape.label },
        properties: { id: shape.id, count: short(area.out), out: area.out, step },
      });
    }
  }
  return {
    fills: { type: "FeatureCollection", features: fills },
    labels: { type: "FeatureCollection", features: labels },
  };
}
