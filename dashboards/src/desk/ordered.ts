/** A list that stays in order while its items change: a change costs a search, not a sort. Pure. */
export class Ordered<T> {
  private list: T[] = [];

  /** `compare` must tell every two items apart; `accept` says which belong here. */
  constructor(
    private readonly compare: (a: T, b: T) => number,
    private readonly accept: (item: T) => boolean = () => true,
  ) {}

  get items(): readonly T[] {
    return this.list;
  }

  /** Begin again with these. */
  fill(items: Iterable<T>): void {
    this.list = [];
    for (const item of items) if (this.accept(item)) this.list.push(item);
    this.list.sort(this.compare);
  }

  /** One item became another, came (`before` undefined) or went (`after` undefined). */
  change(before: T | undefined, after: T | undefined): void {
    const old = before !== undefined && this.accept(before) ? before : undefined;
    const now = after !== undefined && this.accept(after) ? after : undefined;
    if (old !== undefined && now !== undefined) this.move(this.find(old), this.compare(old, now), now);
    else if (old !== undefined) this.list.splice(this.find(old), 1);
    else if (now !== undefined) this.list.splice(this.find(now), 0, now);
  }

  /** The item at a place becomes another, before it or after (`turn` below 0). Only what lies between them moves. */
  private move(at: number, turn: number, now: T): void {
    const { list } = this;
    const to = turn === 0 ? at : turn < 0 ? this.find(now) - 1 : this.find(now);
    for (let i = at; i < to; i++) list[i] = list[i + 1] as T;
    for (let i = at; i > to; i--) list[i] = list[i - 1] as T;
    list[to] = now;
  }

  /** Where an item is, or belongs. */
  private find(item: T): number {
    let [low, high] = [0, this.list.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.compare(this.list[middle] as T, item) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
