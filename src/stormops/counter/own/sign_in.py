"""Signing customers in: account number and a contact of record, then a code that was sent there.

Nobody learns here whether an account exists. Asking looks nothing up: every asking gets a code of its own and the same
answer, and whom the code is for is found out afterwards (`codes`). A code of nobody is tried like any other.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from hashlib import blake2b
from typing import NamedTuple

from stormops.counter.own.records import Challenge, Records, Session
from stormops.limiting import source_of

CODE_DIGITS = 6
CODE_MINUTES = 10
TRIES_MAX = 5
"""For one code. With the limits below, somebody who knows account and contact guesses 50 of 1,000,000 a day."""

CODES_PER_QUARTER, CODES_PER_DAY = 3, 10
"""Codes that are sent to one party about one account; beyond, the answer is the same and nothing is sent."""

SOURCE_PER_QUARTER = 60
"""Askings, and tries, of one source: a carrier puts a whole neighbourhood behind one address."""

QUARTER_MS, DAY_MS = 15 * 60_000, 86_400_000
IDLE_MS, SESSION_MS = 30 * 60_000, 12 * 3_600_000
"""A session ends when it was idle for so long, and in any case after so long."""

SEEN_MS = 60_000
"""So often at most it is written down that a session is in use."""


class Asked(NamedTuple):
    """A code under way, if it is anybody's. `token` goes to the browser, `code` to the contact, neither elsewhere."""

    token: str
    code: str
    key: bytes
    until_ms: int


class Slow(NamedTuple):
    """Too many from this source: wait."""

    seconds: int


class Wrong(NamedTuple):
    """Not the code. `left`: tries; 0 = a new one is needed."""

    left: int


class SignIn:
    """Over its records. `secret` keys the hashes; `now_ms` is the wall's: sessions are not rehearsed."""

    def __init__(self, records: Records, secret: bytes, now_ms: Callable[[], int]) -> None:
        self._records, self._secret, self.now_ms = records, secret[:64], now_ms

    def ask(self, source: str) -> Asked | Slow:
        """A new code, whoever it is for."""
        slow = self.slow("ask", source_of(source), SOURCE_PER_QUARTER)
        if slow is not None:
            return slow
        token, code = secrets.token_urlsafe(24), f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
        key, until_ms = self._hash(token), self.now_ms() + CODE_MINUTES * 60_000
        self._records.challenge(key, self._hash(code, key), until_ms)
        return Asked(token, code, key, until_ms)

    def addressed(self, key: bytes, account: str, party: str) -> bool:
        """Say whom a code is for. False when this party was sent enough: then it stays nobody's."""
        now_ms, subject = self.now_ms(), self._hash(f"{account}\0{party}", b"codes")
        times = self._records.asked(subject, now_ms - DAY_MS)
        if len(times) >= CODES_PER_DAY or sum(at > now_ms - QUARTER_MS for at in times) >= CODES_PER_QUARTER:
            return False
        self._records.note(subject, now_ms, IDLE_MS)
        self._records.address(key, account, party)
        return True

    def answer(self, token: str, typed: str, source: str) -> Challenge | Wrong | Slow:
        """Try a code; the challenge whose code it is."""
        slow = self.slow("try", source_of(source), SOURCE_PER_QUARTER)
        if slow is not None:
            return slow
        key = self._hash(token)
        found = self._records.attempt(key, TRIES_MAX, self.now_ms())
        if found is None:
            return Wrong(0)
        digits = "".join(letter for letter in typed[:40] if letter in "0123456789")
        right = hmac.compare_digest(found.code, self._hash(digits, key))
        if right and found.party and self._records.answered(key):
            return found
        return Wrong(TRIES_MAX - found.tries)

    def open(self, found: Challenge, reached: bytes) -> str:
        """A new session of whoever answered; its token."""
        token, csrf, now_ms = secrets.token_urlsafe(32), secrets.token_urlsafe(24), self.now_ms()
        self._records.open(self._hash(token), Session(found.party, found.account, reached, csrf, now_ms, now_ms))
        return token

    def session(self, token: str) -> Session | None:
        """The session of a token, while it lasts."""
        key, now_ms = self._hash(token), self.now_ms()
        found = self._records.session(key)
        if found is None or now_ms - found.seen_ms >= IDLE_MS or now_ms - found.opened_ms >= SESSION_MS:
            return None
        if now_ms - found.seen_ms >= SEEN_MS:
            self._records.seen(key, now_ms)
        return found

    def choose(self, token: str, account: str) -> None:
        """Another account of the same party."""
        self._records.choose(self._hash(token), account)

    def end(self, token: str) -> None:
        """Sign out."""
        self._records.end(self._hash(token))

    def close(self) -> None:
        """Close the records."""
        self._records.close()

    def slow(self, what: str, who: str, most: int) -> Slow | None:
        """Count one more of `what` by somebody; how long to wait where `most` were in this quarter of an hour."""
        now_ms, subject = self.now_ms(), self._hash(who, what.encode())
        times = self._records.asked(subject, now_ms - QUARTER_MS)
        if len(times) >= most:
            return Slow(-(-(times[-most] + QUARTER_MS - now_ms) // 1000))
        self._records.note(subject, now_ms, IDLE_MS)
        return None

    def _hash(self, text: str, more: bytes = b"") -> bytes:
        """Keyed: six digits could be tried against a plain hash."""
        return blake2b(text.encode(errors="replace") + b"\0" + more, key=self._secret, digest_size=32).digest()
