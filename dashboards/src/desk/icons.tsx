/** Small line icons of the interface, on a 20 x 20 grid; decoration beside words, never instead of them. */
const PATHS = {
  electric: "M11 2L4.5 11.2H9.5L8.5 18L15.5 8.3H10.3z",
  water: "M10 2.8C10 2.8 4.8 8.6 4.8 12.2a5.2 5.2 0 0 0 10.4 0C15.2 8.6 10 2.8 10 2.8z",
  gas: "M10.6 2.5c.6 3-3.9 4.6-3.9 9.2a4.3 4.3 0 0 0 8.6.2c0-2-1-3.2-1.7-4.4-.3 1.2-.9 1.8-1.6 2.1.5-2.8-.2-5.5-1.4-7.1z",
  sewer: "M3 7h14M5 7v5a5 5 0 0 0 10 0V7M8 7v4M12 7v4",
  search: "M9 3.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11zM13.2 13.2L17 17",
  sun: "M10 6.5a3.5 3.5 0 1 0 0 7a3.5 3.5 0 1 0 0-7zM10 1.8v2M10 16.2v2M1.8 10h2M16.2 10h2M4.2 4.2l1.4 1.4M14.4 14.4l1.4 1.4M4.2 15.8l1.4-1.4M14.4 5.6l1.4-1.4",
  moon: "M16.5 12.3A7 7 0 0 1 7.7 3.5a7 7 0 1 0 8.8 8.8z",
  close: "M5 5L15 15M15 5L5 15",
  target: "M10 5.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9zM10 2v3M10 15v3M2 10h3M15 10h3",
  layers: "M10 3L17.5 7L10 11L2.5 7zM3.5 10.5L10 14L16.5 10.5M3.5 13.5L10 17L16.5 13.5",
  home: "M3 10L10 3.5L17 10M5 8.5V16.5H15V8.5",
  clock: "M10 3a7 7 0 1 0 0 14a7 7 0 1 0 0-14zM10 6v4.2l2.8 1.6",
  phone: "M5 3h2.5l1.3 3.5l-1.7 1.3a9 9 0 0 0 5 5l1.3-1.7l3.5 1.3V15a2 2 0 0 1-2 2A12.5 12.5 0 0 1 3 5a2 2 0 0 1 2-2z",
  medical: "M8 3.5h4v4.5h4.5v4H12v4.5H8V12H3.5V8H8z",
  back: "M12 4L6 10L12 16",
  list: "M3 5.5h14M3 10h14M3 14.5h14",
  map: "M2.5 5L7.5 3L12.5 5L17.5 3V15L12.5 17L7.5 15L2.5 17zM7.5 3V15M12.5 5V17",
  panel: "M3 4h14v12H3zM11.5 4V16",
  sound: "M3 8h3l4-3.5v11L6 12H3zM13 7.5a4 4 0 0 1 0 5M15 5a7 7 0 0 1 0 10",
  silent: "M3 8h3l4-3.5v11L6 12H3zM13 8l4 4M17 8l-4 4",
  history: "M3.2 4.2v3.6h3.6M3.6 7.6a7 7 0 1 1-.5 3.9M10 6.4v4l2.7 1.6",
  play: "M6.5 4.2v11.6L15.5 10z",
  pause: "M6 4.5h2.6v11H6zM11.4 4.5H14v11h-2.6z",
  stepBack: "M13.5 4.5v11L6.5 10zM5 4.5h1.6v11H5z",
  stepOn: "M6.5 4.5v11l7-5.5zM13.4 4.5H15v11h-1.6z",
  check: "M4 10.5L8.2 14.7L16 6",
} as const;

export type IconName = keyof typeof PATHS;

const SOLID: ReadonlySet<IconName> = new Set(["electric", "medical", "play", "pause", "stepBack", "stepOn"]);

export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  const solid = SOLID.has(name);
  return (
    <svg class="icon" viewBox="0 0 20 20" width={size} height={size} aria-hidden="true">
      <path
        d={PATHS[name]}
        fill={solid ? "currentColor" : "none"}
        stroke={solid ? "none" : "currentColor"}
        stroke-width="1.7"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  );
}
