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
  const { west, east, south, north } = sight;
  const [wide, high] = sight.cell;
  // Cells lie on the world, not on the glass: the same ones are chosen while the map moves along.
  const [left, bottom] = [Math.floor(west / wide), Math.floor(south / high)];
  const across = Math.floor(east / wide) - left + 1;
  const weights = new Float64Array(across * (Math.floor(north / high) - bottom + 1)).fill(-1);
  const best = new Map<number, T>();
  const all: T[] = [];
  for (const item of items) {
    const { lon, lat } = item;
    if (lon === null || lat === null || lon < west || lon > east || lat < south || lat > north) continue;
    const weight = weigh(item);
    if (weight < 0) continue;
    if (all.length <= ALL_MAX) all.push(item);
    const cell = (Math.floor(lat / high) - bottom) * across + Math.floor(lon / wide) - left;
    if (weight <= (weights[cell] as number)) continue;
    weights[cell] = weight;
    best.set(cell, item);
  }
  if (all.length <= ALL_MAX) return all;
  const chosen = [...best];
  if (chosen.length <= SIGNS_MAX) return chosen.map(([, item]) => item);
  chosen.sort(([a], [b]) => (weights[b] as number) - (weights[a] as number));
  return chosen.slice(0, SIGNS_MAX).map(([, item]) => item);
}
