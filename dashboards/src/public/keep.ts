/** Lets the service worker keep this page and the newest copy of the picture, for a time without a network. */
import type { FeedClient } from "../feed";
import type { Word } from "../sw";
import { POINTER_URL, type Tree } from "./tree";

/** While a socket brings the picture, the copy is read so often all the same: what is read is kept. */
const COPY_MS = 300_000;

/** `languages`: those of the report form, the reader's first. */
export async function keepForLater(feed: FeedClient, tree: Tree, languages: string[]): Promise<void> {
  // Without one (an old browser, plain HTTP) everything works while the network does.
  if (!("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register("/sw.js");
  const { active } = await navigator.serviceWorker.ready;
  if (navigator.serviceWorker.controller === null) {
    await new Promise((taken) => navigator.serviceWorker.addEventListener("controllerchange", taken, { once: true }));
  }
  // The pointer is not among them: it is read again below, so that it is kept with the files that it names.
  const loaded = performance.getEntriesByType("resource").map((entry) => entry.name);
  const word: Word = { keep: ["/", ...loaded.filter((name) => !name.endsWith(POINTER_URL))], form: languages };
  active?.postMessage(word);
  await tree.snapshot().catch(() => undefined);
  const read = () => {
    if (feed.connection === "live") void tree.snapshot().catch(() => undefined);
  };
  setInterval(read, COPY_MS * (1 + 0.5 * Math.random()));
}
