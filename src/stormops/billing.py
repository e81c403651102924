"""Work on all accounts at once, from the command line: books of a generated city, and a month's billing run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from stormops.accounts.command import Circumstances
from stormops.accounts.policy import Pack, PolicyError
from stormops.accounts.policy_limits import limits
from stormops.accounts.refusal import Refusal
from stormops.books import billing_run, fresh
from stormops.books.billing_run import Done, Order
from stormops.books.database import BooksUnavailable
from stormops.books.loading import Loaded, NotSound, Part
from stormops.books.store import Books
from stormops.clock import Clock
from stormops.core.mode import FUNCTIONS
from stormops.core.network import City
from stormops.counter.episode import Episodes
from stormops.counter.policies import read_pack
from stormops.counter.rights import grants_of
from stormops.journal.mode_file import ModeReader
from stormops.settings import CityFile, Settings
from stormops.staff.person import Refused
from stormops.staff.records import open_records
from stormops.staff.sign_in import SignIn

BOOKS = "books.sqlite"
DESK = "billing run"

P = TypeVar("P", bound=Part)

Progress = Callable[[int], None]


class BillingError(Exception):
    """It could not be done; the message says why and what to do."""


def policy(settings: Settings, city: CityFile, on: date) -> Pack:
    """The city's policy pack. Raises BillingError."""
    if not city.policy:
        raise BillingError(f"{settings.city_file} names no `policy`: a city without one has no accounts")
    try:
        return read_pack(settings.policy_folder, city.policy, on)
    except PolicyError as error:
        raise BillingError(str(error)) from error


class Fill(NamedTuple):
    """How a generated city's books are filled: bills through the month before a day, of the first `limit` premises."""

    until: date
    months: int
    limit: int
    seed: int = 1


def fill(settings: Settings, city_file: CityFile, city: City, how: Fill, progress: Progress) -> Loaded:
    """Make the books of a generated city's customers. Raises BillingError; then nothing was written."""
    from geo.billing_history import history, ms_of

    if not all(city.premises.account[: how.limit]):
        raise BillingError(f"{city.title} has premises without an account number: it is no generated city")
    pack = policy(settings, city_file, how.until)
    parts = history(city, pack, how.until, how.months, seed=how.seed, limit=how.limit)
    told = counted(parts, lambda part: part.customers, progress)
    return new_books(settings, told, ms_of(how.until))


def new_books(settings: Settings, parts: Iterable[Part], at_ms: int) -> Loaded:
    """Books of a generated city in the data folder. Raises BillingError; then nothing was written."""
    if settings.journal_url:
        raise BillingError("STORMOPS_JOURNAL_URL is set: generated accounts are only for books of this machine")
    settings.data.mkdir(parents=True, exist_ok=True)
    try:
        return fresh.make(settings.data / BOOKS, parts, "city", at_ms)
    except fresh.BooksExist as error:
        raise BillingError(f"{error}; give another --data, or move the books away") from error
    except (NotSound, BooksUnavailable, OSError, ValueError) as error:
        raise BillingError(f"{error} (nothing was written)") from error


def counted(parts: Iterable[P], customers: Callable[[P], int], progress: Progress) -> Iterator[P]:
    """The parts, as they are told to somebody who waits."""
    done = 0
    for part in parts:
        yield part
        done += customers(part)
        progress(done)


def today(city: CityFile, clock: Clock) -> date:
    """The city's day."""
    return datetime.fromtimestamp(clock.now_ms() / 1000, ZoneInfo(city.time_zone)).date()


def run(settings: Settings, city: CityFile, who: tuple[str, str], order: Order, progress: billing_run.Progress) -> Done:
    """A billing run in the name of a person (name, password) who may. Raises BillingError."""
    clock, zone = Clock(), ZoneInfo(city.time_zone)
    at_ms, day = clock.now_ms(), today(city, clock)
    pack = policy(settings, city, day)
    where: Path | str = settings.journal_url or settings.data / BOOKS
    if isinstance(where, Path) and not where.exists():
        raise BillingError(f"there are no books in {settings.data}; see 'stormops accounts generate --help'")
    desk = SignIn(open_records(settings.data / "staff.sqlite"), clock)
    signed = desk.sign_in(*who, DESK, DESK)
    if isinstance(signed, Refused):
        raise BillingError(f"{who[0]} could not sign in ({signed.code.replace('_', ' ')})")
    try:
        now = Episodes(settings.data, ModeReader(settings.data).left, zone)()
        circumstances = Circumstances(
            limits=limits(pack, day),
            levels={function.name: function.levels[now.mode.rank].value for function in FUNCTIONS.values()},
            episode=now.episode,
        )
        person = billing_run.Person(grants_of(signed.person), circumstances, at_ms, day, now.mode.value)
        books = Books(where)
        try:
            done = billing_run.bill_all(books, pack, order, person, progress)
        finally:
            books.close()
    except BooksUnavailable as error:
        raise BillingError(f"{error}; the same command goes on where it stopped") from error
    finally:
        desk.sign_out(signed.token)
    if isinstance(done, Refusal):
        raise BillingError(f"{who[0]}: {done.sentence}")
    return done
