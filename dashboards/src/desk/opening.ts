/** What opens every page for staff: the desk's feed, and the way to sign in for who is not. */
import * as api from "../api";
import type { Config } from "../contract";
import { FeedClient, feedAddress } from "../feed";
import { t, type MessageKey } from "../i18n";

/** The feed of what staff see, not yet started. */
export function staffFeed(config: Config): FeedClient {
  return new FeedClient({
    audience: "desk",
    url: feedAddress("desk"),
    poll: () => api.snapshot("desk"),
    speed: () => config.clock_speed,
  });
}

/** Run a page in its element; who is not signed in is sent to sign in, any other trouble is said in a sentence. */
export function openPage(id: string, unavailable: MessageKey, main: (root: HTMLElement) => Promise<void>): void {
  const root = document.getElementById(id);
  if (root === null) return;
  main(root).catch((error: unknown) => {
    if (error instanceof api.ApiError && error.status === 401) location.replace("/sign-in");
    else root.textContent = t(unavailable, { problem: error instanceof Error ? error.message : String(error) });
  });
}
