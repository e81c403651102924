/**
 * Very many points for one draw call: positions near one another in web-mercator, and a kind each.
 * Adding, changing and removing one costs the same whether there are ten or a hundred thousand. Pure.
 */
import { type MercatorPosition, mercator } from "./mercator";

/** Numbers of a point in `data`: east and south of the origin in mercator units, and its kind. */
export const STRIDE = 3;
const FIRST_ROOM = 1024;

export class Points {
  data = new Float32Array(FIRST_ROOM * STRIDE);
  count = 0;
  /** Points `dirty[0]` up to, not including, `dirty[1]` have changed since they were last taken. */
  private dirty: [number, number] = [0, 0];
  private readonly ids: string[] = [];
  private readonly rows = new Map<string, number>();

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
    this.touch(row);
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
    this.touch(row);
  }

  clear(): void {
    this.count = 0;
    this.ids.length = 0;
    this.rows.clear();
    this.dirty = [0, 0];
  }

  /** What changed since the last time this was asked; null when nothing did. */
  takeDirty(): [number, number] | null {
    const [from, to] = this.dirty;
    this.dirty = [0, 0];
    const end = Math.min(to, this.count);
    return from < end ? [from, end] : null;
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

  private touch(row: number): void {
    const [from, to] = this.dirty;
    this.dirty = from === to ? [row, row + 1] : [Math.min(from, row), Math.max(to, row + 1)];
  }

  private grow(): void {
    const wider = new Float32Array(this.data.length * 2);
    wider.set(this.data);
    this.data = wider;
    this.dirty = [0, this.count];
  }
}
