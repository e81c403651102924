import { describe, expect, it } from "vitest";
import { mercator, WORLD_PIXELS } from "../src/map/mercator";
import { Points, STRIDE } from "../src/map/points";
import { along, premultiplied } from "../src/map/points-layer";
import { ALL_MAX, SIGNS_MAX, thin } from "../src/map/thin";

const HERE = mercator(-84.28, 30.44);

describe("Points", () => {
  it("keeps its places whoever comes and goes", () => {
    const points = new Points(HERE);
    const now = new Map<string, number>();
    for (let step = 0; step < 6000; step++) {
      const id = `r${(step * 7919) % 1500}`;
      if (step % 3 === 2) {
        points.remove(id);
        now.delete(id);
      } else {
        const lon = -84.28 + (step % 1000) / 10_000;
        points.set(id, lon, 30.44, step % 4);
        now.set(id, lon);
      }
    }
    expect(points.count).toBe(now.size);
    const xs = [...now.values()].map((lon) => Math.fround(mercator(lon, 30.44)[0] - HERE[0])).sort((a, b) => a - b);
    const held = Array.from({ length: points.count }, (_, row) => points.data[row * STRIDE] as number);
    expect(held.sort((a, b) => a - b)).toEqual(xs);
  });

  it("draws one dot of those that would lie on one another, and nothing out of sight", () => {
    const points = new Points(HERE);
    const [west, north] = mercator(-84.3, 30.5);
    const [east, south] = mercator(-84.2, 30.4);
    const cell = (east - west) / 50;
    const raster = { west, north, columns: 50, rows: Math.ceil((south - north) / cell), cell };
    for (let i = 0; i < 5000; i++) points.set(`r${i}`, -84.299 + (i % 100) / 1000, 30.49 - (i % 7) / 1000, i % 3);
    for (let i = 0; i < 50; i++) points.set(`far${i}`, -85 - i, 30.45, 0);
    const [data, count] = points.drawn(raster, new Float32Array(0));
    const cells = new Set<string>();
    for (let row = 0; row < count; row++) {
      const [x, y] = [(data[row * STRIDE] as number) + HERE[0], (data[row * STRIDE + 1] as number) + HERE[1]];
      cells.add(`${Math.floor((x - west) / cell)} ${Math.floor((y - north) / cell)}`);
    }
    expect(cells.size).toBe(count);
    expect(count).toBeGreaterThan(150);
    expect(count).toBeLessThan(400);
    expect(points.drawn(raster, data)[1]).toBe(count); // the same again, in the same room
  });

  it("finds what lies under a finger, at the deepest zoom as well", () => {
    const points = new Points(HERE);
    const pixel = 1 / (WORLD_PIXELS * 2 ** 19);
    const metre = 1 / 111_320;
    points.set("near", -84.2, 30.4, 0);
    points.set("far", -84.2, 30.4 + 2 * metre, 0);
    expect(points.nearest(-84.2, 30.4 + 0.3 * metre, 6 * pixel)).toBe("near");
    expect(points.nearest(-84.2, 30.4 + 1.8 * metre, 6 * pixel)).toBe("far");
    expect(points.nearest(-84.1, 30.4, 6 * pixel)).toBeUndefined();
  });
});

describe("what a dot looks like", () => {
  it("goes along its line and stays level outside", () => {
    const stops = [
      [10, 1],
      [14, 3],
    ] as const;
    expect([8, 10, 12, 14, 19].map((zoom) => along(stops, zoom))).toEqual([1, 1, 2, 3, 3]);
  });

  it("is premultiplied", () => {
    expect(premultiplied("#ff8000", 0.5)).toEqual([0.5, 0.25098039215686274, 0, 0.5]);
  });
});

describe("thin", () => {
  const sight = { west: 0, south: 0, east: 10, north: 10, cell: [1, 1] as [number, number] };
  const at = (lon: number, lat: number, out: number) => ({ lon, lat, out });

  it("leaves everything where little is in sight, and nothing that is out of sight", () => {
    const items = [at(1, 1, 5), at(1.1, 1.1, 9), at(11, 1, 99), { lon: null, lat: null, out: 1 }];
    expect(thin(items, sight, (item) => item.out)).toEqual(items.slice(0, 2));
  });

  it("keeps the weightiest of each cell when there are many", () => {
    const many = Array.from({ length: ALL_MAX * 10 }, (_, i) => at((i % 100) / 10, Math.floor(i / 100) / 10, i));
    const chosen = thin(many, sight, (item) => item.out);
    expect(chosen.length).toBe(30); // three rows of ten cells
    for (const item of many) {
      const cell = chosen.find(
        (c) => Math.floor(c.lon) === Math.floor(item.lon) && Math.floor(c.lat) === Math.floor(item.lat),
      );
      expect(cell?.out).toBeGreaterThanOrEqual(item.out);
    }
  });

  it("has a bound", () => {
    const fine = { ...sight, cell: [0.1, 0.1] as [number, number] };
    const many = Array.from({ length: 9000 }, (_, i) => at((i % 100) / 10 + 0.05, Math.floor(i / 100) / 10 + 0.05, i));
    const chosen = thin(many, fine, (item) => item.out);
    expect(chosen.length).toBe(SIGNS_MAX);
    expect(Math.min(...chosen.map((item) => item.out))).toBe(9000 - SIGNS_MAX);
  });
});
