/** Where there is shelter, cool air, power or water now. */
import { useEffect, useState } from "preact/hooks";
import { helpPlaces } from "../api";
import type { HelpPlace } from "../contract";
import { currentLanguage, t } from "../i18n";

const AGAIN_MS = 300_000;

export function Places() {
  const [places, setPlaces] = useState<HelpPlace[]>([]);
  useEffect(() => {
    const read = () => void helpPlaces().then(setPlaces, () => undefined); // what was read last stays
    read();
    const timer = setInterval(read, AGAIN_MS);
    return () => clearInterval(timer);
  }, []);
  if (places.length === 0) return null;
  return (
    <section class="places">
      <h2>{t("help.title")}</h2>
      <ul>
        {places.map((place) => {
          const note = place.note[currentLanguage()] ?? place.note.en;
          return (
            <li>
              <p>
                <b>{place.name}</b>
                <span class={place.open ? "is-open" : "is-closed"}>{t(place.open ? "help.open" : "help.closed")}</span>
              </p>
              <p class="hint">{[t(`help.${place.kind}`), place.address, place.hours].filter(Boolean).join(" · ")}</p>
              {place.phone ? <a href={`tel:${place.phone}`}>{place.phone}</a> : null}
              {note ? <p class="hint">{note}</p> : null}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
