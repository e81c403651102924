from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from stormops.clock import Clock
from stormops.core.entry import ContactPreference
from stormops.intake.telephone import opted_out
from stormops.journal.door import Door
from stormops.journal.door_files import DoorFiles
from tests.intake.telephone_line import STRANGER, PhoneLine


async def test_calls_and_texts_are_served_side_by_side(line: PhoneLine) -> None:
    assert {route.path for route in line.telephony.routes()} == {
        "/voice/answer",
        "/voice/step",
        "/voice/fallback",
        "/sms",
    }
    await line.provider.text(STRANGER, "out 7 Elm St")
    call = await line.provider.call(STRANGER, ["5"])  # in the language of the text: still out
    assert call.ended
    assert [report.address for report in line.reports()] == ["7 Elm St", "7 Elm St"]
    assert line.metric('intake_reports_total{channel="phone"}') == 1
    assert line.metric('intake_reports_total{channel="text"}') == 1


async def test_preferences_of_every_door_are_read_in_order(tmp_path: Path) -> None:
    for node in (1, 2):
        door = Door(tmp_path / f"node-{node:02d}.door", node, Clock())
        for stopped in (True, False, node == 1):
            fact = ContactPreference(phone=str(node), stopped=stopped)
            await door.keep(lambda _, fact=fact: fact)  # type: ignore[misc]
        door.close()
    doors = DoorFiles(tmp_path)
    last = dict(opted_out(doors))
    doors.close()
    assert last == {"1": True, "2": False}


def test_it_starts_light() -> None:
    code = (
        "import sys, stormops.intake.telephone, stormops.gis.directory;"
        "assert not {'numpy', 'rapidfuzz', 'httpx2', 'sqlalchemy'} & set(sys.modules), sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
