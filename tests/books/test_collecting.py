from __future__ import annotations

import gc

import pytest

from stormops.books.collecting import without_collecting


def test_it_collects_again_afterwards_whatever_happened_and_only_if_it_did_before() -> None:
    assert gc.isenabled()
    with pytest.raises(KeyError):
        _fails()
    assert gc.isenabled()


def _fails() -> None:
    with without_collecting():
        assert not gc.isenabled()
        with without_collecting():
            pass
        assert not gc.isenabled()
        raise KeyError
