/**
 * Very many points, near one another, in web-mercator, with a kind each. Adding, changing and removing one costs the
 * same whether there are ten or a hundred thousand; what is drawn of them is bounded by the pixels in sight. Pure.
 */
import { type MercatorPosition, mercator } from "./mercator";

/** Numbers of a point in `data`: east and south of the origin in mercator units, and its kind. */
export const STRIDE = 3;
const FIRST_ROOM = 1024;

/** A part of the world in mercator units, in cells of which each has at most one dot. */
export interface Raster {
  west: number;
  north: number;
  columns: number;
  rows: number;
  cell: number;
}

export class Points {
  data = new Float32Array(FIRST_ROOM * STRIDE);
  count = 0;
  private readonly ids: string[] = [];
  private readonly rows = new Map<string, number>();
  private taken = new Uint8Array(0);

  /** Positions are kept relative to `origin`: so they keep their precision in 32 bits at any zoom. */
  constructor(readonly origin: MercatorPosition) {}

  set(id: string, lon: number, lat: number, kind: number): void {
    let row = this.rows.get(id);
    if (row === undefined) {
      row = this.count++;
      this.rows.set(id, row);
      this.ids[row] = id;
      if (this.count * STRIDE > this.data.length) this.grow();
    }
    const [x, y] = mercator(lon, lat);
    this.data.set([x - this.origin[0], y - this.origin[1], kind], row * STRIDE);
  }

  remove(id: string): void {
    const row = this.rows.get(id);
    if (row === undefined) return;
    this.rows.delete(id);
    const last = --this.count;
    const moved = this.ids.pop() as string;
    if (row === last) return;
    this.ids[row] = moved; // the last takes its place
    this.rows.set(moved, row);
    this.data.copyWithin(row * STRIDE, last * STRIDE, (last + 1) * STRIDE);
  }

  clear(): void {
    this.count = 0;
    this.ids.length = 0;
    this.rows.clear();
  }

  /** The points in sight, one of each cell, into `into` (made wider if need be); gives it and how many they are. */
  drawn(raster: Raster, into: Float32Array<ArrayBuffer>): [Float32Array<ArrayBuffer>, number] {
    const { columns, rows, cell } = raster;
    const { data } = this;
    const west = raster.west - this.origin[0];
    const north = raster.north - this.origin[1];
    if (this.taken.length < columns * rows) this.taken = new Uint8Array(columns * rows);
    else this.taken.fill(0);
    const { taken } = this;
    const out = into.length < this.count * STRIDE ? new Float32Array(data.length) : into;
    let to = 0;
    for (let at = 0, end = this.count * STRIDE; at < end; at += STRIDE) {
      const x = data[at] as number;
      const y = data[at + 1] as number;
      const column = Math.floor((x - west) / cell);
      const row = Math.floor((y - north) / cell);
      if (column < 0 || row < 0 || column >= columns || row >= rows) continue;
      const place = row * columns + column;
      if (taken[place] === 1) continue;
      taken[place] = 1;
      out[to] = x;
      out[to + 1] = y;
      out[to + 2] = data[at + 2] as number;
      to += STRIDE;
    }
    return [out, to / STRIDE];
  }

  /** The point nearest to a place, within `reach` mercator units; the latest of equals. */
  nearest(lon: number, lat: number, reach: number): string | undefined {
    const [px, py] = mercator(lon, lat);
    const [x, y] = [px - this.origin[0], py - this.origin[1]];
    let best = reach * reach;
    let found = -1;
    for (let row = 0, at = 0; row < this.count; row++, at += STRIDE) {
      const dx = (this.data[at] as number) - x;
      const dy = (this.data[at + 1] as number) - y;
      const far = dx * dx + dy * dy;
      if (far > best) continue;
      best = far;
      found = row;
    }
    return found < 0 ? undefined : this.ids[found];
  }

  private grow(): void {
    const wider = new Float32Array(this.data.length * 2);
    wider.set(this.data);
    this.data = wider;
  }
}
