import { describe, expect, it } from "vitest";
import type { Area, Incident, ReportPoint } from "../src/contract";
import { areaFeatures, areaShapes, hullFeature, incidentFeature, reportFeature, short } from "../src/map/features";

const INCIDENT: Incident = {
  id: "E-0001",
  utility: "electric",
  state: "confirmed",
  device: "FUS-1",
  device_kind: "fuse",
  feeder: "BRK-1",
  lon: -84.2,
  lat: 30.4,
  customers_out: 400,
  customers_out_max: 400,
  reports: 12,
  since_ms: 0,
  opened_ms: 0,
  updated_ms: 0,
  place: "Elm St",
  hull: [
    [0, 0],
    [1, 0],
    [1, 1],
  ],
  probability: 10_000,
  confirmed_by: "dana",
  reasons: [],
  safety: 2,
  medical: 0,
};

const REPORT: ReportPoint = {
  receipt: "01-0000-0000-000-1",
  lon: 1,
  lat: 2,
  symptom: "lights_out",
  utility: "electric",
  incident: null,
  received_ms: 0,
  safety: false,
  medical: false,
  state: "matched",
};

const SQUARE: GeoJSON.Position[] = [
  [0, 0],
  [2, 0],
  [2, 2],
  [0, 2],
  [0, 0],
];

describe("features", () => {
  it("size an incident's sign by the square root of customers out, and mark safety", () => {
    const made = incidentFeature(INCIDENT)!;
    expect(made.properties).toMatchObject({ size: 20, count: "400", safety: 1, open: 1 });
    expect(incidentFeature({ ...INCIDENT, state: "restored" })!.properties).toMatchObject({ size: 0, count: "" });
    expect(incidentFeature({ ...INCIDENT, lon: null })).toBeNull();
  });

  it("close a hull's ring and draw none when nobody is out", () => {
    const ring = (hullFeature(INCIDENT)!.geometry as GeoJSON.Polygon).coordinates[0]!;
    expect(ring).toHaveLength(4);
    expect(ring[0]).toEqual(ring.at(-1));
    expect(hullFeature({ ...INCIDENT, customers_out: 0 })).toBeNull();
    expect(hullFeature({ ...INCIDENT, hull: null })).toBeNull();
  });

  it("show danger and medical need before anything else about a report", () => {
    expect(reportFeature(REPORT)!.properties!.state).toBe("matched");
    expect(reportFeature({ ...REPORT, safety: true })!.properties!.state).toBe("safety");
    expect(reportFeature({ ...REPORT, medical: true, state: "unmatched" })!.properties!.state).toBe("safety");
    expect(reportFeature({ ...REPORT, lat: null })).toBeNull();
  });

  it("join areas with their counts; an area without anybody out has no number", () => {
    const shapes = areaShapes({
      type: "FeatureCollection",
      features: [
        {
          type: "Feature",
          geometry: { type: "Polygon", coordinates: [SQUARE] },
          properties: { id: "A1", name: "One" },
        },
        {
          type: "Feature",
          geometry: { type: "MultiPolygon", coordinates: [[SQUARE]] },
          properties: { id: "A2", name: "Two" },
        },
        { type: "Feature", geometry: { type: "Polygon", coordinates: [] }, properties: { id: "A3", name: "Nowhere" } },
      ],
    });
    expect(shapes.map((shape) => [shape.id, shape.label])).toEqual([
      ["A1", [1, 1]],
      ["A2", [1, 1]],
    ]);
    const area: Area = { id: "A1", name: "One", customers: 100, out: 50, since_ms: 0 };
    const { fills, labels } = areaFeatures(shapes, new Map([["A1", area]]));
    expect(fills.features.map((f) => f.properties!.step)).toEqual([3, -1]);
    expect(labels.features.map((f) => f.properties!.count)).toEqual(["50"]);
  });

  it("write counts short", () => {
    expect([7, 999, 1000, 1240, 12_400].map(short)).toEqual(["7", "999", "1.0k", "1.2k", "12k"]);
  });
});
