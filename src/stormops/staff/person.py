"""Who is signed in, and the two answers of a sign-in: plain values, light to import."""

from __future__ import annotations

from typing import NamedTuple

from stormops.accounts.controls import Grant

SESSION_HOURS = 16
"""Longer than a 14-hour day, shorter than two shifts."""


class Person(NamedTuple):
    """Who is signed in, where, and in which shift."""

    person: str
    desk: str
    shift: int
    roles: list[str]
    permissions: frozenset[str]
    csrf: str
    opened_ms: int
    """When the shift began, platform ms."""
    grants: tuple[Grant, ...] = ()
    """What of accounts, and up to which amount."""
    related: frozenset[str] = frozenset()
    """Accounts that are the person's own or a relative's."""
    home: str = "desk"
    """The screen that comes first."""
    only: None = None
    """Staff work on any account; a customer, who is none of these, on their own ones alone."""


class Granted(NamedTuple):
    """A new session: the token goes to the browser and is kept nowhere else."""

    token: str
    person: Person


class Refused(NamedTuple):
    """No session. `code` is wrong_password or too_many_attempts; wait `retry_after_s` when not 0."""

    code: str
    retry_after_s: int
