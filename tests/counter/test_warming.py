from __future__ import annotations

from stormops.counter import rendering
from stormops.counter.own import rendering as own
from stormops.counter.warming import warm
from tests.counter.conftest import Desk


async def test_templates_are_compiled_and_nothing_is_changed(desk: Desk) -> None:
    rendering.templates.cache_clear()
    own.templates.cache_clear()
    before = desk.clerk.books.position()
    assert warm(desk.clerk.books.database, ["en", "es", "ht"]) > 20
    assert len(rendering.templates().cache or ()) > 10
    assert len(own.templates().cache or ()) > 5
    assert desk.clerk.books.position() == before
