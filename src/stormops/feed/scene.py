"""A scene: the situation at one journal position, the desk's view of it, and the words behind it.

The live board is one that moves on; time travel has others. Touched by one thread alone.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from stormops.core.entry import AnyFact, Entry, ReportReceived, ReportUnmatched
from stormops.core.situation import Situation
from stormops.core.summary import Touched
from stormops.core.view_desk import DeskView
from stormops.journal.port import Journal, JournalUnavailable

RECALL_MAX = 20_000
"""Reports and verdicts kept in words, those asked for last; others are read from the journal when asked for."""


class Scene:
    """What questions are put to (`questions`, `customer`)."""

    def __init__(self, situation: Situation, journal: Journal) -> None:
        self.situation = situation
        self.journal = journal
        self.desk = DeskView(situation.city, situation.tree, self.recall)
        self._recent: OrderedDict[int, Entry] = OrderedDict()

    @property
    def at_ms(self) -> int:
        """Platform time up to which the picture is whole."""
        return self.situation.at_ms

    @property
    def position(self) -> int:
        """Journal position of the newest entry folded."""
        return self.situation.position

    def fold(self, entries: Sequence[Entry]) -> Touched:
        """Fold entries, in order, without gaps."""
        for entry in entries:
            if isinstance(entry.fact, ReportReceived | ReportUnmatched):
                self._keep(entry)
        return self.situation.apply(entries)

    def recall(self, position: int) -> AnyFact:
        """The fact at a position. Raises JournalUnavailable."""
        return self.recall_entry(position).fact

    def recall_entry(self, position: int) -> Entry:
        """The entry at a position, and it is kept. Raises JournalUnavailable."""
        entry = self._recent.get(position)
        if entry is None:
            entry = self.entry(position)
            self._keep(entry)
        else:
            self._recent.move_to_end(position)
        return entry

    def _keep(self, entry: Entry) -> None:
        self._recent[entry.position] = entry
        if len(self._recent) > RECALL_MAX:
            self._recent.popitem(last=False)

    def entry(self, position: int) -> Entry:
        """The entry at a position. Raises JournalUnavailable."""
        page = self.journal.read(position - 1, 1)
        if not page or page[0].position != position:
            raise JournalUnavailable(f"the journal does not give back entry {position}")
        return page[0]
