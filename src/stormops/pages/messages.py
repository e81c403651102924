"""Signing up for text messages: the page that says what comes next or what to correct, and what the messages say.

Pure; rendered by feed (what comes next) and by intake (to correct it). Without JavaScript.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from stormops.pages.page import PageSettings, render_page
from stormops.pages.words import words

FORM, ASKED, NONE, AGAIN = "form", "asked", "none", "again"
"""What the page says: the form, look at your phone, there are no messages here, or the form again."""


def render_messages(
    what: str, settings: PageSettings, values: Mapping[str, str] | None = None, *, wrong: str = "", seconds: int = 0
) -> str:
    """The whole page. For the form, `values` as typed (with `key`), and `wrong`: phone, place, slow or trouble."""
    sentence = {"phone": "wrong_phone", "place": "wrong_place", "slow": "slow", "trouble": "trouble", "": ""}[wrong]
    said = words(settings.language)
    place = {name: value for name in ("receipt", "place") if (value := (values or {}).get(name))}
    return render_page(
        "messages.html",
        settings,
        f"/messages?{urlencode(place)}&" if place else "/messages?",
        what=what,
        wrong=wrong,
        sentence=said(f"messages.{sentence}", seconds=seconds) if sentence else "",
        v=values or {},
    )


def message_text(kind: str, language: str, title: str, zone: ZoneInfo, *, customers: int = 0, since_ms: int = 0) -> str:
    """What a message of a kind (`core.messages.Kind`) says."""
    said = words(language)
    since = said.time(since_ms, zone)
    return said(f"message.{kind}", title=title, customers=said.number(customers), since=since)
