/** Read something that the view does not hold, again whenever its key changes. */
import { useEffect, useState } from "preact/hooks";
import { ApiError } from "../api";

export interface Loaded<T> {
  value: T | undefined;
  problem: string | undefined;
}

/** `again` differs whenever the value may have changed; the old value stays until the new one is there. */
export function useLoaded<T>(
  key: string | null,
  again: string | number,
  load: (key: string) => Promise<T>,
  onSignedOut: () => void,
): Loaded<T> {
  const [state, setState] = useState<{ key: string | null } & Loaded<T>>({
    key: null,
    value: undefined,
    problem: undefined,
  });
  useEffect(() => {
    if (key === null) return;
    let wanted = true;
    load(key).then(
      (value) => wanted && setState({ key, value, problem: undefined }),
      (error: unknown) => {
        if (!wanted) return;
        if (error instanceof ApiError && error.status === 401) onSignedOut();
        const problem = error instanceof Error ? error.message : String(error);
        setState((before) => ({ key, value: before.key === key ? before.value : undefined, problem }));
      },
    );
    return () => {
      wanted = false;
    };
  }, [key, again]);
  return state.key === key ? state : { value: undefined, problem: undefined };
}
