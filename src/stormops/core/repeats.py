"""What says again what was said already: the same key by two doors, and the same caller within minutes.

A key stands for one report for seven days: within a door the door itself answers a repeated key; two
doors do not know each other, so the second report is found here when both were drained. Without a key,
the same premise, channel and kind of symptom within minutes is the open report heard once more.
"""

from __future__ import annotations

from hashlib import blake2b

from stormops.core.open_reports import (
    ANSWERED,
    CHANNEL_CODE,
    CHANNEL_SHIFT,
    MEDICAL,
    SYMPTOM_CODE,
    SYMPTOM_LIST,
    OpenReports,
    pack_pairs,
    unpack_pairs,
)
from stormops.core.report import DANGERS, SYMPTOMS, Channel, Report, Utility

DAY_MS = 86_400_000
KEY_DAYS = 7
"""A key is remembered for seven days at least and eight at most (whole days leave together)."""


def hash_key(sender: str, key: str) -> int:
    """63 bits of the sender's key; a million keys collide with a chance below one in ten million."""
    digest = blake2b(f"{sender}\0{key}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


class Repeats:
    """Key hash to the receipt that had it first, a dictionary a day."""

    def __init__(self) -> None:
        self._days: dict[int, dict[int, int]] = {}

    def first(self, key: int, receipt: int, at_ms: int) -> int:
        """The receipt that a key stands for: the one remembered, else this one, remembered from now on."""
        for day in self._days.values():
            found = day.get(key)
            if found is not None:
                return found
        self._days.setdefault(at_ms // DAY_MS, {})[key] = receipt
        return receipt

    def get(self, key: int) -> int | None:
        """The receipt that a key stands for, if any."""
        return next((day[key] for day in self._days.values() if key in day), None)

    def expire(self, now_ms: int) -> None:
        """Forget whole days that are older than `KEY_DAYS`."""
        oldest = now_ms // DAY_MS - KEY_DAYS
        for day in [day for day in self._days if day < oldest]:
            del self._days[day]

    def copy(self) -> Repeats:
        """An independent copy, quickly."""
        other = Repeats()
        other._days = {day: keys.copy() for day, keys in self._days.items()}
        return other

    def state(self) -> list[tuple[int, bytes, bytes]]:
        """As plain values, in an order of their own."""
        return [(day, *pack_pairs(keys)) for day, keys in sorted(self._days.items())]

    @classmethod
    def load(cls, state: list[tuple[int, bytes, bytes]]) -> Repeats:
        """Back from `state`."""
        self = cls()
        self._days = {day: unpack_pairs(keys, values) for day, keys, values in state}
        return self


REPEAT_MS = 900_000
"""A report within 15 minutes of an open one may repeat it: up to ten calls a customer were seen in a storm."""

_KINDS = {utility: code for code, utility in enumerate(Utility)}
_KIND_OF = [
    _KINDS[SYMPTOMS[symptom].utility] if SYMPTOMS[symptom].service_lost else len(_KINDS) + code
    for code, symptom in enumerate(SYMPTOM_LIST)
]
"""Kind of symptom by its code: lost service of one utility is one kind, every other symptom is its own."""


def _place_key(premise: int, channel: int, symptom: int) -> int:
    """Of the codes of a channel and of a symptom."""
    return (premise << 16) | (channel << 8) | _KIND_OF[symptom]


def says_more(report: Report, reports: OpenReports, row: int) -> bool:
    """Whether the report tells of a danger or of a medical need that the open one of this row does not."""
    if report.medical and not reports.flags[row] & MEDICAL:
        return True
    return report.symptom in DANGERS and SYMPTOM_CODE[report.symptom] != reports.symptom[row]


class Heard:
    """Reports of the last minutes by premise, channel and kind. Rebuilt from the open reports at a start.

    It only proposes; whether a report is still open and where it is put is the situation's to know. Cost
    O(1) a report; what is older than two spans leaves, a span at a time.
    """

    def __init__(self) -> None:
        self._spans: dict[int, dict[int, int | tuple[int, ...]]] = {}

    def note(self, reports: OpenReports, row: int) -> None:
        """The report of this row is at its premise."""
        span = self._spans.setdefault(reports.received_ms[row] // REPEAT_MS, {})
        key = _place_key(reports.premise[row], reports.flags[row] >> CHANNEL_SHIFT, reports.symptom[row])
        receipt = reports.receipt[row]
        known = span.setdefault(key, receipt)
        if known == receipt:
            return
        if not isinstance(known, tuple):
            span[key] = known, receipt
        elif receipt not in known:
            span[key] = *known, receipt

    def first(self, reports: OpenReports, premise: int, channel: Channel, report: Report, at_ms: int) -> int | None:
        """The open report that this one, received at `at_ms` and meaning this premise, says again.

        Never one that says less: a new medical need, like a new danger, is a report of its own.
        """
        key = _place_key(premise, CHANNEL_CODE[channel], SYMPTOM_CODE[report.symptom])
        span = at_ms // REPEAT_MS
        found, latest = None, -1
        for near_span in (span - 1, span, span + 1):
            spoken = self._spans.get(near_span)
            if spoken is None or (known := spoken.get(key)) is None:
                continue
            for receipt in known if isinstance(known, tuple) else (known,):
                row = reports.row_of.get(receipt)
                if row is None or reports.flags[row] & ANSWERED or reports.premise[row] != premise:
                    continue
                near = abs(at_ms - reports.received_ms[row]) <= REPEAT_MS
                if near and not says_more(report, reports, row) and reports.position[row] > latest:
                    found, latest = receipt, reports.position[row]
        return found

    def expire(self, now_ms: int) -> None:
        """Forget spans that ended more than one span ago."""
        for span in [span for span in self._spans if not lately(span * REPEAT_MS, now_ms)]:
            del self._spans[span]


def lately(received_ms: int, now_ms: int) -> bool:
    """Whether a report received then is remembered in `Heard` at a tick."""
    return received_ms // REPEAT_MS >= now_ms // REPEAT_MS - 2
