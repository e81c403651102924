"""A process as `wiring.run_past` makes it, on a drawn city without a journal; it may be told to misbehave."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

from stormops.core.network import trace
from stormops.feed.past.archive import Archive
from stormops.feed.past.process import serve
from stormops.journal.memory import MemoryJournal
from stormops.journal.snapshots import MemorySnapshots
from tests.core.radial import radial_city


def main(how: str) -> None:
    if how == "dead":
        return
    if how == "deaf":
        time.sleep(60)
    if how == "mad":
        os.write(1, b"\xff" * 100)
        time.sleep(60)
    city = radial_city(feeders=1, laterals=2, transformers=2, houses=3)
    tree = trace(city.network, city.premises)
    file = Path(tempfile.mkdtemp(prefix="stormops-marks-")) / "marks"
    archive = Archive(city, tree, MemoryJournal(), [MemorySnapshots()], file=file, now_ms=lambda: 7)
    serve(archive, 0, 1)


if __name__ == "__main__":
    main(sys.argv[1])
