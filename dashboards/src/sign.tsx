/** A sign of the legend as inline SVG. */
import { DRAWINGS, type Sign } from "./legend";
import { theme } from "./theme";

export function SignIcon({ sign, size = 20, label }: { sign: Sign; size?: number; label?: string }) {
  const described = label ? ({ role: "img", "aria-label": label } as const) : ({ "aria-hidden": true } as const);
  return (
    <svg
      class="sign"
      style={{ "--sign": sign.colour[theme()] }}
      viewBox="0 0 24 24"
      width={size}
      height={size}
      {...described}
    >
      {DRAWINGS[sign.shape].parts.map((part) => (
        <path
          d={part.path}
          fill={FILL[part.fill ?? "none"]}
          fill-opacity={part.fill === "tint" ? 0.18 : 1}
          stroke={part.stroke === undefined ? "none" : part.stroke < 0 ? "var(--ground)" : "var(--sign)"}
          stroke-width={Math.abs(part.stroke ?? 0)}
          stroke-linecap={part.dash ? "butt" : "round"}
          stroke-linejoin="round"
          {...(part.dash ? { "stroke-dasharray": part.dash.join(" ") } : {})}
        />
      ))}
    </svg>
  );
}

const FILL = { none: "none", colour: "var(--sign)", tint: "var(--sign)", ground: "var(--ground)" } as const;
