/** What the field saw closed, who says so and why, and the way back. */
import type { Sighting } from "../contract";
import * as format from "../format";
import { t } from "../i18n";
import { NETWORK_SIGNS } from "../legend";
import { SignIcon } from "../sign";
import { latestFirst, sightingSaid } from "./sightings";

interface Props {
  sightings: Iterable<Sighting>;
  nowMs: number;
  onOpen: (sighting: Sighting) => void;
  /** Take it back; absent where nobody may act. */
  onRetract: ((action: string) => void) | undefined;
}

export function SightingsBox({ sightings, nowMs, onOpen, onRetract }: Props) {
  const shown = latestFirst(sightings);
  if (shown.length === 0) return null;
  return (
    <section class="panel-section" data-sightings={shown.length}>
      <h3>{t("sighting.title")}</h3>
      <ul class="links switches">
        {shown.map((each) => (
          <li key={each.action}>
            <button
              type="button"
              disabled={each.incident === null && each.lon === null}
              title={each.devices.join(", ")}
              onClick={() => onOpen(each)}
            >
              <SignIcon sign={NETWORK_SIGNS.source} size={16} />
              <span>
                {sightingSaid(each)}
                <br />
                <small>
                  {each.by} · {each.reason}
                </small>
              </span>
              <b>{format.span(nowMs - each.at_ms)}</b>
            </button>
            {onRetract ? (
              <button type="button" class="button" onClick={() => onRetract(each.action)}>
                {t("sighting.retract")}
              </button>
            ) : null}
          </li>
        ))}
      </ul>
    </section>
  );
}
