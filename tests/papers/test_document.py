from __future__ import annotations

import msgspec
import pytest

from stormops.papers.document import Bars, Document, Stub
from tests.papers.city import customer, written


def test_a_paper_that_was_kept_as_plain_values_is_the_same_paper() -> None:
    world, second, _ = customer()
    paper = written(world, "statement", second)
    assert {Bars, Stub} <= {type(part) for part in paper.parts}
    kept = msgspec.json.decode(msgspec.json.encode(msgspec.to_builtins(paper)))
    assert msgspec.convert(kept, Document) == paper
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({**kept, "amount": "$1"}, Document)
