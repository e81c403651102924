/** A tone for safety reports, for a desk that looks elsewhere: off until somebody turns it on. */
import type { SafetyItem } from "../contract";

const KEY = "stormops-sound";
const TONE_S = 0.16;
/** A rising pair when one comes, three high tones when one gets later. */
const NEW_HZ = [660, 880];
const LATE_HZ = [988, 988, 988];

function remembered(): boolean {
  try {
    return localStorage.getItem(KEY) === "on";
  } catch {
    return false; // storage is forbidden here: the choice lasts until the page is left
  }
}

export class Alarm {
  on = remembered();
  /** How loud each waiting report was when last looked at; undefined before the first look. */
  private heard: Map<string, number> | undefined;
  private audio: AudioContext | undefined;

  constructor(private readonly changed: () => void = () => undefined) {}

  toggle(): void {
    this.on = !this.on;
    try {
      localStorage.setItem(KEY, this.on ? "on" : "off");
    } catch {
      // The choice lasts until the page is left.
    }
    if (this.on) this.play(NEW_HZ);
    this.changed();
  }

  /** Look at the queue; gives what was sounded. What waited before the page was opened makes no sound. */
  look(waiting: readonly SafetyItem[]): "" | "new" | "late" {
    const before = this.heard;
    this.heard = new Map(waiting.map((item) => [item.receipt, item.level]));
    if (before === undefined) return "";
    const late = waiting.some((item) => item.level > (before.get(item.receipt) ?? 0));
    const fresh = waiting.some((item) => !before.has(item.receipt));
    if (!late && !fresh) return "";
    if (this.on) this.play(late ? LATE_HZ : NEW_HZ);
    return late ? "late" : "new";
  }

  private play(tones: readonly number[]): void {
    if (typeof AudioContext === "undefined") return;
    this.audio ??= new AudioContext();
    const audio = this.audio;
    void audio.resume();
    tones.forEach((hertz, index) => {
      const start = audio.currentTime + index * (TONE_S + 0.05);
      const tone = audio.createOscillator();
      const volume = audio.createGain();
      tone.frequency.value = hertz;
      volume.gain.setValueAtTime(0.25, start);
      volume.gain.exponentialRampToValueAtTime(0.001, start + TONE_S);
      tone.connect(volume).connect(audio.destination);
      tone.start(start);
      tone.stop(start + TONE_S);
    });
  }
}
