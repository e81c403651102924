"""The table's page: made once for all who read it in one language, and true after each change."""

from __future__ import annotations

import gzip
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stormops.feed import text_page as module
from stormops.feed.channel import Channel, encode
from stormops.feed.help_places import HelpPlaces
from stormops.feed.pages import Pages
from stormops.feed.text_page import PATH, TextPage
from stormops.feed.transit_alerts import TransitAlerts, beside
from stormops.feed.whole import Whole
from stormops.pages.words import words
from stormops.settings import CityFile, Settings
from stormops.telemetry import Log
from tests.feed.served import Feed, running, storm

EN: list[tuple[bytes, bytes]] = [(b"accept-language", b"en")]
ES: list[tuple[bytes, bytes]] = [(b"accept-language", b"en"), (b"cookie", b"stormops_lang=es")]


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often the table was rendered, by language."""
    found: Counter[str] = Counter()
    render = Pages.text

    def counted(self: Pages, language: str, *given: Any, **also: Any) -> tuple[str, str]:
        found[language] += 1
        return render(self, language, *given, **also)

    monkeypatch.setattr(Pages, "text", counted)
    return found


class Desk:
    """A page of a channel in the hand, with a clock that stands still."""

    def __init__(self, folder: Path) -> None:
        self.city_file, self.now, self.mode = folder / "x.toml", 0.0, "normal"
        city = CityFile(name="x", title="X", languages=["en", "es", "ht"])
        settings, log = Settings(data=folder, city_file=self.city_file), Log("feed")
        self.channel = Channel("e")
        self.page = TextPage(
            self.channel,
            Pages(city, settings, lambda: self.mode),
            places=HelpPlaces(folder / "places.toml", log),
            alerts=TransitAlerts(settings, city, log),
            also={"X-Frame-Options": "DENY"},
            now_ms=lambda: 1_790_000_000_000,
            now=lambda: self.now,
        )
        self.channel.start(1, 1_790_000_000_000, encode(view(5)))

    def read(self, headers: list[tuple[bytes, bytes]]) -> str:
        whole = self.page.at_hand(PATH, headers)
        assert whole is not None
        return whole.body.decode()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def view(out: int) -> dict[str, Any]:
    return {
        "totals": {"customers": 900, "customers_out": out, "areas_affected": 1, "at_ms": 0},
        "unheard": {"whole": False, "areas": []},
        "area/1": {"id": "1", "name": "Old Mill", "customers": 500, "out": out, "since_ms": 1_790_000_000_000},
    }


def test_it_is_made_once_for_each_language_and_again_after_a_change(desk: Desk, made: Counter[str]) -> None:
    for _ in range(3):
        assert "5 of 900 customers" in desk.read(EN)
        assert words("es")("text.title") in desk.read(ES)
    assert made == {"en": 1, "es": 1}
    desk.channel.publish(2, 1_790_000_030_000, server_ms=0, put=encode(view(7)), unset=[])
    for _ in range(3):
        assert "7 of 900 customers" in desk.read(EN)
    assert made == {"en": 2, "es": 1}
    desk.channel.confirm(1_790_000_090_000)  # nothing came since: it is newer, and says so
    assert "2026-09-21T14:14:50+00:00" in desk.read(EN)
    assert made == {"en": 3, "es": 1}


def test_the_mode_the_places_and_the_alerts_are_true_too(desk: Desk, made: Counter[str]) -> None:
    desk.read(EN)
    desk.mode = "storm"
    assert words("en")("mode.storm") in desk.read(EN)
    alerts = beside(desk.city_file)
    alerts.parent.mkdir()
    alerts.write_text('[[alert]]\neffect = "DETOUR"\nheader = { en = "By Oak St" }\n')
    assert "By Oak St" not in desk.read(EN)
    desk.now += module.LOOK_SECONDS
    assert "By Oak St" in desk.read(EN)
    (desk.city_file.parent / "places.toml").write_text(
        '[[place]]\nkind = "water"\nname = "Fountain"\naddress = "1 Oak St"\n'
    )
    desk.now += module.LOOK_SECONDS
    assert "Fountain" in desk.read(EN)
    assert made == {"en": 4}


def test_one_page_a_language_is_held(desk: Desk) -> None:
    for n in range(2, 30):
        desk.channel.publish(n, 1_790_000_000_000 + n, server_ms=0, put=encode(view(n)), unset=[])
        for language in (b"en", b"es", b"ht", b"fr", b"x" * 2000):
            assert desk.page.at_hand(PATH, [(b"accept-language", language)]) is not None
    assert set(desk.page._made) == {"en", "es", "ht"}


def test_what_is_not_simply_the_page_goes_the_usual_way(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert desk.page.at_hand(b"/text?lang=es", EN) is None
    assert desk.page.at_hand(b"/text?address=1+Oak+St", EN) is None
    assert desk.page.at_hand(b"/", EN) is None
    monkeypatch.setattr(module, "AT_HAND_BYTES_MAX", 100)
    assert desk.page.at_hand(PATH, EN) is None


def test_before_there_is_a_picture_nothing_is_at_hand(desk: Desk) -> None:
    desk.page._channel = Channel("other")
    assert desk.page.at_hand(PATH, EN) is None


@pytest.fixture
def served() -> Iterator[Feed]:
    with running(storm(3)) as feed:
        yield feed


def test_at_hand_is_the_answer_of_the_usual_way(served: Feed, made: Counter[str]) -> None:
    at_hand = served.app.state.at_hand
    with served.client() as client:
        usual = client.get("/text", headers={"Accept-Language": "en"})
        again = client.get("/text", params={"lang": "en"})
        packed: Whole = at_hand(PATH, [*EN, (b"accept-encoding", b"br, gzip")])
        whole: Whole = at_hand(PATH, EN)
    assert whole.body == gzip.decompress(packed.body) == usual.content == again.content
    assert made == {"en": 1}
    lines = dict(line.split(": ", 1) for line in whole.lines.decode().strip().split("\r\n"))
    told = {name.lower(): value for name, value in lines.items()}
    for name, value in usual.headers.items():
        assert name in ("date", "server") or told[name] == value
    assert "stormops_lang=en" in again.headers["set-cookie"]


def test_an_address_is_looked_up_for_its_reader_alone(served: Feed, made: Counter[str]) -> None:
    with served.client() as client:
        page = client.get("/text", params={"address": '1 "Nowhere" St'})
        clean = client.get("/text").text
    assert words("en")("text.not_found") in page.text
    assert 'value="1 &#34;Nowhere&#34; St"' in page.text
    assert "Nowhere" not in clean
    assert made == {"en": 1}


def test_after_the_journal_goes_on_the_page_does(served: Feed) -> None:
    with served.client() as client:
        before = client.get("/text").text
        for _ in range(4):
            served.day.step(reports=20)
        deadline = time.monotonic() + 10
        while True:  # Feed takes the steps up one by one; the page and the snapshot end at the last.
            out = client.get("/api/v1/public/snapshot").json()["view"]["totals"]["customers_out"]
            after = client.get("/text").text
            if after != before and f"{out:,} of" in after:
                break
            assert time.monotonic() < deadline
            time.sleep(0.02)
