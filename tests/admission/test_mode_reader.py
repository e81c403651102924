from __future__ import annotations

from pathlib import Path

from stormops.admission.mode_reader import ModeReader
from stormops.core.mode import Mode


def test_who_cannot_read_it_keeps_the_last_mode_known(tmp_path: Path) -> None:
    path = tmp_path / "mode.json"
    reader = ModeReader(path)
    assert reader() is Mode.NORMAL
    path.write_text('{"mode": "storm", "since_ms": 5}')
    assert reader() is Mode.STORM
    path.write_text('{"mode": "no such thing"}')
    assert reader() is Mode.STORM
    path.write_text('{"mo')
    assert reader() is Mode.STORM
    path.unlink()
    assert reader() is Mode.STORM
    path.write_text('{"mode": "normal"}')
    assert reader() is Mode.NORMAL
