"""TwiML, the XML that telephony providers take as the answer to a webhook: only the verbs that are used here.

What is put in is escaped; characters that XML cannot carry are left out (XML 1.0, section 2.2).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

MEDIA_TYPE = "text/xml"

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def document(verbs: Iterable[str]) -> bytes:
    """The whole document; without verbs it is an answer that does nothing."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<Response>{"".join(verbs)}</Response>\n'.encode()


def say(text: str, language: str) -> str:
    """Speak a sentence with the voice of a BCP 47 language."""
    return f"<Say language={_attribute(language)}>{_text(text)}</Say>"


def gather(action: str, said: Iterable[str], digits: int, seconds: int) -> str:
    """Speak, and take so many keys (0 = any number, ended by pound); what comes, or nothing, goes to `action`."""
    many = f'numDigits="{digits}" finishOnKey=""' if digits else 'finishOnKey="#"'
    # On silence the provider goes on to the next verb: the same address, without keys.
    return (
        f'<Gather input="dtmf" {many} timeout="{seconds}" actionOnEmptyResult="true" method="POST" '
        f"action={_attribute(action)}>{''.join(said)}</Gather>{redirect(action)}"
    )


def record(action: str, seconds: int) -> str:
    """Record after a tone; the recording's address goes to `action`, also when the caller hangs up."""
    return (
        f'<Record method="POST" action={_attribute(action)} maxLength="{seconds}" timeout="6" finishOnKey="#" '
        f'playBeep="true" trim="trim-silence" recordingStatusCallback={_attribute(action)}/>{redirect(action)}'
    )


def dial(number: str, action: str) -> str:
    """Connect to a number; when that ends, however it ends, go on at `action`."""
    return f'<Dial timeout="25" method="POST" action={_attribute(action)}>{_text(number)}</Dial>'


def redirect(action: str) -> str:
    """Go on at another address."""
    return f'<Redirect method="POST">{_text(action)}</Redirect>'


def pause(seconds: int) -> str:
    """Be silent."""
    return f'<Pause length="{seconds}"/>'


def hang_up() -> str:
    """End the call."""
    return "<Hangup/>"


def message(text: str) -> str:
    """Reply to a text message."""
    return f"<Message>{_text(text)}</Message>"


def _attribute(text: str) -> str:
    return quoteattr(_NOT_XML.sub("", text))


def _text(text: str) -> str:
    return escape(_NOT_XML.sub("", text))
