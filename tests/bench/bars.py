"""How every benchmark ends: a line for each bar, all of them as JSON in the last line, and 1 when one is missed."""

from __future__ import annotations

import json

Bars = dict[str, tuple[float, float, bool]]
"""By name: what was measured, the bar, whether it is met."""


def tell(bars: Bars) -> int:
    """Print them; gives the exit code."""
    wide = max(map(len, bars), default=0)
    print()
    for name, (measured, bar, met) in bars.items():
        print(f"  {'met   ' if met else 'MISSED'} {name:<{wide}}{measured:>16,.2f}   bar {bar:,.12g}")
    print(json.dumps(bars))
    return 0 if all(met for *_, met in bars.values()) else 1
