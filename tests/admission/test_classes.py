from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.types import ASGIApp

from stormops.admission.asgi import Admission
from stormops.admission.classes import FREE, LIVE, ROWS, Routes
from stormops.admission.proxies import Proxies
from stormops.admission.queue import Lane
from stormops.admission.sources import Sources
from stormops.admission.staff_marks import StaffMarks
from stormops.clock import Clock
from stormops.core.functions import PLATFORM
from stormops.core.mode import FUNCTIONS, Level, Mode, level_of
from stormops.feed.web import create_feed
from stormops.intake.web import IntakeSettings, create_intake
from stormops.journal.door import Door
from stormops.journal.memory import MemoryJournal
from stormops.staff.web import SignInRoutes
from stormops.telemetry import Metrics
from tests.core.storm_day import StormDay, small_city
from tests.feed.served import parts_of
from tests.intake.telephone_line import PhoneLine, city_file, directory_file, line, messages

__all__ = ["city_file", "directory_file", "line", "messages"]


def routes_of(app: object) -> list[object]:
    """The routes of an app, however many layers stand in front of it."""
    seen = [app]
    for one in seen:
        if isinstance(one, Starlette):
            return list(one.routes)
        seen += list(vars(one).values()) if hasattr(one, "__dict__") else []
    raise AssertionError("no Starlette inside")


def asked(routes: list[object]) -> Iterator[tuple[str, str]]:
    """A method and an address for each route."""
    for route in routes:
        if isinstance(route, Route):
            path = re.sub(r"\{[^}]+\}", "some-thing", route.path)
            yield from ((method, path) for method in sorted(route.methods or ()))
        else:
            assert isinstance(route, Mount | WebSocketRoute)


@pytest.fixture
def intake(tmp_path: Path, line: PhoneLine) -> Iterator[ASGIApp]:
    """All of intake but what stands behind it."""
    door = Door(tmp_path / "node-01.door", 1, Clock())
    sign_in = SignInRoutes(lambda: None, [], "", lambda _: None)  # type: ignore[arg-type, return-value]
    settings = IntakeSettings(
        title="x", phone="", intake_url="http://i", feed_url="http://f", origins=[], senders_secret=b"0" * 16
    )

    async def nobody(_: object) -> None:
        return None

    yield create_intake(settings, door, Metrics(), nobody, [*sign_in.routes(), *line.telephony.routes()])
    door.close()


@pytest.fixture
def feed() -> ASGIApp:
    """All of feed but the journal."""
    return create_feed(parts_of(StormDay(1, *small_city(300), journal=MemoryJournal()), 1))


def test_every_route_of_intake_has_a_class(intake: ASGIApp) -> None:
    table = Routes()
    found = list(asked(routes_of(intake)))
    assert len(found) > 20
    assert [one for one in found if table.row(*one) is None] == []


def test_every_route_of_feed_has_a_class(feed: ASGIApp) -> None:
    table = Routes()
    found = list(asked(routes_of(feed)))
    assert len(found) > 20
    assert [one for one in found if table.row(*one) is None] == []


def test_staffs_addresses_are_staffs() -> None:
    table = Routes()
    for row in ROWS:
        counters = "/counter" in row.path and "/assets/" not in row.path
        assert row.staff == ("/desk" in row.path or row.path in ("/api/v1/session", "/wall") or counters)
    assert table.find(scope("POST", "/api/v1/desk/reports")).name == "desk_report"
    assert table.find(scope("POST", "/api/v1/desk/incidents/E-1/confirm")).name == "desk_actions"
    assert table.find(scope("POST", "/api/v1/desk/mode")).name == "mode_switch"


def scope(method: str, path: str, kind: str = "http", query: bytes = b"") -> dict[str, object]:
    return {"type": kind, "method": method, "path": path, "query_string": query}


def test_classes_come_from_the_one_table() -> None:
    table = Routes()
    for method, path, name in [
        ("POST", "/api/v1/reports", "report"),
        ("GET", "/r/01-0632-5315-018-7", "status"),
        ("GET", "/", "public_map"),
        ("GET", "/assets/a/b.js", "static"),
        ("POST", "/voice/menu/en", "telephony"),
        ("GET", "/open311/v2/requests.xml", "open311_reads"),
    ]:
        served = table.find(scope(method, path))
        assert (served.name, served.lane) == (name, Lane(FUNCTIONS[name].criticality + 1))
    assert all(table.find(scope("GET", path)).free for path in ("/healthz", "/readyz", "/metrics"))
    assert {served.name for served in table.all() if served.free} == FREE


def test_what_no_route_takes_goes_last() -> None:
    table = Routes()
    assert table.find(scope("DELETE", "/api/v1/reports")).lane is Lane.P3
    assert table.find(scope("GET", "/" + "x/" * 50)).lane is Lane.P3


def test_a_socket_is_its_audiences() -> None:
    table = Routes()
    assert table.find(scope("GET", LIVE, "websocket", b"audience=desk")).name == "desk_live"
    assert table.find(scope("GET", LIVE, "websocket", b"audience=public")).name == "public_live"
    assert table.find(scope("GET", "/other", "websocket")).lane is Lane.P3


@pytest.mark.parametrize("mode", Mode)
def test_mode_and_behaviour_agree_for_every_function(mode: Mode) -> None:
    table = Routes()
    table.change_mode(mode)
    for served in table.all():
        assert served.suspended == (level_of(served.name, mode) is Level.SUSPEND)
        assert not (served.suspended and served.lane <= Lane.P0)


@pytest.mark.parametrize("mode", Mode)
async def test_every_route_answers_as_the_table_says_for_its_mode(mode: Mode, intake: ASGIApp, feed: ASGIApp) -> None:
    """Asked over HTTP, through admission: what the table suspends says so and when to come back, all else is served."""
    for app in (intake, feed):
        admission = Admission(
            app,
            sources=Sources(b"0" * 16),
            proxies=Proxies([]),
            staff=StaffMarks(nobody_known),
            mode=lambda: mode,
            metrics=Metrics(),
            origins=[],
        )
        transport = httpx2.ASGITransport(admission, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url="http://platform") as client:
            for method, path in asked(routes_of(app)):
                row = admission.routes.row(method, path)
                assert row is not None
                answer = await client.request(method, path)
                suspended = level_of(row.function, mode) is Level.SUSPEND
                assert (answer.headers.get("admission") == "shed") == suspended, (method, path)
                if suspended:
                    assert answer.status_code == 503
                    assert int(answer.headers["retry-after"]) >= 400
                    assert method == "HEAD" or answer.json()["code"] == "shed_suspended"


async def nobody_known(_: str) -> None:
    return None


def test_what_is_neither_full_nor_suspended_has_its_own_proof() -> None:
    """Lean updates: `feed.test_board`, `test_follow`. The map is the last copy, with its age; as files, rarer."""
    between = {
        (function.name, level)
        for function in PLATFORM
        for level in function.levels
        if level not in {Level.FULL, Level.SUSPEND}
    }
    public = {("public_live", Level.LEAN), ("public_map", Level.SNAPSHOT)}
    assert between == public | {("public_tree", Level.LEAN), ("public_tree", Level.SNAPSHOT)}


@given(st.text(max_size=300), st.sampled_from(["GET", "POST", "BREW"]))
def test_no_address_breaks_it_and_what_is_remembered_is_bounded(path: str, method: str) -> None:
    table = Routes()
    assert table.find(scope(method, "/" + path)) is table.find(scope(method, "/" + path))
