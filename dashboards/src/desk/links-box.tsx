/** Customers whom the records likely hang on the wrong transformer: for those who repair the records. */
import * as api from "../api";
import * as format from "../format";
import { t } from "../i18n";
import { useLoaded } from "./use-loaded";

/** Rows shown here; the file has all of them. */
const SHOWN_MAX = 20;

interface Props {
  /** How many there are by the desk's picture. */
  count: number;
  onShow: (lon: number, lat: number) => void;
  onSignedOut: () => void;
}

export function LinksBox({ count, onShow, onSignedOut }: Props) {
  const { value, problem } = useLoaded(count > 0 ? "links" : null, count, api.doubtedLinks, onSignedOut);
  if (count === 0) return null;
  const links = value?.links ?? [];
  return (
    <section class="panel-section" data-links={count}>
      <h3>{t("links.title", { count })}</h3>
      <p class="hint">{t("links.hint")}</p>
      {problem ? <p class="problem">{problem}</p> : null}
      <ul class="links">
        {links.slice(0, SHOWN_MAX).map((link) => (
          <li key={link.premise}>
            <button
              type="button"
              disabled={link.lon === null}
              onClick={() => link.lon !== null && link.lat !== null && onShow(link.lon, link.lat)}
            >
              <span>
                {link.address} · <code>{link.recorded}</code> → {link.likely ? <code>{link.likely}</code> : "?"}
                <br />
                <small>
                  {t(`links.${link.by_meter ? "meter" : "report"}${link.likely ? "_near" : ""}`, {
                    recorded: link.recorded,
                    likely: link.likely ?? "",
                  })}
                </small>
              </span>
              <b>{format.percent(link.probability, 10_000)}</b>
            </button>
          </li>
        ))}
      </ul>
      <p>
        <a class="button" href={api.LINKS_CSV_URL} download>
          {t("links.csv")}
        </a>
      </p>
    </section>
  );
}
