"""Partners: machines that send in bulk, each with a bearer token and a list of what it may send.

They are in `secrets.toml` of the data folder, which holds hashes and never tokens:

    [partners.head-end]
    token_sha256 = "…"
    may = ["meters"]

A token is 256 random bits, so a plain hash of it is enough: there is nothing to guess (passwords of
people are another matter, see `staff`). The file is read when it changed, so a partner added or
removed is known at once, without a restart.
"""

from __future__ import annotations

import hmac
import os
import re
import secrets
import tomllib
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import msgspec

from stormops.web.problem import Problem, problem

RIGHTS = ("meters", "telemetry", "reports", "open311")
"""What a partner may be allowed to send."""

FILE = "secrets.toml"
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
TOKEN_BYTES = 32
TOKEN_CHARACTERS_MAX = 200


May = Callable[[Iterable[tuple[bytes, bytes]], str], str | None]
"""`Partners.may`, as a port: headers and what is sent, to the partner's name or None."""


def nobody(_headers: Iterable[tuple[bytes, bytes]], _what: str) -> str | None:
    """The port where no partner is known."""
    return None


class PartnerError(Exception):
    """A partner cannot be added; the message says what to do."""


class Partner(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the file."""

    token_sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    may: list[str]


class _Secrets(msgspec.Struct, frozen=True):
    """What is read of the file; other tables in it are others'."""

    partners: dict[str, Partner] = {}


class Partners:
    """Who may send what. `trouble(sentence)` is called once when the file begins to be unreadable.

    While it is unreadable nobody may: a wrong secret must not let anybody in.
    """

    def __init__(self, folder: Path, trouble: Callable[[str], object]) -> None:
        self._path = folder / FILE
        self._trouble = trouble
        self._seen: tuple[int, int, int] | None = None
        self._partners: dict[str, Partner] = {}

    def may(self, headers: Iterable[tuple[bytes, bytes]], what: str) -> str | None:
        """The partner whose bearer token is in these headers (ASGI's, lower-case names), if it may send this."""
        token = _bearer(headers)
        return None if token is None else self.known(token, what)

    def known(self, token: bytes, what: str) -> str | None:
        """The partner of a token that came by another way than a header, if it may send this."""
        self._look()
        hashed = sha256(token).hexdigest()
        found = None
        for name, partner in self._partners.items():  # all of them: the time taken tells nothing
            if hmac.compare_digest(hashed, partner.token_sha256) and what in partner.may:
                found = name
        return found

    def _look(self) -> None:
        """Read the file again if it is another than the one read last."""
        try:
            stat = self._path.stat()
            seen = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
            if seen != self._seen:
                self._partners = read_partners(self._path)
                self._seen = seen
        except FileNotFoundError:
            self._partners, self._seen = {}, None
        except (OSError, ValueError) as error:
            if self._partners or self._seen != (0, 0, 0):
                self._trouble(f"{FILE} cannot be read, so no partner may send: {type(error).__name__}")
            self._partners, self._seen = {}, (0, 0, 0)


def read_partners(path: Path) -> dict[str, Partner]:
    """The partners of a file. Raises OSError, ValueError (msgspec.ValidationError and TOMLDecodeError are)."""
    return msgspec.convert(tomllib.loads(path.read_text("utf-8")), _Secrets).partners


def add_partner(folder: Path, name: str, may: Iterable[str]) -> str:
    """Write a new partner into the folder's file (mode 0600); gives its token, which is kept nowhere.

    Raises PartnerError for a name that is taken or cannot be one, for an unknown right, for a damaged file.
    """
    rights = sorted(set(may))
    unknown = [right for right in rights if right not in RIGHTS]
    if unknown or not rights:
        raise PartnerError(f"say what it may send: one or more of {', '.join(RIGHTS)}")
    if not NAME.fullmatch(name):
        raise PartnerError("a partner's name is 1 to 40 small letters, digits and hyphens")
    path = folder / FILE
    try:
        text = path.read_text("utf-8") if path.exists() else ""
        taken = name in msgspec.convert(tomllib.loads(text), _Secrets).partners
    except (OSError, ValueError) as error:
        raise PartnerError(f"{path} cannot be read: {error}") from error
    if taken:
        raise PartnerError(f"there is a partner {name!r} already; to give it a new token, remove it from {path} first")
    token = secrets.token_urlsafe(TOKEN_BYTES)
    hashed = sha256(token.encode()).hexdigest()
    quoted = ", ".join(f'"{right}"' for right in rights)
    gap = "" if not text else "\n" if text.endswith("\n") else "\n\n"
    _replace(path, f'{text}{gap}[partners.{name}]\ntoken_sha256 = "{hashed}"\nmay = [{quoted}]\n')
    return token


def no_token(what: str) -> Problem:
    """The refusal of a request without a token that may send this."""
    return problem(
        "no_token",
        f"Send Authorization: Bearer and the token of a partner that may send {what}. "
        "The operator of this platform makes one with 'stormops partner add'.",
    )


def _bearer(headers: Iterable[tuple[bytes, bytes]]) -> bytes | None:
    for name, value in headers:
        if name == b"authorization":
            scheme, _, token = value.partition(b" ")
            token = token.strip()
            good = scheme.lower() == b"bearer" and 0 < len(token) <= TOKEN_CHARACTERS_MAX
            return token if good else None
    return None


def _replace(path: Path, text: str) -> None:
    """The whole new file or the whole old one, readable by its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)
