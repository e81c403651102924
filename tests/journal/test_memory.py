from __future__ import annotations

from collections.abc import Callable

import pytest

from stormops.journal.memory import MemoryJournal
from stormops.journal.port import Journal
from tests.contract.journal_contract import JournalContract


class TestMemoryJournal(JournalContract):
    @pytest.fixture
    def make(self) -> Callable[[], Journal]:
        return MemoryJournal

    @pytest.fixture
    def journal(self) -> Journal:
        return MemoryJournal()
