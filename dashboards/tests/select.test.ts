import { describe, expect, it } from "vitest";
import type { Incident, SafetyItem } from "../src/contract";
import { Ordered } from "../src/desk/ordered";
import {
  acceptIncident,
  compareIncidents,
  type Filter,
  first,
  holdOrder,
  safetyInOrder,
  windowOf,
} from "../src/desk/select";

const incident = (id: string, fields: Partial<Incident> = {}): Incident => ({
  id,
  utility: "electric",
  state: "predicted",
  device: `FUS-${id}`,
  device_kind: "fuse",
  feeder: "BRK-1",
  lon: 0,
  lat: 0,
  customers_out: 10,
  customers_out_max: 10,
  reports: 1,
  since_ms: 100,
  opened_ms: 100,
  updated_ms: 100,
  place: `Street ${id}`,
  hull: null,
  probability: 9000,
  confirmed_by: null,
  reasons: [],
  safety: 0,
  medical: 0,
  ...fields,
});

const FILTER: Filter = { text: "", states: new Set(), utility: "", sort: "customers" };
const ids = (incidents: readonly Incident[]) => incidents.map((i) => i.id);

function selectIncidents(incidents: Iterable<Incident>, filter: Filter): readonly Incident[] {
  const order = new Ordered(compareIncidents(filter.sort), acceptIncident(filter));
  order.fill(incidents);
  return order.items;
}

describe("selectIncidents", () => {
  const all = [
    incident("a", { customers_out: 5, since_ms: 300, state: "confirmed" }),
    incident("b", { customers_out: 50, since_ms: 200, utility: "water", reports: 9 }),
    incident("c", { customers_out: 5, since_ms: 100, state: "restored", place: "Palmetto Ave" }),
  ];

  it("sorts by each measure, the same order whatever order they came in", () => {
    const order = (sort: Filter["sort"], of = all) => ids(selectIncidents(of, { ...FILTER, sort }));
    expect(order("customers")).toEqual(["b", "a", "c"]);
    expect(order("customers", [...all].reverse())).toEqual(["b", "a", "c"]);
    expect(order("since")).toEqual(["c", "b", "a"]);
    expect(order("state")).toEqual(["b", "a", "c"]);
    expect(order("reports")).toEqual(["b", "a", "c"]);
  });

  it("filters by state, utility and every word of the text", () => {
    expect(ids(selectIncidents(all, { ...FILTER, states: new Set(["confirmed", "restored"]) }))).toEqual(["a", "c"]);
    expect(ids(selectIncidents(all, { ...FILTER, utility: "water" }))).toEqual(["b"]);
    expect(ids(selectIncidents(all, { ...FILTER, text: "ave palm" }))).toEqual(["c"]);
    expect(ids(selectIncidents(all, { ...FILTER, text: "fus-a brk-1" }))).toEqual(["a"]);
    expect(ids(selectIncidents(all, { ...FILTER, text: "nothing" }))).toEqual([]);
  });
});

describe("holdOrder", () => {
  it("keeps rows where they were, drops what is gone, adds what is new at the end", () => {
    const sorted = [incident("new"), incident("c"), incident("a")];
    expect(ids(holdOrder(["a", "b", "c"], sorted))).toEqual(["a", "c", "new"]);
  });
});

describe("windowOf", () => {
  it("draws few rows of many, and only rows that exist", () => {
    const [first, last] = windowOf(30_000, 600, 60, 5000);
    expect(first).toBeLessThanOrEqual(500);
    expect(last).toBeGreaterThanOrEqual(510);
    expect(last - first).toBeLessThan(30);
    expect(windowOf(0, 600, 60, 3)).toEqual([0, 3]);
    expect(windowOf(99_999, 600, 60, 3)).toEqual([3, 3]);
    expect(windowOf(0, 600, 60, 0)).toEqual([0, 0]);
  });
});

describe("safetyInOrder", () => {
  const item = (receipt: string, fields: Partial<SafetyItem>): SafetyItem => ({
    receipt,
    kind: "wire_down",
    said: "",
    incident: null,
    lon: null,
    lat: null,
    received_ms: 0,
    due_ms: 300_000,
    level: 0,
    state: "waiting",
    by: null,
    ...fields,
  });

  it("has the loudest first, then who waits longest, and what somebody took on behind all that waits", () => {
    const items = [
      item("taken", { state: "acknowledged", received_ms: 1 }),
      item("taken later", { state: "acknowledged", received_ms: 9 }),
      item("new", { received_ms: 8 }),
      item("old", { received_ms: 2 }),
      item("late", { state: "escalated", level: 1, received_ms: 1 }),
      item("latest", { state: "escalated", level: 2, received_ms: 1 }),
    ];
    const order = ["latest", "late", "old", "new", "taken later", "taken"];
    expect(safetyInOrder(items).map((each) => each.receipt)).toEqual(order);
    expect(safetyInOrder(items.reverse()).map((each) => each.receipt)).toEqual(order);
  });
});

describe("the first few in an order", () => {
  it("are those that a sort of everything puts first", () => {
    const numbers = Array.from({ length: 500 }, (_, index) => (index * 7919) % 499);
    const ascending = (a: number, b: number) => a - b;
    expect(first(numbers, 7, ascending)).toEqual([...numbers].sort(ascending).slice(0, 7));
    expect(first([3, 1, 2], 7, ascending)).toEqual([1, 2, 3]);
    expect(first([], 3, ascending)).toEqual([]);
  });
});
