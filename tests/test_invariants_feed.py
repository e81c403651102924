"""Invariants 3, 7 and 8 of ARCHITECTURE.md, at the platform's exit: a storm over real sockets.

The parts have theirs beside them: tests/core/test_view.py (3), dashboards/tests/feed.test.ts (3, in the
browser's client), tests/core/test_view_public.py and tests/feed/test_privacy.py (7),
tests/feed/test_{channel,session,hub,follow,limits,budget,reads}.py (8).
"""

from __future__ import annotations

import importlib
import json
import re
from pathlib import Path
from typing import Any

import httpx2
from websockets.asyncio.client import connect

from tests.core.privacy import Attack, identifiers
from tests.feed.served import COOKIE, PHONE, Feed, K, running, storm

STEPS = 15


async def follow(feed: Feed, audience: str, held: dict[str, Any], until: int) -> list[str]:
    """Follow from where `held` stopped until a position; gives the raw texts."""
    texts: list[str] = []
    headers = {"Cookie": f"{COOKIE}=good"} if audience == "desk" else {}
    async with connect(feed.socket_url + audience, additional_headers=headers, max_size=None) as opened:
        resume = {"epoch": held["epoch"], "n": held["n"]} if held else None
        await opened.send(json.dumps({"type": "hello", "resume": resume}))
        while held.get("n", -1) < until:
            text = str(await opened.recv())
            texts.append(text)
            message = json.loads(text)
            if message["type"] == "snapshot":
                held.update(view=message["view"], epoch=message["epoch"])
            elif message["type"] == "changes":
                assert message["from"] == held["n"]
                held["view"].update(message["set"])
                for key in message["unset"]:
                    del held["view"][key]
            held["n"] = message["n"]
    return texts


async def test_invariants_3_and_7_over_a_storm() -> None:
    day = storm(1, seed=9, customers=1500)
    desk: dict[str, Any] = {}
    public: dict[str, Any] = {}
    texts: list[str] = []
    with running(day) as feed:
        attack = Attack(day.city, feed.parts.areas, K)
        async with httpx2.AsyncClient(base_url=feed.url) as stranger:
            for _ in range(STEPS):
                day.step(reports=8)
                await follow(feed, "desk", desk, day.journal.last())
                texts += await follow(feed, "public", public, day.journal.last())
                for path in ("/text", "/api/v1/public/snapshot"):
                    texts.append((await stranger.get(path)).text)
                attack.read(public["view"])
        fresh_desk: dict[str, Any] = {}
        fresh_public: dict[str, Any] = {}
        await follow(feed, "desk", fresh_desk, desk["n"])
        await follow(feed, "public", fresh_public, public["n"])
    assert fresh_desk == desk
    assert fresh_public == public
    assert len([key for key in public["view"] if key.startswith("area/")]) > 1
    assert attack.findings() == []
    assert identifiers(day.city).found_in(" ".join(texts).replace(PHONE, "")) == []


def test_invariant_8_every_bound_of_the_feed_has_a_name_and_a_written_behaviour() -> None:
    """The decision record's table of bounds names constants that exist, each with its sentence in the code."""
    record = (Path(__file__).parents[1] / "docs" / "adr" / "0005-feed.md").read_text()
    table = record.partition("## Bounds")[2].partition("## ")[0]
    rows = re.findall(r"^\| (`.+?) \| (`.+?) \| (.+?) \|$", table, re.MULTILINE)
    assert len(rows) >= 10
    named: set[str] = set()
    for names, places, behaviour in rows:
        assert len(behaviour) > 10
        modules = [importlib.import_module(f"stormops.{place}") for place in re.findall(r"`([\w.]+)`", places)]
        for name in re.findall(r"`([A-Z_]+)`", names):
            holders = [module for module in modules if hasattr(module, name)]
            assert holders, f"{name} is not in {places}"
            source = Path(str(holders[0].__file__)).read_text()
            assert re.search(rf'^{name}\b[^\n]*= [^\n]*\n"""', source, re.MULTILINE), f"{name} has no sentence"
            named.add(name)
    feed = Path(__file__).parents[1] / "src" / "stormops" / "feed"
    sources = "\n".join(path.read_text() for path in feed.rglob("*.py"))
    bounds = set(re.findall(r"^([A-Z_]+_MAX)\b", sources, re.MULTILINE))
    assert bounds - named == set(), "a bound of the feed is not in the decision record"
