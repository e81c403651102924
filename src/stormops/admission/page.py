"""The page of a browser that was refused: why, and when to come back, in every language at once; pure.

It is made before anything is known of who asks, so it does not choose a language.
"""

from __future__ import annotations

import base64
import hashlib
import html
from typing import NamedTuple

from stormops.admission.gate import Reason

SECONDS_SAID_MAX = 120
"""A longer wait is said in minutes."""

STYLE = (
    ":root{color-scheme:light dark;--paper:#f3f6f8;--card:#fff;--ink:#14202b;--line:#b9c4ce;--hold:#7a4b00}"
    "@media(prefers-color-scheme:dark){:root{--paper:#0c131a;--card:#16212b;--ink:#e8eef3;--line:#43525f;--hold:#ffd58a}}"
    "body{margin:0;padding:1rem;background:var(--paper);color:var(--ink);font:1.0625rem/1.5 system-ui,sans-serif}"
    "main{max-width:40rem;margin:0 auto}"
    "section{margin:0 0 1rem;padding:1rem;background:var(--card);border:1px solid var(--line);"
    "border-left:.4rem solid var(--hold);border-radius:.6rem}"
    "h1,h2{margin:0 0 .5rem;font-size:1.3rem;line-height:1.25}p{margin:.5rem 0 0}"
)
STYLE_POLICY = f"style-src 'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'"


class Words(NamedTuple):
    """One language: title and sentence by the kind of refusal, and when to come back."""

    rests: tuple[str, str]
    busy: tuple[str, str]
    source: tuple[str, str]
    seconds: str
    minutes: str


WORDS = {
    "en": Words(
        (
            "This page rests during the storm",
            "Outages and dangers come first now. Nothing was done or saved. It is back when the storm is over.",
        ),
        (
            "Too many people at once",
            "Nothing was done or saved. Send the same again after the wait; sent twice, it counts once.",
        ),
        ("Too much from your address", "Nothing was done or saved. Slow down, then send the same again."),
        "Try again in {count} seconds.",
        "Try again in about {count} minutes.",
    ),
    "es": Words(
        (
            "Esta página descansa durante la tormenta",
            "Los apagones y los peligros van primero. No se hizo ni se guardó nada. Vuelve cuando pase la tormenta.",
        ),
        (
            "Demasiadas personas a la vez",
            "No se hizo ni se guardó nada. Envíe lo mismo otra vez después de la espera; dos envíos cuentan como uno.",
        ),
        ("Demasiado desde su dirección", "No se hizo ni se guardó nada. Vaya más despacio y envíe lo mismo otra vez."),
        "Intente de nuevo en {count} segundos.",
        "Intente de nuevo en unos {count} minutos.",
    ),
    "ht": Words(
        (
            "Paj sa a ap poze pandan tanpèt la",
            "Pàn ak danje pase an premye. Anyen pa fèt, anyen pa anrejistre. L ap tounen lè tanpèt la fini.",
        ),
        (
            "Twòp moun an menm tan",
            "Anyen pa fèt, anyen pa anrejistre. Voye menm bagay la ankò apre tan an; li konte yon sèl fwa.",
        ),
        (
            "Twòp bagay soti nan adrès ou",
            "Anyen pa fèt, anyen pa anrejistre. Ale pi dousman, epi voye menm bagay la ankò.",
        ),
        "Eseye ankò nan {count} segonn.",
        "Eseye ankò nan anviwon {count} minit.",
    ),
}


def page(reason: Reason, wait: int) -> bytes:
    """The whole page for a reason; `wait` is seconds."""
    parts = [_part(language, words, reason, wait) for language, words in WORDS.items()]
    title = html.escape(_said(WORDS["en"], reason)[0])
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{STYLE}</style></head><body><main>{''.join(parts)}</main></body></html>"
    ).encode()


def _said(words: Words, reason: Reason) -> tuple[str, str]:
    return {"suspended": words.rests, "source": words.source}.get(reason, words.busy)


def _part(language: str, words: Words, reason: Reason, wait: int) -> str:
    title, text = _said(words, reason)
    head = "h1" if language == "en" else "h2"
    again = words.seconds.format(count=wait) if wait <= SECONDS_SAID_MAX else words.minutes.format(count=-(-wait // 60))
    return (
        f'<section lang="{language}"><{head}>{html.escape(title)}</{head}>'
        f"<p>{html.escape(text)}</p><p><b>{html.escape(again)}</b></p></section>"
    )
