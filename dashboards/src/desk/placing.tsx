/** Placing a report by hand: its candidates, a search for an address, or a click on the map. */
import { useEffect, useRef, useState } from "preact/hooks";
import * as api from "../api";
import type { Candidate, Premise, Words } from "../contract";
import { t } from "../i18n";
import type { Place } from "../map/desk-map";
import { told } from "../sentence";
import { Icon } from "./icons";
import { Penalty } from "./report-card";

const SEARCH_WAIT_MS = 250;

/** How the panel and the map work together while a place is looked for. */
export interface Pointing {
  /** The place that was clicked on the map while picking. */
  picked: { lon: number; lat: number } | null;
  picking: boolean;
  onPick: (on: boolean) => void;
  /** Marks what could be chosen on the map, with the letters of the list. */
  onCandidates: (places: Place[]) => void;
  onShow: (lon: number, lat: number) => void;
}

interface Props extends Pointing {
  receipt: string;
  why: Words;
  candidates: Candidate[];
  unmatched: boolean;
  onPlace: (premise: string, address: string, reason: string) => void;
  onSignedOut: () => void;
}

/** A, B, … Z, AA, AB, … */
function letter(index: number): string {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : letter(Math.floor(index / 26) - 1) + last;
}

export function Placing(props: Props) {
  const { receipt, candidates, picked } = props;
  const [query, setQuery] = useState("");
  const [found, setFound] = useState<Premise[]>([]);
  const [problem, setProblem] = useState("");
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

  useEffect(() => {
    setQuery("");
    setFound([]);
    setProblem("");
  }, [receipt]);
  const look = (promise: Promise<Premise[]>) => {
    promise.then(
      (premises) => {
        setFound(premises);
        setProblem(premises.length ? "" : t("place.nothing"));
      },
      (error: unknown) => {
        if (error instanceof api.ApiError && error.status === 401) props.onSignedOut();
        setProblem(error instanceof Error ? error.message : String(error));
      },
    );
  };
  useEffect(() => {
    if (picked !== null) look(api.premisesNear(picked.lon, picked.lat));
  }, [picked]);
  const type = (text: string) => {
    setQuery(text);
    clearTimeout(timer.current);
    if (text.trim().length >= 2)
      timer.current = setTimeout(() => look(api.premisesByText(text.trim())), SEARCH_WAIT_MS);
    else setFound([]);
  };
  useEffect(() => {
    const places = [...candidates, ...found].flatMap(({ lon, lat }, index) =>
      lon == null || lat == null ? [] : [{ letter: letter(index), lon, lat }],
    );
    props.onCandidates(places);
    return () => props.onCandidates([]);
  }, [receipt, candidates.length, found]);
  /** Up and down walk through everything that Enter would place. */
  const walk = (event: KeyboardEvent) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const box = event.currentTarget as HTMLElement;
    const all = [...box.querySelectorAll<HTMLElement>(".candidate, input[name=premise]")];
    const at = all.indexOf(document.activeElement as HTMLElement);
    const next = all[at + (event.key === "ArrowDown" ? 1 : -1)];
    if (next !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      next.focus();
    }
  };

  return (
    <section class="panel-section placing" onKeyDown={walk}>
      <h3>{props.unmatched ? t("place.title") : t("place.title_again")}</h3>
      {props.why ? <p class="hint">{told(props.why)}</p> : null}
      {candidates.map((candidate, index) => (
        <button
          type="button"
          class="candidate"
          key={candidate.premise}
          data-premise={candidate.premise}
          onClick={() => props.onPlace(candidate.premise, candidate.address, t("place.reason_candidate"))}
          onFocus={() => {
            if (candidate.lon !== null && candidate.lat !== null && candidate.lon !== undefined)
              props.onShow(candidate.lon, candidate.lat as number);
          }}
        >
          <span class="candidate-head">
            <b>
              <span class="candidate-letter">{letter(index)}</span>
              {candidate.address}
            </b>
            <Penalty penalty={candidate.penalty} />
          </span>
          <span class="candidate-reasons">{candidate.reasons.map(told).join(" · ")}</span>
        </button>
      ))}
      <label class="search">
        <Icon name="search" size={16} />
        <input
          name="premise"
          type="search"
          value={query}
          autocomplete="off"
          placeholder={t("place.search")}
          aria-label={t("place.search")}
          onInput={(event) => type(event.currentTarget.value)}
        />
      </label>
      <button
        type="button"
        class="button wide"
        aria-pressed={props.picking}
        onClick={() => props.onPick(!props.picking)}
      >
        <Icon name="target" size={16} />
        {props.picking ? t("place.picking") : t("place.pick")}
      </button>
      {problem ? <p class="problem">{problem}</p> : null}
      {found.map((premise, index) => (
        <button
          type="button"
          class="candidate"
          key={premise.premise}
          data-premise={premise.premise}
          onClick={() => props.onPlace(premise.premise, premise.address, t("place.reason_search"))}
          onFocus={() => props.onShow(premise.lon, premise.lat)}
        >
          <span class="candidate-head">
            <b>
              <span class="candidate-letter">{letter(candidates.length + index)}</span>
              {premise.address}
            </b>
          </span>
        </button>
      ))}
    </section>
  );
}
