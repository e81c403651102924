import { describe, expect, it } from "vitest";
import { Ordered } from "../src/desk/ordered";

interface Item {
  id: number;
  rank: number;
}

const compare = (a: Item, b: Item) => a.rank - b.rank || a.id - b.id;

/** The same numbers every time. */
function* chance(): Generator<number, never> {
  let state = 12345;
  for (;;) {
    state = (state * 1103515245 + 12345) % 2147483648;
    yield state / 2147483648;
  }
}

describe("Ordered", () => {
  it("is at every moment what sorting again would give", () => {
    const random = chance();
    const pick = (count: number) => Math.floor(random.next().value * count);
    const even = (item: Item) => item.rank % 3 !== 0;
    const now = new Map<number, Item>();
    const order = new Ordered(compare, even);
    order.fill([]);
    for (let step = 0; step < 3000; step++) {
      const id = pick(200);
      const after = pick(4) === 0 ? undefined : { id, rank: pick(40) };
      order.change(now.get(id), after);
      if (after === undefined) now.delete(id);
      else now.set(id, after);
      if (step % 50 === 0) expect(order.items).toEqual([...now.values()].filter(even).sort(compare));
    }
    expect(order.items.length).toBeGreaterThan(50);
  });
});
