/** What a source of the map was told, so that it is told only what is different. Pure. */
import type { GeoJSONSourceDiff } from "maplibre-gl";

/** A feature to be: what it is made of, and how. Its key is its own in its source. */
export interface Wanted<T extends object = object> {
  key: string;
  of: T;
  part: string;
  make: (of: T) => GeoJSON.Feature | null;
}

interface Told {
  of: object;
  /** The feature as it was told, "" = none. */
  as: string;
}

export class Teller {
  private told = new Map<string, Told>();

  /** What has to be told so that the source shows these and nothing else; null: nothing. */
  tell(wanted: Iterable<Wanted>): GeoJSONSourceDiff | null {
    const now = new Map<string, Told>();
    const add: GeoJSON.Feature[] = [];
    const remove: string[] = [];
    for (const { key, of, part, make } of wanted) {
      const before = this.told.get(key);
      if (before?.of === of) {
        now.set(key, before); // values are replaced, never changed
        continue;
      }
      const made = make(of);
      const feature = made && { ...made, id: key, properties: { ...made.properties, part } };
      const as = feature ? JSON.stringify(feature) : "";
      now.set(key, { of, as });
      if (before?.as === as) continue;
      if (feature) add.push(feature);
      else if (before?.as) remove.push(key);
    }
    for (const [key, { as }] of this.told) if (as && !now.has(key)) remove.push(key);
    this.told = now;
    return add.length || remove.length ? { add, remove } : null;
  }
}
