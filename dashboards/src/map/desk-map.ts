/** The desk's map: network and reports by zoom, incidents as signs sized by customers out. */
import type { GeoJSONSource, Map as MapLibre, MapMouseEvent } from "maplibre-gl";
import { MAP_URLS } from "../api";
import type { Config, Incident, ReportPoint, Switch } from "../contract";
import type { Desk } from "../desk/store";
import { SWITCHABLE } from "../desk/switching";
import { calm, createMap, EMPTY } from "./base";
import { Crowd } from "./crowd";
import { over, SELDOM, SIGNS, TOGGLES, under } from "./desk-layers";
import { chosenFeatures, reportFeature } from "./features";

/** Tiles of signs are cut no finer than this: closer than it, fewer of them are larger, and exact to half a metre. */
const SIGNS_ZOOM_MAX = 13;

export interface MapEvents {
  incident: (id: string) => void;
  report: (receipt: string) => void;
  hover: (text: { incident: string } | null, at: { x: number; y: number }) => void;
  device: (id: string) => void;
  place: (lon: number, lat: number) => void;
}

/** A place that may be chosen, by its letter in the list. */
export interface Place {
  letter: string;
  lon: number;
  lat: number;
}

export class DeskMap {
  private picking = false;
  private feeder = "";
  /** Layers that the legend switched off, and those that have nothing to show. */
  private readonly off = new Set<string>();
  private readonly empty = new Set<string>();
  private readonly crowd: Crowd;

  private constructor(
    readonly map: MapLibre,
    private readonly desk: Desk,
    private readonly config: Config,
    events: MapEvents,
  ) {
    this.crowd = new Crowd(map, desk, config.centre);
    for (const source of Object.keys(SELDOM)) this.fill(source, []);
    this.listen(events);
  }

  static async open(container: HTMLElement, config: Config, desk: Desk, events: MapEvents): Promise<DeskMap> {
    const map = await createMap({
      container,
      config,
      sources: {
        network: { type: "geojson", data: MAP_URLS.network, tolerance: 0.5 },
        devices: { type: "geojson", data: MAP_URLS.devices },
        chosen: { type: "geojson", data: EMPTY },
        feeder: { type: "geojson", data: EMPTY },
        candidates: { type: "geojson", data: EMPTY },
        switches: { type: "geojson", data: EMPTY },
        signs: { type: "geojson", data: EMPTY, maxzoom: SIGNS_ZOOM_MAX },
      },
      under,
      over,
      signs: SIGNS,
    });
    return new DeskMap(map, desk, config, events);
  }

  /** Draw what is chosen. Small sources of their own: the large ones are not touched by a selection. */
  select(incident: Incident | undefined, report: ReportPoint | undefined): void {
    const features = incident === undefined ? [] : chosenFeatures(incident, this.desk.reportsOf(incident.id));
    const one = report === undefined ? null : reportFeature(report);
    if (one !== null) features.push({ ...one, properties: { kind: "one-report" } });
    this.fill("chosen", features);
    const feeder = incident?.feeder ?? "";
    if (feeder === this.feeder) return;
    this.feeder = feeder;
    this.drawFeeder();
  }

  /** The chosen incident's feeder, as far as its lines are in sight. */
  private drawFeeder(): void {
    const lines =
      this.feeder === ""
        ? []
        : this.map.querySourceFeatures("network", { filter: ["==", ["get", "feeder_id"], this.feeder] });
    const features = lines.map(({ geometry }): GeoJSON.Feature => ({ type: "Feature", geometry, properties: {} }));
    this.fill("feeder", features);
  }

  /** Bring a place into sight, closer only when the map is far out. */
  show(lon: number, lat: number, zoom = 14.5): void {
    const to = { center: [lon, lat] as [number, number], zoom: Math.max(this.map.getZoom(), zoom) };
    if (calm()) this.map.jumpTo(to);
    else this.map.easeTo({ ...to, duration: 500 });
  }

  /** Bring the whole of an incident into sight. */
  showIncident(incident: Incident): void {
    const ring = incident.hull ?? [];
    if (ring.length === 0) {
      if (incident.lon !== null && incident.lat !== null) this.show(incident.lon, incident.lat);
      return;
    }
    const lons = ring.map(([lon]) => lon);
    const lats = ring.map(([, lat]) => lat);
    this.map.fitBounds([Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)], {
      padding: 72,
      maxZoom: 15,
      animate: !calm(),
      duration: 500,
    });
  }

  showCity(): void {
    const [west, south, east, north] = this.config.bbox;
    this.map.fitBounds([west, south, east, north], { padding: 32, animate: !calm() });
  }

  toggle(group: string, visible: boolean): void {
    for (const layer of TOGGLES[group] ?? []) {
      if (this.crowd.toggle(layer, visible)) continue;
      if (visible) this.off.delete(layer);
      else this.off.add(layer);
      this.see(layer);
    }
  }

  /** While picking, a click names a place instead of selecting. */
  pick(on: boolean): void {
    this.picking = on;
    this.map.getCanvas().style.cursor = on ? "crosshair" : "";
  }

  /** Mark the places that a report may mean. */
  mark(places: readonly Place[]): void {
    const features = places.map(({ letter, lon, lat }): GeoJSON.Feature => {
      return { type: "Feature", geometry: { type: "Point", coordinates: [lon, lat] }, properties: { letter } };
    });
    this.fill("candidates", features);
  }

  /** Mark what is not as it normally is. */
  switched(switches: Iterable<Switch>): void {
    const features = [...switches].flatMap((each): GeoJSON.Feature[] => {
      if (each.lon === null || each.lat === null) return [];
      const properties = { id: each.device, kind: each.kind, open: each.open ? 1 : 0 };
      return [{ type: "Feature", geometry: { type: "Point", coordinates: [each.lon, each.lat] }, properties }];
    });
    this.fill("switches", features);
  }

  /** Layers of a source without features are hidden. */
  private fill(name: string, features: GeoJSON.Feature[]): void {
    void (this.map.getSource(name) as GeoJSONSource).setData({ type: "FeatureCollection", features });
    for (const layer of SELDOM[name] ?? []) {
      if (features.length === 0) this.empty.add(layer);
      else this.empty.delete(layer);
      this.see(layer);
    }
  }

  private see(layer: string): void {
    const visible = !this.off.has(layer) && !this.empty.has(layer);
    this.map.setLayoutProperty(layer, "visibility", visible ? "visible" : "none");
  }

  private at(
    event: MapMouseEvent,
    layers: string[],
    accepts: (feature: GeoJSON.Feature) => boolean = () => true,
  ): string | undefined {
    const { x, y } = event.point;
    const near: [[number, number], [number, number]] = [
      [x - 4, y - 4],
      [x + 4, y + 4],
    ];
    const found = this.map.queryRenderedFeatures(near, { layers });
    return found.find(accepts)?.properties.id as string | undefined;
  }

  private listen(events: MapEvents): void {
    this.map.on("click", (event) => {
      if (this.picking) return events.place(event.lngLat.lng, event.lngLat.lat);
      const report = this.at(event, ["report-signs"]);
      const incident = this.at(event, ["incidents"]);
      if (incident !== undefined) return events.incident(incident);
      const dot = this.crowd.incidentAt(event.lngLat);
      if (dot !== undefined) return events.incident(dot);
      const point = report ?? this.crowd.reportAt(event.lngLat);
      if (point !== undefined) return events.report(point);
      const device = this.at(event, ["switched", "devices"], ({ properties }) => SWITCHABLE.has(properties?.kind));
      if (device !== undefined) return events.device(device);
      const hull = this.at(event, ["hulls"]);
      if (hull !== undefined) events.incident(hull);
    });
    this.map.on("mousemove", (event) => {
      const incident = this.picking
        ? undefined
        : (this.at(event, ["incidents"]) ?? this.crowd.incidentAt(event.lngLat));
      if (!this.picking) this.map.getCanvas().style.cursor = incident ? "pointer" : "";
      events.hover(incident === undefined ? null : { incident }, event.point);
    });
    this.map.on("moveend", () => {
      if (this.feeder !== "") this.map.once("idle", () => this.drawFeeder());
    });
    this.map.on("mouseout", () => events.hover(null, { x: 0, y: 0 }));
  }
}
