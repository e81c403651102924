/** The public page: small first, the map after it, nothing finer than an area. */
import "../styles/public.css";
import { render } from "preact";
import * as api from "../api";
import type { Area, PublicMode, PublicTotals, Unheard } from "../contract";
import { FeedClient, feedAddress } from "../feed";
import { useTimeZone } from "../format";
import { chooseLanguage, currentLanguage, t } from "../i18n";
import { areaShapes } from "../map/features";
import { theme } from "../theme";
import { App } from "./app";
import { keepForLater } from "./keep";
import { Tree } from "./tree";

const REDRAW_MS = 500;
/** A new mode may mean another rung of the ladder: the pointer that says so is looked at after 5 s, and within so long. */
const POINTER_MS = 30_000;
/** How long after its start a page is kept for later: its map is there by then. */
const KEEP_MS = 5_000;

async function main(root: HTMLElement): Promise<void> {
  const config = await api.config();
  chooseLanguage(config.languages);
  useTimeZone(config.time_zone);
  document.title = t("public.title", { city: config.title });
  document.documentElement.lang = currentLanguage();
  theme();

  const tree = new Tree();
  const feed = new FeedClient({
    audience: "public",
    url: feedAddress("public"),
    poll: () => tree.snapshot().catch(() => api.snapshot("public")),
    pollEveryMs: () => tree.everyMs(),
    live: () => tree.live(),
    speed: () => config.clock_speed,
  });
  const areas = new Map<string, Area>();
  let totals: PublicTotals | undefined;
  let mode: PublicMode | undefined;
  let unheard: Unheard | undefined;
  let known: string | undefined;
  /** Whoever is on a socket learns of another rung from the pointer; whoever polls reads that anyway. */
  const follow = (now: string | undefined) => {
    if (known !== undefined && now !== known && feed.connection === "live") {
      setTimeout(() => void tree.snapshot().catch(() => undefined), 5_000 + POINTER_MS * Math.random());
    }
    known = now ?? known;
  };
  const shapes = api.publicAreas().then(areaShapes);

  const draw = () =>
    render(
      <App
        config={config}
        feed={feed}
        areas={areas}
        totals={totals}
        mode={mode}
        unheard={unheard}
        shapes={shapes}
        oldMs={tree.oldMs()}
        past={tree.past()}
        redraw={draw}
      />,
      root,
    );
  let timer: ReturnType<typeof setTimeout> | undefined;
  feed.subscribe((changed) => {
    const view = feed.replica.view;
    totals = view.get("totals") as PublicTotals | undefined;
    mode = view.get("mode") as PublicMode | undefined;
    unheard = view.get("unheard") as Unheard | undefined;
    follow(mode?.mode);
    if (changed === null) areas.clear();
    for (const key of changed ?? view.keys()) {
      if (!key.startsWith("area/")) continue;
      const area = view.get(key) as Area | undefined;
      if (area === undefined) areas.delete(key.slice(5));
      else areas.set(area.id, area);
    }
    timer ??= setTimeout(() => {
      timer = undefined;
      draw();
    }, REDRAW_MS);
  });
  root.replaceChildren();
  draw();
  // When the page has all that it needs; a browser that keeps nothing is served as long as there is a network.
  const languages = [currentLanguage(), ...config.languages.filter((code) => code !== currentLanguage())];
  setTimeout(() => void keepForLater(feed, tree, languages).catch(() => undefined), KEEP_MS);
  setInterval(draw, 1000);
  feed.start();
  void feed.pollNow(); // the copy first: it is nearest, and there when sockets are not
  addEventListener("online", () => feed.retryNow());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") feed.retryNow();
  });
}

const root = document.getElementById("public");
if (root !== null) {
  main(root).catch(() => {
    // What is in the page already (phone, form, table) keeps working; say why there is no more.
    const note = document.createElement("p");
    note.className = "problem";
    note.textContent = t("public.unavailable");
    root.querySelector("main")?.append(note);
    setTimeout(() => location.reload(), 30_000 * (1 + Math.random()));
  });
}
