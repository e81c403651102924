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
    const at = old === undefined ? -1 : this.find(old);
    if (old !== undefined && now !== undefined && this.compare(old, now) === 0) {
      this.list[at] = now;
      return;
    }
    if (old !== undefined) this.list.splice(at, 1);
    if (now !== undefined) this.list.splice(this.find(now), 0, now);
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
