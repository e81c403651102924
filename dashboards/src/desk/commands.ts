/** Everything that the desk can do, by name: the palette finds it, the keys start it. */
export interface Command {
  id: string;
  label: string;
  /** The single key that starts it, if it has one. */
  key?: string;
  run: () => void;
}

/** Those whose label has every word, in any order; a word may be the letters of several words' beginnings. Pure. */
export function findCommands(commands: readonly Command[], text: string): Command[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const scored = commands.flatMap((command, index) => {
    const label = command.label.toLowerCase();
    let score = 0;
    for (const word of words) {
      const at = label.indexOf(word);
      if (at === 0) score += 3;
      else if (at > 0) score += label[at - 1] === " " ? 2 : 1;
      else if (!initials(label).startsWith(word)) return [];
    }
    return [{ command, score, index }];
  });
  return scored.sort((a, b) => b.score - a.score || a.index - b.index).map(({ command }) => command);
}

const initials = (label: string): string =>
  label
    .split(/[\s'’:-]+/)
    .map((word) => word[0] ?? "")
    .join("");

const KEYS_OFF = "stormops-single-keys-off";

/** Whether single keys start commands (WCAG 2.1.4: they can be turned off). */
export function singleKeys(): boolean {
  try {
    return localStorage.getItem(KEYS_OFF) === null;
  } catch {
    return true;
  }
}

export function toggleSingleKeys(): void {
  try {
    if (singleKeys()) localStorage.setItem(KEYS_OFF, "1");
    else localStorage.removeItem(KEYS_OFF);
  } catch {
    // No storage: single keys stay on.
  }
}
