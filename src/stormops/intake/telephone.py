"""Calls and text messages put together: their routes over the same door, directory and account."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import Protocol

from starlette.routing import Route

from stormops.core.entry import ContactPreference
from stormops.intake.asking import Told
from stormops.intake.look_ups import LookUps
from stormops.intake.phrases import LANGUAGES
from stormops.intake.sms import Desk, Sms
from stormops.intake.taking import Taker
from stormops.intake.telephony import Accounts
from stormops.intake.voice import Voice
from stormops.intake.voice_state import Line
from stormops.journal.port import Door, DoorReader


class City(Protocol):
    """What is needed of the city file (`settings.CityFile`)."""

    @property
    def title(self) -> str: ...
    @property
    def phone(self) -> str: ...
    @property
    def languages(self) -> list[str]: ...
    @property
    def emergency_phone(self) -> str: ...
    @property
    def desk_phone(self) -> str: ...


class Metrics(Protocol):
    """What is needed of `telemetry.Metrics`."""

    def count(self, name: str, by: float = 1, **labels: str) -> None: ...


class Telephony:
    """The routes of both channels. `close` ends the look-ups' thread."""

    def __init__(
        self,
        city: City,
        accounts: Accounts,
        intake_url: str,
        door: Door,
        metrics: Metrics,
        *,
        look: LookUps,
        status: Callable[[str], Awaitable[Told]],
        mode: Callable[[str], str],
        now_ms: Callable[[], int],
        messages: bool = False,
    ) -> None:
        def taken(channel: str, count: int) -> None:
            metrics.count("intake_reports_total", count, channel=channel)

        def refused(code: str) -> None:
            metrics.count("intake_refused_total", code=code)

        self._look = look
        taker = Taker(door, taken)
        line = Line(city.title, city.emergency_phone, city.desk_phone, mode)
        language = next((one for one in city.languages if one in LANGUAGES), LANGUAGES[0])
        desk = Desk(city.title, city.phone, language, door, taker, look, status, now_ms, refused, messages)
        self._voice = Voice(
            line, accounts, intake_url, taker=taker, look=look, status=status, now_ms=now_ms, refused=refused
        )
        self._sms = Sms(desk, accounts, intake_url)

    def routes(self) -> list[Route]:
        """For Starlette."""
        return [*self._voice.routes(), *self._sms.routes()]

    def close(self) -> None:
        """End the look-ups' thread and close the contacts' file."""
        self._look.close()


def opted_out(doors: DoorReader) -> Iterator[tuple[str, bool]]:
    """(phone, stopped) of every preference in the doors, each door in its order."""
    reached: dict[str, int] = {}
    while page := doors.drain(reached):
        for news in page:
            reached[news.door] = news.counter
            if isinstance(news.fact, ContactPreference):
                yield news.fact.phone, news.fact.stopped
