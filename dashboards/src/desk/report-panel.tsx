/** One report in full: what was said, why here or why nowhere, and placing it by hand. */
import { useEffect, useState } from "preact/hooks";
import * as api from "../api";
import * as format from "../format";
import { t, word } from "../i18n";
import { REPORT_SIGNS, SAFETY_SIGN } from "../legend";
import { SignIcon } from "../sign";
import { placeOf } from "../sentence";
import { ActionForm, ActionState } from "./action-form";
import type { Actions } from "./actions";
import { Icon } from "./icons";
import { Placing, type Pointing } from "./placing";
import { Penalty, Reasons, Said, SaidAgain } from "./report-card";
import { SafetyBox } from "./safety-box";
import type { Desk } from "./store";
import { useLoaded } from "./use-loaded";

interface Props extends Pointing {
  receipt: string;
  desk: Desk;
  actions: Actions;
  mayAct: boolean;
  /** The form that takes a safety report on is open. */
  acknowledging: boolean;
  onAcknowledging: (on: boolean) => void;
  onIncident: (id: string) => void;
  onClose: () => void;
  onSignedOut: () => void;
}

export function ReportPanel(props: Props) {
  const { receipt, desk, actions } = props;
  const [withdrawing, setWithdrawing] = useState(false);
  const point = desk.reports.get(receipt);
  const waiting = desk.unmatched.get(receipt);
  const again = JSON.stringify([point, waiting !== undefined, desk.at]);
  const full = useLoaded(receipt, again, (id) => api.report(id, desk.at), props.onSignedOut);
  const report = full.value;
  useEffect(() => setWithdrawing(false), [receipt]);

  const gone = waiting === undefined && point === undefined;
  const safety = desk.safety.get(receipt);
  const life =
    safety !== undefined || waiting?.safety || point?.safety || point?.medical || report?.safety || report?.medical;
  const sign = life ? SAFETY_SIGN : waiting ? REPORT_SIGNS.unmatched : REPORT_SIGNS.matched;
  const symptom = report?.symptom ?? point?.symptom;
  const title = report?.address ?? (symptom ? word("symptom", symptom) : receipt);
  const now = desk.feed.platformMs();
  const repeats = point?.repeats ?? report?.repeats ?? 0;
  const heardMs = point?.heard_ms ?? report?.heard_ms ?? 0;
  const place = (premise: string, address: string, reason: string) => {
    void actions.send({
      target: receipt,
      path: `reports/${encodeURIComponent(receipt)}/place`,
      body: { premise, reason },
      text: t("did.place", { address }),
      ...(waiting ? {} : { seen: JSON.stringify(point ?? null) }),
    });
  };
  const withdraw = (reason: string) => {
    void actions.send({
      target: receipt,
      path: `reports/${encodeURIComponent(receipt)}/withdraw`,
      body: { reason },
      text: t("did.withdraw", { receipt }),
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
        {life && safety === undefined ? (
          <p class="alert">
            <SignIcon sign={SAFETY_SIGN} size={18} />
            {t("report.life")}
          </p>
        ) : null}
      </header>
      {safety ? (
        <SafetyBox
          item={safety}
          nowMs={now}
          actions={actions}
          mayAct={props.mayAct}
          acknowledging={props.acknowledging}
          onAcknowledging={props.onAcknowledging}
        />
      ) : null}
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
          {repeats ? (
            <div class="fact" data-repeats={repeats}>
              <dt>{t("fact.heard")}</dt>
              <dd>{t("fact.heard_last", { count: repeats, time: format.when(heardMs, now) })}</dd>
            </div>
          ) : null}
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
      <SaidAgain later={report?.later ?? []} total={report?.later_total ?? 0} nowMs={now} />

      {incident ? (
        <button type="button" class="button wide" onClick={() => props.onIncident(incident.id)}>
          {t("report.open_incident", { place: placeOf(incident) || incident.id })}
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
