"""What calls and text messages share: whose webhook it is, and who calls.

A provider signs each webhook: base64 of HMAC-SHA1 under the account's token over the full address and the
form's fields, sorted by name, names and values joined without anything between (Twilio's scheme, which
other providers of TwiML copied). The token stands in `secrets.toml` of the data folder:

    [telephony]
    token = "…"                                # the account's auth token; HMAC needs it as it is
    previous_token = "…"                       # while a new one is being introduced
    url = "https://reports.example.gov"        # intake's address as the provider calls it

Without this table every webhook is refused.
"""

from __future__ import annotations

import base64
import hmac
import tomllib
from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b, sha1
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import msgspec
from starlette.requests import Request

from stormops.intake.partners import FILE
from stormops.web.http import read_body
from stormops.web.problem import Problem, problem

ANSWER_SECONDS = 6.0
"""A webhook is answered within this; providers hang up after 15 s (Twilio, for TwiML)."""

FIELDS_MAX = 200

NOBODY = frozenset({"266696687", "7378742833", "2562533", "8566696", "86282452253", "unknown", "anonymous"})
"""What providers send for a withheld number: ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN, UNAVAILABLE on a keypad."""

SENDER = "telephony"
"""The sender of every report by call or text: keys are made of the provider's ids, which are unique."""


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """The `[telephony]` table."""

    token: str
    previous_token: str = ""
    url: str = ""


class _Secrets(msgspec.Struct, frozen=True):
    telephony: Account | None = None


class Accounts:
    """Reads the account when the file has changed. While it cannot be read every webhook is refused.

    When the whole folder is away the account last read holds: a call can then still be connected and advised.
    """

    def __init__(self, folder: Path, trouble: Callable[[str], object]) -> None:
        self._path = folder / FILE
        self._trouble = trouble
        self._seen: object = None
        self._account: Account | None = None
        self.get()

    def get(self) -> Account | None:
        """The account, None when there is none."""
        try:
            stat = self._path.stat()
            seen = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
            if seen != self._seen:
                self._seen, self._account = seen, None
                self._account = msgspec.convert(tomllib.loads(self._path.read_text("utf-8")), _Secrets).telephony
        except FileNotFoundError:
            if self._path.parent.is_dir():  # else the whole disk is away: callers are still to be answered
                self._seen = self._account = None
        except (OSError, ValueError) as error:
            self._account = None
            self._trouble(f"{FILE} cannot be read, so calls and text messages are refused: {type(error).__name__}")
        return self._account


def signature(token: str, url: str, fields: Mapping[str, Sequence[str]]) -> str:
    """The signature of a webhook: base64(HMAC-SHA1(token, url + sorted names and values))."""
    text = url + "".join(name + value for name in sorted(fields) for value in sorted(set(fields[name])))
    return base64.b64encode(hmac.new(token.encode(), text.encode(errors="replace"), sha1).digest()).decode("ascii")


def signed(account: Account, url: str, fields: Mapping[str, Sequence[str]], sent: str) -> bool:
    """Whether a webhook is the provider's: any token in force, the address with or without its usual port."""
    good = False
    for token in filter(None, (account.token, account.previous_token)):
        for address in _addresses(url):
            expected = signature(token, address, fields).encode()
            good |= hmac.compare_digest(expected, sent.encode(errors="replace"))  # no shortcut: time tells nothing
    return good


def _addresses(url: str) -> list[str]:
    parts = urlsplit(url)
    usual = {"https": ":443", "http": ":80"}.get(parts.scheme, "")
    host = parts.netloc
    if host.endswith(usual):
        return [url, parts._replace(netloc=host.removesuffix(usual)).geturl()]
    return [url] if ":" in host.rpartition("]")[2] else [url, parts._replace(netloc=host + usual).geturl()]


class Webhook(msgspec.Struct, frozen=True):
    """One webhook of a known provider. `fields`: the first value of each."""

    fields: dict[str, str]
    account: Account

    def __getitem__(self, name: str) -> str:
        return self.fields.get(name, "")

    @property
    def phone(self) -> str:
        """Who calls or writes, digits; empty when withheld."""
        return phone_digits(self["From"])

    def key(self, step: str) -> str:
        """The idempotency key of a step of this call, or of this message."""
        name = self["CallSid"] or self["MessageSid"] or self["SmsSid"]
        return blake2b(f"{name}\0{step}".encode(errors="replace"), digest_size=16).hexdigest()


def phone_digits(text: str) -> str:
    """The digits of a number in E.164 or as written, without the country's 1; empty for none and for withheld ones."""
    digits = "".join(c for c in text[:64] if c.isascii() and c.isdigit())
    if not 7 <= len(digits) <= 15 or digits in NOBODY or any(c.isalpha() for c in text[:64]):
        return ""
    return digits[1:] if len(digits) == 11 and digits[0] == "1" else digits


async def read_webhook(request: Request, accounts: Accounts, intake_url: str) -> Webhook | Problem:
    """The webhook, or why it is refused. ConnectionError when the provider goes away."""
    body = await read_body(request.scope, request.receive)
    if isinstance(body, Problem):
        return body
    account = accounts.get()
    if account is None or not account.token:
        return problem("signature", "No telephony provider is connected here.")
    try:
        pairs = parse_qsl(body.decode("ascii", "replace"), keep_blank_values=True, max_num_fields=FIELDS_MAX)
    except ValueError:
        return problem("malformed_request", f"A webhook has at most {FIELDS_MAX} fields.")
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    query = request.scope["query_string"].decode("latin-1")
    url = (account.url or intake_url).rstrip("/") + request.url.path + (f"?{query}" if query else "")
    if not signed(account, url, fields, request.headers.get("x-twilio-signature", "")):
        return problem("signature", "Sign the address and the fields with the account's token.")
    return Webhook({name: values[0] for name, values in fields.items()}, account)
