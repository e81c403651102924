"""Calls and text messages to the whole platform, from outside: a provider signs, follows TwiML and measures."""

from __future__ import annotations

import asyncio
import re
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.platform import Platform, make_city
from tests.telephony import LIMIT_SECONDS, Provider, Transcript

pytestmark = [pytest.mark.system, pytest.mark.alone]

TOKEN = "a token of the provider"
CALLS_A_SECOND = 40
"""The design's peak; one second of it."""


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_city(tmp_path_factory.mktemp("packs"), 400)


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory, pack: Path) -> Iterator[Platform]:
    data = tmp_path_factory.mktemp("data")
    (data / "secrets.toml").write_text(f'[telephony]\ntoken = "{TOKEN}"\n')
    platform = Platform(pack, data)
    yield platform
    platform.stop()


def _customer(pack: Path) -> tuple[str, str, str]:
    """Phone, house number and address of somebody whose phone is on one account."""
    with sqlite3.connect(pack / "directory.sqlite") as directory:
        row = directory.execute(
            "SELECT k.key, p.keypad, p.number || ' ' || s.name FROM phones k JOIN premises p USING (premise) "
            "JOIN streets s USING (street) WHERE p.unit = '' GROUP BY k.key HAVING count(*) = 1 LIMIT 1"
        ).fetchone()
    directory.close()
    return tuple(row)


async def _told(provider: Provider, phone: str, words: str) -> str:
    """What STAT answers, once it says this: the report is on its way from the door to the journal."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        reply = await provider.text(phone, "STAT") or ""
        if words in reply:
            return reply
        await asyncio.sleep(0.1)
    raise AssertionError(reply)


async def _danger(provider: Provider, number: int) -> Transcript:
    """A call about a wire, in its place within the second."""
    await asyncio.sleep(number / CALLS_A_SECOND)
    return await provider.call(f"+1850777{number:04d}", ["9"])


async def test_a_call_a_text_and_what_became_of_them(platform: Platform, pack: Path) -> None:
    phone, number, address = _customer(pack)
    async with httpx2.AsyncClient() as client:
        provider = Provider(client, platform.intake_url, TOKEN)
        call = await provider.call(f"+1{phone}", ["1", "1", f"{number}#", "1"])
        assert address in call.text
        receipt = re.search(r"receipt is ([\d ,]+)\.", call.text)
        assert receipt, call.text
        digits = "".join(c for c in receipt[1] if c.isdigit())
        assert "part of an outage" in await _told(provider, phone, "part of an outage")
        by_receipt = await provider.call("+18505559999", ["1", "6", digits])
        assert "part of an outage" in by_receipt.text
        stopped = await provider.text(phone, "STOP")
        assert stopped
        assert "START" in stopped
        assert await provider.text(phone, "OUT") is None
        calls = [_danger(provider, n) for n in range(CALLS_A_SECOND)]
        seconds = [s for done in await asyncio.gather(*calls) for s in done.seconds]
        assert max(seconds) < LIMIT_SECONDS / 3
    for secret in (phone, address, TOKEN, "8507770001"):
        assert secret not in platform.log


async def test_calls_are_answered_while_everything_else_is_gone(platform: Platform) -> None:
    async with httpx2.AsyncClient() as client:
        provider = Provider(client, platform.intake_url, TOKEN)
        platform.kill("feed")
        platform.kill("operations")
        call = await provider.call("+18505558888", ["1", "6", "01234567890123"])
        assert call.ended
        danger = await provider.call("+18505558888", ["9"])
        assert "receipt is" in danger.text
        assert max(call.seconds + danger.seconds) < LIMIT_SECONDS / 3
