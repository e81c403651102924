"""Customers at their own door, over the counter's books and HTTP, with codes caught where they are handed over."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import httpx2
import pytest

from stormops.counter.own.door import Door
from stormops.counter.own.outage import Believed
from stormops.counter.own.records import FILE, Records
from stormops.counter.own.rendering import Pages
from stormops.counter.own.sign_in import SignIn
from stormops.counter.own.web import create_own
from stormops.pages.page import PageSettings
from stormops.telemetry import Log
from tests.counter.conftest import ZONE, Desk, billed, served

OWN = "http://own.test"
PHONES = {"a1": "8505550101", "b1": "8505550202"}
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


@dataclass
class Own:
    """The app, the staff's desk over the same books, and what was sent."""

    client: httpx2.AsyncClient
    desk: Desk
    door: Door
    clock: list[int]
    sent: list[tuple[str, str]] = field(default_factory=list)
    moods: list[str] = field(default_factory=list)
    outage: dict[str, Believed] = field(default_factory=dict)
    source: str = "192.0.2.1"

    async def get(self, path: str, **more: str) -> httpx2.Response:
        return await self.client.get(path, headers=more)

    async def post(self, path: str, data: dict[str, Any], **more: str) -> httpx2.Response:
        return await self.client.post(path, data=data, headers={"Origin": OWN, **more})

    async def send(self, page: str, data: dict[str, Any], form: int = 0, path: str = "") -> httpx2.Response:
        """Fill in a form of a page: its hidden fields and these."""
        shown = await self.get(page)
        assert shown.status_code == 200, shown.text
        whole = re.findall(r'<form action="([^"]+)" method="post"[^>]*>(.*?)</form>', shown.text, re.DOTALL)
        action, fields = [one for one in whole if not path or one[0] == path][form]
        return await self.post(action, {unescape(n): unescape(v) for n, v in HIDDEN.findall(fields)} | data)

    async def code(self, account: str, contact: str) -> str:
        """Ask for a code; what was sent, "" for nothing."""
        before = len(self.sent)
        asked = await self.post("/account/sign-in", {"account": account, "contact": contact})
        assert asked.status_code == 303, asked.text
        await self.settled()
        return self.sent[-1][1] if len(self.sent) > before else ""

    async def settled(self) -> None:
        """Until everything that was asked for was looked at."""
        codes = self.codes
        for _ in range(2_000):
            if codes.idle:
                return
            await asyncio.sleep(0.002)
        raise AssertionError("codes are still under way")

    @property
    def codes(self) -> Any:
        return self.client._transport.app.state.codes  # type: ignore[attr-defined]

    async def enter(self, account: str = "a1", contact: str = "") -> None:
        """Sign in by the code that was sent."""
        text = await self.code(account, contact or PHONES[account])
        found = re.search(r"\b\d{6}\b", text)
        assert found, "no code was sent"
        done = await self.post("/account/code", {"code": found[0]})
        assert (done.status_code, done.headers["location"]) == (303, "/account"), done.text

    def other(self) -> httpx2.AsyncClient:
        """Another browser."""
        return httpx2.AsyncClient(transport=self.client._transport, base_url=OWN)


@pytest.fixture
async def own(desk: Desk) -> AsyncIterator[Own]:
    """Two customers with service, a1 with a bill; each with a mobile number of record."""
    await billed(desk)
    await served(desk, "b1")
    for account, phone in PHONES.items():
        await desk.do("representative", "update_contact", account=account, kind="mobile", value=phone, messages=False)
    clock = [1_800_000_000_000]
    settings = PageSettings(
        title="Palmetto <Springs>",
        phone="850-555-0100",
        intake_url="http://intake.test",
        feed_url="http://feed.test",
        languages=("en", "es", "ht"),
    )
    door = Door(
        desk.clerk,
        SignIn(Records(desk.folder / FILE), bytes(32), lambda: clock[0]),
        Pages(settings, OWN, ZONE, lambda: desk.clerk.episodes().mode),
        origin=OWN,
        metrics=desk.metrics,
        log=Log("counter", "error"),
    )
    outage: dict[str, Believed] = {}
    sent: list[tuple[str, str]] = []
    moods: list[str] = []

    async def send(contact: str, text: str) -> str:
        mood = moods.pop(0) if moods else "sent"
        if mood == "sent":
            sent.append((contact, text))
        return mood

    async def ask(premise: str) -> Believed | None:
        return outage.get(premise)

    app = create_own(door, ways={"text": send, "mail": send}, ask=ask)
    async with app.router.lifespan_context(app):
        transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url=OWN) as client:
            yield Own(client, desk, door, clock, sent, moods, outage)
