"""What was said again of a report, in its own words: read from the journal by position. For staff only."""

from __future__ import annotations

from typing import Any

from stormops.core.entry import ReportReceived
from stormops.core.later_reports import Kind
from stormops.core.receipt_number import receipt_text
from stormops.core.report import SYMPTOMS
from stormops.core.view import said
from stormops.feed.scene import Scene

LATER_MAX = 20
"""Reports given in full that said another one again; `later_total` says how many there are."""


def later_said(scene: Scene, first: int) -> dict[str, Any]:
    """The receipts that name a report as well, and what those said that said it again, newest first.

    Where they are more than `LATER_MAX`, those without a note stay behind before those with one.
    """
    naming = scene.situation.later.naming(first)
    again = [later for later in naming if later.kind is not Kind.SENT_TWICE]
    told = sorted(again, key=lambda later: (later.kind is not Kind.NOTED, -later.position))[:LATER_MAX]
    return {
        "duplicates": sorted(receipt_text(later.receipt) for later in naming),
        "later": [later_words(scene, position) for position in sorted((one.position for one in told), reverse=True)],
        "later_total": len(again),
    }


def later_words(scene: Scene, position: int) -> dict[str, Any]:
    """What a report said that said another one again, by its journal position."""
    entry = scene.recall_entry(position)
    receipt = entry.fact.receipt if isinstance(entry.fact, ReportReceived) else ""
    return {"receipt": receipt, "received_ms": entry.recorded_ms} | words(entry.fact)


def words(fact: object) -> dict[str, Any]:
    """The report as it was given."""
    if not isinstance(fact, ReportReceived):
        return {}
    report = fact.report
    return {
        "channel": fact.channel.value,
        "symptom": report.symptom.value,
        "utility": SYMPTOMS[report.symptom].utility.value,
        "safety": report.safety,
        "medical": report.medical,
        "said": said(report),
        "note": report.note,
        "callback": report.callback,
    }
