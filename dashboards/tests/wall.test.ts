import { describe, expect, it } from "vitest";
import type { Incident } from "../src/contract";
import { largest } from "../src/desk/select";
import { useTimeZone, zoneOffsetMs } from "../src/format";
import { curveOf, roundUp } from "../src/wall/course";

const HOUR = 3_600_000;
const NOON = Date.UTC(2026, 8, 1, 12);

describe("the curve on the wall", () => {
  it("needs two points", () => {
    expect(curveOf([], { atMs: NOON, out: 5 })).toBeNull();
    expect(curveOf([{ atMs: NOON, out: 5 }], { atMs: NOON, out: 5 })).toBeNull();
  });

  it("ends with the present, has its peak and a scale that holds it", () => {
    const samples = Array.from({ length: 180 }, (_, i) => ({
      atMs: NOON - (180 - i) * 60_000,
      out: i === 70 ? 9137 : i,
    }));
    const curve = curveOf(samples, { atMs: NOON, out: 42 });
    expect(curve?.points.at(-1)).toEqual({ atMs: NOON, out: 42 });
    expect(curve?.peak).toEqual(samples[70]);
    expect(curve?.top).toBe(10_000);
    expect(curve?.steps).toEqual([0, 2500, 5000, 7500, 10_000]);
    expect(curve?.times).toEqual([-3, -2.5, -2, -1.5, -1, -0.5, 0].map((hours) => NOON + hours * HOUR));
  });

  it("writes whole hours of the city's clock, also where it is half an hour off", () => {
    useTimeZone("Asia/Kolkata");
    const offset = zoneOffsetMs(NOON);
    expect(offset).toBe(5.5 * HOUR);
    const curve = curveOf([{ atMs: NOON - 6 * HOUR, out: 1 }], { atMs: NOON, out: 2 }, offset);
    expect(curve?.times.every((at) => (at + offset) % HOUR === 0)).toBe(true);
    useTimeZone("America/New_York");
    expect(zoneOffsetMs(NOON)).toBe(-4 * HOUR);
  });

  it("never leaves the scale", () => {
    for (const value of [0, 1, 3, 9, 11, 99, 12_345, 60_000]) {
      expect(roundUp(value)).toBeGreaterThanOrEqual(value);
      expect(roundUp(value) % 4).toBe(0);
    }
  });
});

describe("the largest incidents", () => {
  it("are the same as sorting would give, without those that are over", () => {
    const all = Array.from({ length: 400 }, (_, i) => ({
      id: `E-${i}`,
      state: i % 5 === 0 ? "restored" : "predicted",
      customers_out: (i * 7919) % 211,
    })) as Incident[];
    const sorted = all
      .filter((each) => each.state !== "restored")
      .sort((a, b) => b.customers_out - a.customers_out || (a.id < b.id ? -1 : 1));
    expect(largest(all, 6)).toEqual(sorted.slice(0, 6));
  });
});
