"""How every benchmark ends: the machine's pace, a line for each bar, all as JSON in the last line; 1 when it misses."""

from __future__ import annotations

import json
import time

from stormops.books.collecting import without_collecting

Bars = dict[str, tuple[float, float, bool]]
"""By name: what was measured, the bar, whether it is met."""

ROWS = 200_000


def pace() -> float:
    """Thousands of small rows made a second of the processor, the best of five: days differ by a factor of two."""

    def seconds() -> float:
        with without_collecting():  # or it would count what the benchmark holds
            began = time.process_time()
            _ = [{"id": str(number), "cents": number, "since": (number, number + 1)} for number in range(ROWS)]
            return time.process_time() - began

    return ROWS / 1e3 / min(seconds() for _ in range(5))


def tell(bars: Bars) -> int:
    """Print them; gives the exit code."""
    wide = max(map(len, bars), default=0)
    print(f"\nthe machine makes {pace():,.0f} thousand small rows a second")
    for name, (measured, bar, met) in bars.items():
        print(f"  {'met   ' if met else 'MISSED'} {name:<{wide}}{measured:>16,.2f}   bar {bar:,.12g}")
    print(json.dumps(bars))
    return 0 if all(met for *_, met in bars.values()) else 1
