/** Which page of the wall is shown: the next after a while, by itself; a person may hold it or turn it. */
import { useEffect, useState } from "preact/hooks";

/** Long enough to read a page from the other side of the room. */
export const PAGE_MS = 15_000;

export interface Rotation {
  page: number;
  held: boolean;
}

/** Space holds, arrows turn: for whoever has a keyboard. Nobody needs one. */
export function useRotation(pages: number, everyMs = PAGE_MS): Rotation {
  const [state, setState] = useState<Rotation>({ page: 0, held: false });
  useEffect(() => {
    if (state.held) return;
    const turn = setTimeout(() => setState((now) => ({ ...now, page: (now.page + 1) % pages })), everyMs);
    return () => clearTimeout(turn);
  }, [state.page, state.held]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const by = { ArrowRight: 1, ArrowLeft: -1, " ": 0 }[event.key];
      if (by === undefined) return;
      event.preventDefault();
      setState((now) => (by === 0 ? { ...now, held: !now.held } : { ...now, page: (now.page + by + pages) % pages }));
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
  return state;
}
