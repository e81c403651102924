/** Switches that are not as they normally are: since when, by whom, and the way back. */
import type { Switch } from "../contract";
import * as format from "../format";
import { t } from "../i18n";
import { NETWORK_SIGNS } from "../legend";
import { told } from "../sentence";
import { SignIcon } from "../sign";
import { lastFirst } from "./switching";

interface Props {
  switches: ReadonlyMap<string, Switch>;
  nowMs: number;
  onShow: (lon: number, lat: number) => void;
  onNormal: ((device: string) => void) | undefined;
}

export function SwitchesBox({ switches, nowMs, onShow, onNormal }: Props) {
  if (switches.size === 0) return null;
  return (
    <section class="panel-section" data-switches={switches.size}>
      <h3>{t("switch.abnormal", { count: switches.size })}</h3>
      <ul class="links switches">
        {lastFirst(switches.values()).map((each) => (
          <li key={each.device} data-device={each.device}>
            <button
              type="button"
              disabled={each.lon === null}
              onClick={() => each.lon !== null && each.lat !== null && onShow(each.lon, each.lat)}
            >
              <SignIcon sign={each.open ? NETWORK_SIGNS.switch : NETWORK_SIGNS.source} size={16} />
              <span>
                <code>{each.device}</code> {t(each.open ? "switch.open" : "switch.closed")}
                {each.customers ? ` · ${t("switch.without", { count: each.customers })}` : ""}
                {each.parallel ? ` · ${t("switch.ring")}` : ""}
                <br />
                <small>
                  {each.by} · {told(each.reason ?? "")}
                </small>
              </span>
              <b>{each.since_ms === null ? "" : format.span(nowMs - each.since_ms)}</b>
            </button>
            {onNormal ? (
              <button type="button" class="button" onClick={() => onNormal(each.device)}>
                {t("switch.normal")}
              </button>
            ) : null}
          </li>
        ))}
      </ul>
    </section>
  );
}
