/** The command palette: type what you want, Enter does it (the combobox pattern of ARIA in a dialog). */
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import { type Command, findCommands } from "./commands";
import { useModal } from "./dialogs";

const SHOWN_MAX = 60;
/** An incident can be gone to from here once so much of its place is typed. */
const PLACE_LETTERS_LEAST = 3;

interface Props {
  open: boolean;
  commands: readonly Command[];
  /** Commands that depend on what is typed. */
  more: (text: string) => Command[];
  onClose: () => void;
}

export function Palette({ open, commands, more, onClose }: Props) {
  const dialog = useModal(open);
  const list = useRef<HTMLUListElement>(null);
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  useEffect(() => {
    if (open) {
      setText("");
      setAt(0);
    }
  }, [open]);
  const typed = text.trim();
  const places = typed.length >= PLACE_LETTERS_LEAST ? more(typed) : [];
  const found = open ? [...findCommands(commands, text).slice(0, SHOWN_MAX), ...places] : [];
  const chosen = Math.max(0, Math.min(at, found.length - 1));
  useEffect(() => list.current?.children[chosen]?.scrollIntoView({ block: "nearest" }), [chosen, text]);
  const run = (command: Command | undefined) => {
    if (command === undefined) return;
    dialog.current?.close(); // gives the focus back to the page at once, before the command takes it
    requestAnimationFrame(() => command.run());
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setAt((chosen + step + found.length) % Math.max(1, found.length));
    } else if (event.key === "Enter") {
      event.preventDefault();
      run(found[chosen]);
    }
  };
  return (
    <dialog ref={dialog} class="dialog palette" aria-label={t("palette.title")} onClose={onClose}>
      <input
        name="command"
        role="combobox"
        aria-label={t("palette.find")}
        aria-expanded={found.length > 0}
        aria-controls="palette-list"
        aria-autocomplete="list"
        {...(found.length ? { "aria-activedescendant": `palette-${chosen}` } : {})}
        placeholder={t("palette.find")}
        autocomplete="off"
        autofocus
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <ul ref={list} id="palette-list" role="listbox" aria-label={t("palette.title")} hidden={found.length === 0}>
        {found.map((command, index) => (
          <li
            key={command.id}
            id={`palette-${index}`}
            role="option"
            aria-selected={index === chosen}
            data-command={command.id}
            onClick={() => run(command)}
          >
            <span>{command.label}</span>
            {command.key ? <kbd>{command.key}</kbd> : null}
          </li>
        ))}
      </ul>
      <p class="hint" role="status">
        {found.length ? t("palette.found", { count: found.length }) : t("palette.none")}
      </p>
    </dialog>
  );
}
