/**
 * A listbox that draws only the rows in sight: a hundred thousand rows scroll smoothly and stay reachable by keyboard.
 *
 * The rows lie in a window that sticks to the list's edges. However far the browser scrolls on its own before
 * this page has drawn, the rows that were there are still in sight: never an empty list.
 */
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { theme } from "../theme";
import { windowOf } from "./select";

interface Props<T> {
  id: string;
  label: string;
  items: readonly T[];
  rowHeight: number;
  keyOf: (item: T) => string;
  selected: string | null;
  onSelect: (item: T) => void;
  onOpen: (item: T) => void;
  onHold?: (held: boolean) => void;
  render: (item: T, selected: boolean) => ComponentChildren;
  /** What a row shows beside its item (an age in words): a row whose item and this are the same is not drawn again. */
  beside?: (item: T) => string;
  empty: ComponentChildren;
}

interface Row<T> {
  item: T;
  looks: string;
  drawn: ComponentChildren;
}

export function VirtualList<T>(props: Props<T>) {
  const { items, rowHeight, keyOf, selected } = props;
  const box = useRef<HTMLDivElement>(null);
  const [scroll, setScroll] = useState({ top: 0, height: 800 });
  const kept = useRef(new Map<string, Row<T>>());
  const index = selected === null ? -1 : items.findIndex((item) => keyOf(item) === selected);

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const measure = () => setScroll({ top: element.scrollTop, height: element.clientHeight });
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, []);

  // Bring the selected row into sight when the selection moves, not when the list does.
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null || index < 0) return;
    const top = index * rowHeight;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + rowHeight > element.scrollTop + element.clientHeight)
      element.scrollTop = top + rowHeight - element.clientHeight;
  }, [selected]);

  const page = Math.max(1, Math.floor(scroll.height / rowHeight) - 1);
  const move = (to: number) => {
    const item = items[Math.max(0, Math.min(items.length - 1, to))];
    if (item !== undefined) props.onSelect(item);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step: Record<string, number> = {
      ArrowDown: index + 1,
      ArrowUp: index < 0 ? 0 : index - 1,
      Home: 0,
      End: items.length - 1,
      PageDown: index + page,
      PageUp: index - page,
    };
    const to = step[event.key];
    if (to !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      move(to);
    } else if (event.key === "Enter" && index >= 0) {
      event.preventDefault();
      event.stopPropagation();
      const item = items[index];
      if (item !== undefined) props.onOpen(item);
    }
  };

  const top = Math.max(0, Math.min(scroll.top, items.length * rowHeight - scroll.height));
  const [first, last] = windowOf(top, scroll.height, rowHeight, items.length);
  const before = kept.current;
  kept.current = new Map();
  /** What is in a row: the very same as before where nothing of it changed, which Preact passes over. */
  const inside = (item: T, key: string): ComponentChildren => {
    const { beside } = props;
    if (beside === undefined) return props.render(item, key === selected);
    const looks = `${key === selected} ${theme()} ${beside(item)}`;
    const old = before.get(key);
    const same = old !== undefined && old.item === item && old.looks === looks;
    const row = same ? old : { item, looks, drawn: props.render(item, key === selected) };
    kept.current.set(key, row);
    return row.drawn;
  };
  return (
    <div
      ref={box}
      id={props.id}
      class="vlist"
      role={items.length === 0 ? "group" : "listbox"}
      aria-label={props.label}
      tabIndex={0}
      {...(index >= first && index < last ? { "aria-activedescendant": `${props.id}-${selected}` } : {})}
      onKeyDown={onKeyDown}
      onScroll={(event) => setScroll({ top: event.currentTarget.scrollTop, height: event.currentTarget.clientHeight })}
      onPointerEnter={() => props.onHold?.(true)}
      onPointerLeave={() => props.onHold?.(false)}
    >
      {items.length === 0 ? (
        <div class="empty">{props.empty}</div>
      ) : (
        <div class="vlist-inner" role="presentation" style={{ height: `${items.length * rowHeight}px` }}>
          <div
            class="vlist-window"
            role="presentation"
            style={{ height: `${Math.min(scroll.height, items.length * rowHeight)}px` }}
          >
            {items.slice(first, last).map((item, offset) => {
              const key = keyOf(item);
              const at = first + offset;
              return (
                <div
                  key={key}
                  id={`${props.id}-${key}`}
                  class="vrow"
                  role="option"
                  aria-selected={key === selected}
                  aria-setsize={items.length}
                  aria-posinset={at + 1}
                  style={{ transform: `translateY(${at * rowHeight - top}px)`, height: `${rowHeight}px` }}
                  onClick={() => {
                    props.onSelect(item);
                    props.onOpen(item);
                  }}
                >
                  {inside(item, key)}
                </div>
              );
            })}
          </div>
        </div>
      )}
    </div>
  );
}
