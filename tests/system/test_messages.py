"""Text messages over real processes: signed up on a page, confirmed by text, told of an outage and its end, stopped."""

from __future__ import annotations

import asyncio
import re
import sqlite3
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.messages_provider import TOKEN as PROVIDERS_TOKEN
from tests.messages_provider import MessagesProvider
from tests.platform import Platform, fast, make_city
from tests.telephony import Provider

pytestmark = pytest.mark.system

TOKEN = "a token of the provider"
SPEED = 30
"""Platform seconds in one of the wall: what evidence alone says must stand for a platform minute, and what is not sent
within thirty is dropped, which is a minute of a busy machine.
"""

ANA, BEN = "8505550171", "8505550172"


@pytest.fixture(scope="module")
def texts() -> Iterator[MessagesProvider]:
    provider = MessagesProvider()
    yield provider
    provider.close()


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_city(tmp_path_factory.mktemp("packs"), 400)


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory, pack: Path, texts: MessagesProvider) -> Iterator[Platform]:
    data = tmp_path_factory.mktemp("data")
    (data / "secrets.toml").write_text(f'[telephony]\ntoken = "{TOKEN}"\n')
    platform = Platform(pack, data, {**texts.settings(), **fast(SPEED)})
    yield platform
    platform.stop()


class Desk:
    """A dispatcher."""

    def __init__(self, platform: Platform) -> None:
        self._platform, self._client = platform, httpx2.Client(timeout=30)
        person, password = platform.staff["dispatcher"]
        given = {"person": person, "password": password, "desk": "D1"}
        self._client.post(f"{platform.intake_url}/staff/sign-in", json=given).raise_for_status()
        self._csrf = self._client.get(f"{platform.feed_url}/api/v1/session").json()["csrf"]

    def incident(self) -> str:
        """The one open outage."""
        view = self._client.get(f"{self._platform.feed_url}/api/v1/desk/snapshot").json()["view"]
        names = [
            v["id"] for k, v in view.items() if k.startswith("incident/") and v["state"] in ("predicted", "confirmed")
        ]
        assert len(names) == 1, names
        return str(names[0])

    def act(self, what: str) -> None:
        headers = {"X-CSRF-Token": self._csrf, "Idempotency-Key": uuid.uuid4().hex}
        url = f"{self._platform.intake_url}/api/v1/desk/incidents/{self.incident()}/{what}"
        self._client.post(url, json={"reason": "seen"}, headers=headers).raise_for_status()

    def close(self) -> None:
        self._client.close()


def _address(pack: Path) -> str:
    with sqlite3.connect(pack / "directory.sqlite") as directory:
        found = directory.execute(
            "SELECT p.number || ' ' || s.name FROM premises p JOIN streets s USING (street) WHERE p.unit = '' LIMIT 1"
        ).fetchone()
    directory.close()
    return str(found[0])


def _report(platform: Platform, address: str) -> str:
    said = {"symptom": "lights_out", "address": address}
    answer = httpx2.post(f"{platform.intake_url}/api/v1/reports", json=said, timeout=30).raise_for_status()
    return str(answer.json()["receipt"])


def _sign_up(platform: Platform, receipt: str, phone: str, language: str) -> None:
    """As a browser does it: the receipt's page, its link, its form."""
    with httpx2.Client(follow_redirects=True, timeout=30) as browser:
        for _ in range(200):
            page = browser.get(f"{platform.feed_url}/r/{receipt}?lang=en")
            link = re.search(r'href="(/messages\?receipt=[^"]+)"', page.text)
            if link:
                break
        assert link, page.text
        form = browser.get(platform.feed_url + link[1]).text
        fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
        action = re.search(r'<form action="([^"]+)"', form)
        assert action
        done = browser.post(action[1], data={**fields, "phone": phone, "language": language})
    assert done.status_code == 200
    assert "Look at your phone" in done.text


async def _text(platform: Platform, phone: str, body: str) -> str | None:
    async with httpx2.AsyncClient(timeout=30) as client:
        return await Provider(client, platform.intake_url, TOKEN).text(f"+1{phone}", body, f"SM{uuid.uuid4().hex}")


@pytest.fixture
def desk(platform: Platform) -> Iterator[Desk]:
    desk = Desk(platform)
    yield desk
    desk.close()


def test_from_sign_up_to_stop(platform: Platform, texts: MessagesProvider, pack: Path, desk: Desk) -> None:
    address = _address(pack)
    receipt = _report(platform, address)
    for phone, language in ((ANA, "en"), (BEN, "es")):
        _sign_up(platform, receipt, f"({phone[:3]}) {phone[3:6]}-{phone[6:]}", language)
    assert "YES" in texts.wait(ANA, 1)
    assert "ALTO" in texts.wait(BEN, 1)
    assert "from now on" in (asyncio.run(_text(platform, ANA, "Yes")) or "")
    assert asyncio.run(_text(platform, BEN, "sí"))
    assert "part of a power outage" in texts.wait(ANA, 2)
    assert "Clientes sin luz: " in texts.wait(BEN, 2)
    texts.moods += [503]  # it is tried again
    desk.act("confirm")
    assert "is confirmed" in texts.wait(ANA, 3)
    texts.wait(BEN, 3)
    platform.kill("worker")  # what was sent is not sent again
    desk.act("restore")
    assert "your power is back" in texts.wait(ANA, 4)
    texts.wait(BEN, 4)
    assert asyncio.run(_text(platform, ANA, "STOP"))
    _report(platform, address)
    assert "Clientes sin luz: " in texts.wait(BEN, 5)
    assert [len(texts.texts(phone)) for phone in (ANA, BEN)] == [4, 5]
    assert not texts.wrong
    for secret in (ANA, BEN, TOKEN, PROVIDERS_TOKEN):
        assert secret not in platform.log
