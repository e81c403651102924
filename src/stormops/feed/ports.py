"""What the feed needs of others, given to it in `wiring`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from starlette.requests import HTTPConnection


class Person(Protocol):
    """Who is signed in: user name, roles, desk, shift (and since when, platform ms), the token of desk writes."""

    @property
    def person(self) -> str: ...

    @property
    def roles(self) -> Sequence[str]: ...

    @property
    def desk(self) -> str: ...

    @property
    def shift(self) -> int: ...

    @property
    def opened_ms(self) -> int: ...

    @property
    def csrf(self) -> str: ...


Authenticate = Callable[[HTTPConnection], Awaitable[Person | None]]
"""Who sent this request (or opened this socket); None = nobody signed in. Keeps nobody on the loop waiting."""

Remembered = Callable[[Sequence[tuple[bytes, bytes]]], Person | None]
"""The same at once, by a request's headers (names in small letters); None also where it takes a look to know."""
