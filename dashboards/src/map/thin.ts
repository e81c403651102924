/** Which of very many things get a sign: all of them when they are few in sight, else one in each cell. Pure. */
export interface Located {
  lon: number | null;
  lat: number | null;
}

export interface Sight {
  west: number;
  south: number;
  east: number;
  north: number;
  /** Side of a cell, in degrees of longitude and of latitude. */
  cell: [number, number];
}

/** So few are never thinned out. */
export const ALL_MAX = 300;
/** So many signs at most, the weightiest. */
export const SIGNS_MAX = 600;

/** The weightiest of each cell in sight. `weigh` gives less than nothing for what gets no sign at all. */
export function thin<T extends Located>(items: Iterable<T>, sight: Sight, weigh: (item: T) => number): T[] {
  const all: T[] = [];
  const best = new Map<number, T>();
  const across = Math.ceil((sight.east - sight.west) / sight.cell[0]) + 1;
  for (const item of items) {
    const { lon, lat } = item;
    if (lon === null || lat === null) continue;
    if (lon < sight.west || lon > sight.east || lat < sight.south || lat > sight.north) continue;
    const weight = weigh(item);
    if (weight < 0) continue;
    if (all.length <= ALL_MAX) all.push(item);
    const column = Math.floor((lon - sight.west) / sight.cell[0]);
    const cell = Math.floor((lat - sight.south) / sight.cell[1]) * across + column;
    const other = best.get(cell);
    if (other === undefined || weigh(other) < weight) best.set(cell, item);
  }
  if (all.length <= ALL_MAX) return all;
  const chosen = [...best.values()];
  return chosen.length <= SIGNS_MAX ? chosen : chosen.sort((a, b) => weigh(b) - weigh(a)).slice(0, SIGNS_MAX);
}
