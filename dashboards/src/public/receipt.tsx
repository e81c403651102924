/** What became of my report: by its receipt number alone, and never with an address. */
import { useState } from "preact/hooks";
import { ApiError, receiptStatus } from "../api";
import type { ReceiptStatus } from "../contract";
import * as format from "../format";
import { t, word } from "../i18n";

function problemOf(error: unknown): string {
  if (!(error instanceof ApiError)) return t("receipt.away");
  if (error.status === 404) return t("receipt.wrong");
  if (error.status === 429) return t("receipt.slow", { span: format.span(error.retryAfterSeconds * 1000) });
  return t("receipt.away");
}

export function Receipt({ nowMs }: { nowMs: number }) {
  const [receipt, setReceipt] = useState("");
  const [status, setStatus] = useState<ReceiptStatus | null>(null);
  const [problem, setProblem] = useState("");
  const look = async (event: Event) => {
    event.preventDefault();
    setProblem("");
    setStatus(null);
    try {
      setStatus(await receiptStatus(receipt.trim()));
    } catch (error) {
      setProblem(problemOf(error));
    }
  };
  const incident = status?.incident;
  return (
    <section class="receipt">
      <h2>{t("public.status")}</h2>
      <form onSubmit={look}>
        <label class="field">
          <span>{t("public.receipt")}</span>
          <input
            name="receipt"
            inputMode="numeric"
            autocomplete="off"
            required
            maxLength={40}
            placeholder="01-2345-6789-012-3"
            value={receipt}
            onInput={(event) => setReceipt(event.currentTarget.value)}
          />
        </label>
        <button type="submit" class="button">
          {t("public.look_up")}
        </button>
      </form>
      <div aria-live="polite">
        {problem ? <p class="problem">{problem}</p> : null}
        {status ? (
          <div class="receipt-status">
            <p class="strong">{word("receipt", incident?.state ?? status.state)}</p>
            {incident ? (
              <p>
                {t("receipt.facts", {
                  since: format.when(incident.since_ms, nowMs),
                  count: incident.others,
                  out: incident.customers_out,
                })}
              </p>
            ) : null}
            <p class="hint">{t("receipt.when", { time: format.when(status.received_ms, nowMs) })}</p>
          </div>
        ) : null}
      </div>
    </section>
  );
}
