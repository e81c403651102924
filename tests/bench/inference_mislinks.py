"""Doubted links against the truth: how many are wrong indeed, and is the likely transformer the right one.

`make bench-inference_mislinks` (`ARGS=--quick` for one storm): the frozen row `demo-wrong`, "5 % mislinked, meters
.90", played to its end with as many seeds as `FLAGS_LEAST` flags take. What is judged is what the platform writes
(`core.mislinks`).
"""

from __future__ import annotations

import argparse
import sys

import numpy as np

from stormops.core.forest import Rows
from tests.bench.bars import tell
from tests.bench.inference_cases import FOLDER, Row, read_case
from tests.bench.inference_networks import ground
from tests.bench.inference_ours import Ours, Playing
from tests.bench.inference_storm import MINUTE_MS, Storm, storm

FLAGS_LEAST, STORMS_MOST, PRECISION = 60, 30, 0.8


def flagged(made: Storm, row: Row) -> tuple[Rows, Rows]:
    """Premises doubted at the end of a storm and the device that each likely hangs on, -1 = none."""
    session = Ours().begin(made.told)
    assert isinstance(session, Playing)
    heard = -1
    for minute in range(row.look_min, row.minutes + 1, row.look_min):
        session.hear(made.news(heard, minute * MINUTE_MS))
        answer = session.answer(minute * MINUTE_MS)
        heard = minute * MINUTE_MS
    premises = answer.mislinked.astype(np.intp)
    places = session.nearby.likely(premises)
    return premises, np.append(session.engine.places.node, -1)[places].astype(np.intp)


def main(arguments: list[str]) -> int:
    """Print the table and, as the last line, the bars as JSON; 1 when one is missed."""
    parser = argparse.ArgumentParser(description="Doubted links against the truth")
    parser.add_argument("--quick", action="store_true", help="one storm")
    options = parser.parse_args(arguments)
    (row,) = [row for row in read_case(FOLDER / "demo-wrong.toml") if row.name == "5 % mislinked, meters .90"]
    place = ground(row.network, row.customers)
    flags = right = placed = rightly = wrong = storms = 0
    while storms < (1 if options.quick else STORMS_MOST) and flags < FLAGS_LEAST:
        storms += 1
        made = storm(place, row, storms)
        premises, likely = flagged(made, row)
        true = made.wrong[premises]
        found = true & (likely >= 0)
        flags, right, wrong = flags + len(premises), right + int(true.sum()), wrong + int(made.wrong.sum())
        placed += int(found.sum())
        rightly += int((made.tree.premise_device[premises] == likely)[found].sum())
        print(f"storm {storms}: {len(premises)} flagged, {int(true.sum())} rightly", flush=True)
    precision = right / flags if flags else float("nan")
    print(
        f"{storms} storms: {right} of {flags} flagged are wrong indeed ({precision:.2f}); {wrong} wrong links there are"
    )
    print(f"of those {right} a likely transformer is named for {placed}, the right one for {rightly}")
    bars = {"flagged mislinks: precision": (round(precision, 3), PRECISION, precision >= PRECISION)}
    if not options.quick:
        bars["flags judged"] = (flags, FLAGS_LEAST, flags >= FLAGS_LEAST)
    return tell(bars)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
