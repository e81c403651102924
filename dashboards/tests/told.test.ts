import { describe, expect, it } from "vitest";
import { Teller, type Wanted } from "../src/map/told";

interface Thing {
  id: string;
  name: string;
}

const thing = (id: string, name: string): Thing => ({ id, name });
const feature = ({ name }: Thing): GeoJSON.Feature | null =>
  name === "" ? null : { type: "Feature", geometry: { type: "Point", coordinates: [1, 2] }, properties: { name } };
const want = (...things: Thing[]): Wanted[] =>
  things.map((of) => ({ key: of.id, of, part: "x", make: feature }) as unknown as Wanted);

describe("what a source is told", () => {
  it("is everything at first and then what changed", () => {
    const teller = new Teller();
    const [a, b] = [thing("a", "one"), thing("b", "two")];
    const first = teller.tell(want(a, b));
    expect(first?.add?.map(({ id, properties }) => [id, properties])).toEqual([
      ["a", { name: "one", part: "x" }],
      ["b", { name: "two", part: "x" }],
    ]);
    expect(teller.tell(want(a, b))).toBeNull();
    expect(teller.tell(want(thing("a", "one"), b))).toBeNull(); // another value, the same picture
    const next = teller.tell(want(thing("a", "new"), thing("c", "three")));
    expect(next?.add?.map(({ id }) => id)).toEqual(["a", "c"]);
    expect(next?.remove).toEqual(["b"]);
  });

  it("takes away what has no picture any more, once", () => {
    const teller = new Teller();
    teller.tell(want(thing("a", "one")));
    expect(teller.tell(want(thing("a", "")))).toEqual({ add: [], remove: ["a"] });
    expect(teller.tell(want(thing("a", "")))).toBeNull();
    expect(teller.tell(want())).toBeNull();
    expect(teller.tell(want(thing("a", "back")))?.add).toHaveLength(1);
  });

  it("ends with what is wanted, whatever came before", () => {
    const teller = new Teller();
    const source = new Map<string, string>();
    let seed = 7;
    const chance = (below: number) => ((seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) >>> 16) % below;
    for (let round = 0; round < 300; round++) {
      const things = [..."abcdefgh"].filter(() => chance(2)).map((id) => thing(id, ["", "x", "y"][chance(3)] ?? ""));
      const diff = teller.tell(want(...things));
      for (const key of diff?.remove ?? []) expect(source.delete(String(key))).toBe(true);
      for (const { id, properties } of diff?.add ?? []) source.set(String(id), properties?.name);
      expect(source).toEqual(new Map(things.filter(({ name }) => name).map(({ id, name }) => [id, name])));
    }
  });
});
