/** The past as a source of a view: each move asks for what differs from what is held (ARCHITECTURE.md, "Time travel"). */
import type { ServerMessage } from "../contract";
import { Gap, type Listener, Replica, type Source } from "../feed";

/** Where to go: a position, a moment (platform ms), or the change after or before a position. */
export type Where = { n: number } | { at_ms: number } | { next: number } | { previous: number };

export class PastSource implements Source {
  readonly replica = new Replica();
  readonly connection = "past" as const;
  /** The moment looked at, platform ms: that of the picture, or later when nothing came in between. */
  momentMs = 0;
  private listeners = new Set<Listener>();
  private going = false;
  private next: { where: Where; settle: (there: boolean | Error) => void } | undefined;

  constructor(private readonly read: (query: Record<string, number>) => Promise<ServerMessage>) {}

  /** An answer is on its way. */
  get busy(): boolean {
    return this.going;
  }

  subscribe(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  ageMs(): number {
    return 0;
  }

  platformMs(): number {
    return this.momentMs;
  }

  /**
   * True once it is there; false when somebody wanted to be elsewhere before it was. Rejects with what was refused.
   * One question at a time: of those who wait, the last one counts.
   */
  go(where: Where): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.next?.settle(false);
      this.next = { where, settle: (there) => (there instanceof Error ? reject(there) : resolve(there)) };
      if (!this.going) void this.run();
    });
  }

  private async run(): Promise<void> {
    this.going = true;
    while (this.next !== undefined) {
      const { where, settle } = this.next;
      this.next = undefined;
      try {
        await this.move(where);
        settle(true);
      } catch (error) {
        settle(error instanceof Error ? error : new Error(String(error)));
      }
    }
    this.going = false;
  }

  private async move(where: Where): Promise<void> {
    const known = this.replica.n;
    const message = await this.read(known < 0 ? { ...where } : { ...where, known });
    let changed: string[] | null;
    try {
      changed = this.replica.apply(message);
    } catch (error) {
      if (!(error instanceof Gap)) throw error;
      changed = this.replica.apply(await this.read({ n: message.n }));
    }
    const asked = "at_ms" in where ? where.at_ms : 0;
    this.momentMs = Math.max(this.replica.atMs, asked);
    for (const listener of this.listeners) listener(changed);
  }
}
