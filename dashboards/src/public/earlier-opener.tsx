/** The way to earlier moments: a button, until somebody wants them; then what shows them is read. */
import type { FunctionComponent } from "preact";
import { useState } from "preact/hooks";
import * as format from "../format";
import { t } from "../i18n";
import type { Moment } from "./earlier";

type Scrubber = FunctionComponent<{ index: string; onShow: (moment: Moment | null) => void }>;

interface Props {
  /** The index of moments; none where the tree has none. */
  index: string | undefined;
  onShow: (moment: Moment | null) => void;
}

export function Earlier({ index, onShow }: Props) {
  const [opened, setOpened] = useState<{ Scrubber: Scrubber } | null>(null);
  const [problem, setProblem] = useState(false);
  if (index === undefined) return null;
  const toggle = () => {
    setProblem(false);
    if (opened === null) void import("./earlier").then(setOpened, () => setProblem(true));
    else {
      setOpened(null);
      onShow(null);
    }
  };
  return (
    <section class="earlier" aria-label={t("earlier.title")}>
      <button type="button" class="button" aria-expanded={opened !== null} onClick={toggle}>
        {t(opened === null ? "earlier.open" : "earlier.back")}
      </button>
      {problem ? <p class="problem">{t("earlier.away")}</p> : null}
      {opened === null ? null : <opened.Scrubber index={index} onShow={onShow} />}
    </section>
  );
}

/** Says, above everything, that this is not now. */
export function EarlierNote({ moment }: { moment: Moment | null }) {
  return (
    <p class={moment === null ? "sr-only" : "earlier-note"} role="status" data-n={moment?.n ?? -1}>
      {moment === null ? "" : t("earlier.note", { time: `${format.day(moment.at_ms)}, ${format.clock(moment.at_ms)}` })}
    </p>
  );
}
