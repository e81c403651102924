"""How long a handler computes, by its steps on the loop: what it waits for is not its work."""

from __future__ import annotations

import types
from collections.abc import Callable, Coroutine, Generator
from typing import Any, Protocol


class Spender(Protocol):
    """Where the seconds are added up."""

    spent_s: float


@types.coroutine
def stepped(
    handler: Coroutine[Any, Any, None], now: Callable[[], float], spender: Spender
) -> Generator[Any, Any, None]:
    """Run a handler as it would run alone, and add the time of each of its steps to `spender`."""
    step: Callable[[Any], Any] = handler.send
    given: Any = None
    while True:
        began = now()
        try:
            waited_for = step(given)
        except StopIteration:
            return
        finally:
            spender.spent_s += now() - began
        try:
            given = yield waited_for
            step = handler.send
        except BaseException as error:  # noqa: BLE001  # whatever is thrown at the task is the handler's to take
            given, step = error, handler.throw
