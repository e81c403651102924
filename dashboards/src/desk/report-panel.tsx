/** One report in full: what was said, why here or why nowhere, and placing it by hand. */
import { useEffect, useRef, useState } from "preact/hooks";
import * as api from "../api";
import type { Candidate, Premise } from "../contract";
import * as format from "../format";
import { t, word } from "../i18n";
import type { Place } from "../map/desk-map";
import { REPORT_SIGNS, SAFETY_SIGN } from "../legend";
import { SignIcon } from "../sign";
import { ActionForm, ActionState } from "./action-form";
import type { Actions } from "./actions";
import { Icon } from "./icons";
import { Penalty, Reasons, Said } from "./report-card";
import type { Desk } from "./store";
import { useLoaded } from "./use-loaded";

const SEARCH_WAIT_MS = 250;

interface Props {
  receipt: string;
  desk: Desk;
  actions: Actions;
  mayAct: boolean;
  /** The place that was clicked on the map while picking. */
  picked: { lon: number; lat: number } | null;
  picking: boolean;
  onPick: (on: boolean) => void;
  /** Marks what could be chosen on the map, with the letters of the list. */
  onCandidates: (places: Place[]) => void;
  onIncident: (id: string) => void;
  onShow: (lon: number, lat: number) => void;
  onClose: () => void;
  onSignedOut: () => void;
}

export function ReportPanel(props: Props) {
  const { receipt, desk, actions } = props;
  const [withdrawing, setWithdrawing] = useState(false);
  const point = desk.reports.get(receipt);
  const waiting = desk.unmatched.get(receipt);
  const again = (point?.incident ?? "").length + (waiting ? 1 : 0) + (point ? 2 : 0);
  const full = useLoaded(receipt, again, api.report, props.onSignedOut);
  const report = full.value;
  useEffect(() => setWithdrawing(false), [receipt]);

  const gone = waiting === undefined && point === undefined;
  const life = waiting?.safety || point?.safety || point?.medical || report?.safety || report?.medical;
  const sign = life ? SAFETY_SIGN : waiting ? REPORT_SIGNS.unmatched : REPORT_SIGNS.matched;
  const symptom = report?.symptom ?? point?.symptom;
  const title = report?.address ?? (symptom ? word("symptom", symptom) : receipt);
  const now = desk.feed.platformMs();
  const place = (premise: string, address: string, reason: string) => {
    void actions.send({
      target: receipt,
      path: `reports/${encodeURIComponent(receipt)}/place`,
      body: { premise, reason },
      text: t("did.place", { address }),
      applied: (after) =>
        waiting ? !after.unmatched.has(receipt) : JSON.stringify(after.reports.get(receipt)) !== JSON.stringify(point),
    });
  };
  const withdraw = (reason: string) => {
    void actions.send({
      target: receipt,
      path: `reports/${encodeURIComponent(receipt)}/withdraw`,
      body: { reason },
      text: t("did.withdraw", { receipt }),
      applied: (after) => !after.unmatched.has(receipt) && !after.reports.has(receipt),
    });
    setWithdrawing(false);
  };
  const incidentId = point?.incident ?? report?.incident;
  const incident = incidentId ? desk.incidents.get(incidentId) : undefined;

  return (
    <article class="panel-body" aria-label={t("report.title")} data-receipt={receipt}>
      <header class="panel-head">
        <span class="state-badge" data-state={waiting ? "unmatched" : (point?.state ?? "")}>
          <SignIcon sign={sign} size={18} />
          {waiting ? t("state.unmatched") : word("state", point?.state ?? report?.state ?? "received")}
        </span>
        <span class="panel-id">{receipt}</span>
        <button type="button" class="tool" aria-label={t("panel.close")} onClick={props.onClose}>
          <Icon name="close" />
        </button>
        <h2>{title}</h2>
        {life ? (
          <p class="alert">
            <SignIcon sign={SAFETY_SIGN} size={18} />
            {t("report.life")}
          </p>
        ) : null}
      </header>
      {full.problem ? <p class="problem">{t("panel.problem", { problem: full.problem })}</p> : null}

      <section class="panel-section">
        <h3>{t("report.said")}</h3>
        {report ? (
          <Said said={report.said ?? null} />
        ) : waiting ? (
          <blockquote class="said">{waiting.said}</blockquote>
        ) : null}
        <dl class="facts">
          <div class="fact">
            <dt>{t("fact.symptom")}</dt>
            <dd>{word("symptom", report?.symptom ?? point?.symptom ?? "")}</dd>
          </div>
          <div class="fact">
            <dt>{t("fact.received")}</dt>
            <dd>{format.when(report?.received_ms ?? waiting?.received_ms ?? point?.received_ms ?? 0, now)}</dd>
          </div>
          {report?.channel ? (
            <div class="fact">
              <dt>{t("fact.channel")}</dt>
              <dd>{word("channel", report.channel)}</dd>
            </div>
          ) : null}
          {report?.callback ? (
            <div class="fact">
              <dt>{t("fact.callback")}</dt>
              <dd>{report.callback}</dd>
            </div>
          ) : null}
        </dl>
        {report?.note ? <q class="note">{report.note}</q> : null}
      </section>

      {incident ? (
        <button type="button" class="button wide" onClick={() => props.onIncident(incident.id)}>
          {t("report.open_incident", { place: incident.place || incident.id })}
        </button>
      ) : null}
      {report?.rule && !waiting ? (
        <section class="panel-section">
          <h3>
            {t("report.why_here", { rule: word("rule", report.rule) })}
            <Penalty penalty={report.penalty ?? 0} />
          </h3>
          <Reasons reasons={report.reasons ?? []} />
        </section>
      ) : null}

      <ActionState sent={actions.about(receipt)} />
      {props.mayAct && !gone ? (
        <Placing
          {...props}
          why={waiting?.why ?? report?.why ?? ""}
          candidates={waiting?.candidates ?? report?.candidates ?? []}
          unmatched={waiting !== undefined}
          onPlace={place}
        />
      ) : null}
      {props.mayAct && !gone ? (
        withdrawing ? (
          <ActionForm
            id={`withdraw ${receipt}`}
            title={t("do.withdraw_title")}
            hint={t("do.withdraw_hint")}
            suggestions={[t("reason.test_call"), t("reason.callback_on"), t("reason.not_ours")]}
            send={t("do.withdraw_send")}
            danger
            ready
            onSend={withdraw}
            onClose={() => setWithdrawing(false)}
          />
        ) : (
          <button type="button" class="button wide" onClick={() => setWithdrawing(true)}>
            {t("do.withdraw")}
          </button>
        )
      ) : null}
    </article>
  );
}

/** A, B, … Z, AA, AB, … */
function letter(index: number): string {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : letter(Math.floor(index / 26) - 1) + last;
}

interface PlacingProps extends Props {
  why: string;
  candidates: Candidate[];
  unmatched: boolean;
  onPlace: (premise: string, address: string, reason: string) => void;
}

function Placing(props: PlacingProps) {
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
      {props.why ? <p class="hint">{props.why}</p> : null}
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
          <span class="candidate-reasons">{candidate.reasons.join(" · ")}</span>
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
