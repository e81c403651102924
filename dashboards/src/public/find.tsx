/** Where is my home on this map? An address gives its area and nothing finer. */
import { useState } from "preact/hooks";
import { ApiError, areaOf } from "../api";
import type { Area } from "../contract";
import * as format from "../format";
import { t } from "../i18n";

export function Find({ onFound }: { onFound: (id: string) => void }) {
  const [address, setAddress] = useState("");
  const [area, setArea] = useState<Area | null>(null);
  const [problem, setProblem] = useState("");
  const look = async (event: Event) => {
    event.preventDefault();
    setProblem("");
    setArea(null);
    try {
      const found = await areaOf(address.trim());
      setArea(found);
      onFound(found.id);
    } catch (error) {
      const unknown = error instanceof ApiError && (error.status === 404 || error.status === 422);
      setProblem(t(unknown ? "find.not_found" : "find.away"));
    }
  };
  return (
    <section class="find">
      <h2>{t("find.title")}</h2>
      <form onSubmit={look}>
        <label class="field">
          <span>{t("find.address")}</span>
          <input
            name="address"
            autocomplete="street-address"
            required
            maxLength={200}
            value={address}
            onInput={(event) => setAddress(event.currentTarget.value)}
          />
        </label>
        <button type="submit" class="button">
          {t("find.show")}
        </button>
      </form>
      <div aria-live="polite">
        {problem ? <p class="problem">{problem}</p> : null}
        {area ? (
          <p class="find-result" data-area={area.id}>
            <b>{t("find.area", { area: area.name })}</b>{" "}
            {area.out > 0
              ? t("find.out", { out: format.number(area.out), customers: format.number(area.customers) })
              : t("find.none")}
          </p>
        ) : null}
      </div>
      <p>
        <a href="/mine">{t("find.mine")}</a>
      </p>
    </section>
  );
}
