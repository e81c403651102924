/** The map's legend, from the same table as the map; each group can be switched off. */
import { useState } from "preact/hooks";
import { t } from "../i18n";
import { GROUPS } from "../legend";
import { SignIcon } from "../sign";
import { Icon } from "./icons";

export function LegendBox({ onToggle }: { onToggle: (group: string, visible: boolean) => void }) {
  const [open, setOpen] = useState(() => innerWidth >= 1700);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const toggle = (key: string) => {
    const next = new Set(hidden);
    if (!next.delete(key)) next.add(key);
    setHidden(next);
    onToggle(key, !next.has(key));
  };
  return (
    <section class={`legend ${open ? "is-open" : ""}`} aria-label={t("legend.title")}>
      <button type="button" class="legend-head" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name="layers" size={16} />
        {t("legend.title")}
      </button>
      {open
        ? GROUPS.map((group) => (
            <div class={`legend-group ${hidden.has(group.key) ? "is-hidden" : ""}`}>
              <label class="legend-title">
                <input type="checkbox" checked={!hidden.has(group.key)} onChange={() => toggle(group.key)} />
                {t(group.label)}
              </label>
              <ul>
                {group.signs.map((sign) => (
                  <li>
                    <SignIcon sign={sign} size={16} />
                    {t(sign.label)}
                  </li>
                ))}
              </ul>
            </div>
          ))
        : null}
    </section>
  );
}
