"""The only page that makes real things and gives them to each other: one function a process."""

from __future__ import annotations

import contextlib
import gc
import resource
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cache, cached_property
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from stormops.child import MISCONFIGURED, die_with_parent, keep_memory
from stormops.clock import Clock
from stormops.pages.language import offered
from stormops.settings import CityFile, Settings, addressed, load_city_file, load_settings, transit_alerts_url
from stormops.telemetry import Log, Metrics, take_over_logs

if TYPE_CHECKING:
    import asyncio

    from starlette.applications import Starlette
    from starlette.requests import HTTPConnection
    from starlette.types import ASGIApp

    from stormops.admission.asgi import Admission
    from stormops.admission.doorkeeper import AtHand
    from stormops.admission.turn import Endpoint
    from stormops.core.levels import Mode
    from stormops.core.messages import Due
    from stormops.core.network import City, Tree
    from stormops.core.situation import Situation
    from stormops.counter.clerk import Clerk
    from stormops.intake.telephone import Telephony
    from stormops.journal.door import Door
    from stormops.journal.hints import NullHints, RedisHints
    from stormops.journal.port import DoorReader, Journal
    from stormops.staff.person import Person
    from stormops.staff.sessions import Sessions
    from stormops.staff.sign_in import SignIn
    from stormops.staff.storm_roles import StormRoles

GRACEFUL_SECONDS = 3
"""Open requests have this long to end when a process is asked to stop."""

STAFF_ACCEPTED_MAX = 8
"""Staff's connections taken in a turn of the loop. It takes one for each descriptor that listens, so neither queue
starves the other; turns are long in a flood, and a room full of desks that comes back must not wait for many."""

SWITCH_SECONDS, SWITCH_SECONDS_THREADS = 0.001, 0.005
"""How long one thread may hold the interpreter while another waits: where the loop works and threads answer for it,
and where threads do the work and a loop that refuses thousands would interrupt them each millisecond."""


class Process:
    """What every process has: settings, city file, clock, log, metrics, hints."""

    def __init__(self, name: str) -> None:
        _all_descriptors()
        self.settings: Settings = addressed(load_settings())
        self.city_file: CityFile = load_city_file(self.settings.city_file)
        self.clock: Clock = self.settings.clock
        self.log = Log(name, self.settings.log_level)
        take_over_logs(self.log)
        self.metrics = Metrics()
        self.hints = self._hints()

    def _hints(self) -> RedisHints | NullHints:
        from stormops.journal.hints import NullHints, RedisHints

        if not self.settings.redis_url:
            return NullHints()

        def changed(reachable: bool) -> None:
            if not reachable:
                self.log.warning("hints_unavailable")

        return RedisHints(self.settings.redis_url, changed)

    def city(self) -> tuple[City, Tree]:
        """The city pack in force and its tree."""
        from stormops.core.network import trace
        from stormops.gis.pack import read_pack

        city = read_pack(self.settings.pack)
        return city, trace(city.network, city.premises)

    def journal(self, *, read_only: bool = True) -> Journal:
        """The journal: a file of this machine, or the database that several machines share."""
        if self.settings.journal_url:
            from stormops.journal.postgres import PostgresJournal

            holder = f"node {self.settings.node:02d}"
            return PostgresJournal(self.settings.journal_url, holder=holder, read_only=read_only)
        from stormops.journal.sqlite import SqliteJournal

        return SqliteJournal(self.settings.data / "journal.sqlite", read_only=read_only)

    def snapshots(self) -> Path:
        """The folder of this journal's snapshots: those of another journal know another story."""
        if not self.settings.journal_url:
            return self.settings.data / "snapshots"
        where = urlsplit(self.settings.journal_url)
        journal = f"{where.hostname} {where.port} {where.path} {where.query}".encode()
        return self.settings.data / f"snapshots-{blake2b(journal, digest_size=6).hexdigest()}"

    def unreadable(self, door: str, sentence: str) -> None:
        """A door begins to be skipped: said and counted."""
        self.metrics.count("operations_doors_unreadable_total")
        self.log.warning("door_unreadable", door=door, sentence=sentence)

    def doors(self) -> DoorReader:
        """What operations drains: this machine's doors, or those that relays brought to the shared database."""
        if self.settings.journal_url:
            from stormops.journal.relayed_doors import RelayedDoors

            return RelayedDoors(self.settings.journal_url, self.unreadable)
        from stormops.journal.door_files import DoorFiles

        return DoorFiles(self.settings.data, self.unreadable)

    @cache  # noqa: B019 - one process, one set of staff records
    def sign_in(self) -> SignIn:
        """Staff records, opened when first needed: they would slow the start of intake."""
        from stormops.staff.sign_in import SignIn

        # Sessions are not rehearsed: they live by the wall.
        storm = self.storm_roles()
        return SignIn(storm.records, Clock(), added=storm.added)

    @cache  # noqa: B019 - as above
    def storm_roles(self) -> StormRoles:
        """Who works another desk while a storm lasts."""
        from stormops.counter.episode import Episodes
        from stormops.journal.mode_file import ModeReader
        from stormops.staff.records import open_records
        from stormops.staff.storm_roles import StormRoles

        episodes = Episodes(self.settings.data, ModeReader(self.settings.data).left)
        return StormRoles(open_records(self.settings.data / "staff.sqlite"), Clock(), lambda: episodes().episode)

    @cached_property
    def sessions(self) -> Sessions:
        """Who the sessions belong to; the staff records are opened at the first look, on its thread."""
        from stormops.staff.sessions import Sessions

        return Sessions(lambda token: self.sign_in().who(token), time.monotonic)

    def serves_staff(self, request: HTTPConnection) -> bool:
        """Whether sessions and sign-in count where a request came in."""
        settings, server = self.settings, request.scope.get("server")
        staff_ports = settings.intake_staff_port, settings.feed_staff_port, settings.counter_port
        return not settings.staff_ports_only or (server is not None and server[1] in staff_ports)

    async def who(self, request: HTTPConnection) -> Person | None:
        """Who sent a request, by its session cookie."""
        from stormops.staff.web import COOKIE

        if not self.serves_staff(request):
            return None
        token = request.cookies.get(COOKIE)
        return await self.sessions.who(token) if token else None

    def remembered(self, headers: Iterable[tuple[bytes, bytes]]) -> Person | None:
        """The same at once, by a request's headers; None also where it takes a look to know."""
        from stormops.admission.scopes import token

        return self.sessions.remembered(token(headers))


def _leaves_mode(data: Path) -> Callable[[Mode, int], None]:
    """Leaves the mode in a file for processes that do not follow the journal, and with it the storm's name."""
    from stormops.counter.episode import Episodes
    from stormops.journal.mode_file import ModeFile, ModeReader

    file, episodes = ModeFile(data), Episodes(data, ModeReader(data).left)

    def leave(mode: Mode, since_ms: int) -> None:
        file.leave(mode, since_ms)
        episodes()

    return leave


TICK_OBJECTS = 1_000_000
"""More than a tick of `operations` makes and gives back: it need not be looked through for garbage in the middle."""


def seldom_garbage(objects: int = 50_000) -> None:
    """What is there by now stays, and what comes leaves no cycles: looking for garbage took a twelfth of the time."""
    gc.freeze()
    gc.set_threshold(objects, 20, 100)


def _all_descriptors() -> None:
    """Let this process have as many open files as the machine's owner allows: each connection is one."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _admission(process: Process, app: ASGIApp) -> Admission:
    """Admission in front of an app: classes, queue, limits, and the mode in force."""
    from stormops.admission.asgi import Admission
    from stormops.admission.proxies import Proxies
    from stormops.admission.sources import Sources
    from stormops.admission.staff_marks import StaffMarks
    from stormops.journal.mode_file import ModeReader
    from stormops.journal.secret import shared_secret

    settings = process.settings
    return Admission(
        app,
        sources=Sources(shared_secret(settings.data)),
        proxies=Proxies(settings.trusted_proxies.split(",")),
        staff=StaffMarks(process.sessions.who),
        mode=ModeReader(settings.data),
        metrics=process.metrics,
        origins=settings.origins,
    )


class Listener(NamedTuple):
    """Where a process listens: a port, and the supervisor's socket on it (-1 = it makes its own)."""

    port: int
    fd: int

    def opened(self, host: str) -> socket.socket:
        """It listens."""
        if self.fd >= 0:
            return socket.socket(fileno=self.fd)
        from stormops.supervisor import listen

        return listen(host, self.port)


def _serve(
    process: Process,
    app: ASGIApp,
    public: Listener,
    staff: Listener,
    *,
    sockets: type[asyncio.Protocol] | None = None,
    at_hand: AtHand | None = None,
    staff_at_hand: AtHand | None = None,
    swift: Mapping[str, Endpoint] | None = None,
    switch_s: float = SWITCH_SECONDS,
) -> None:
    """Run an app, behind admission, under uvicorn, for the public and on the staff's port (-1 = none).

    `sockets`: uvicorn's protocol class for WebSockets; `at_hand`: answers that need neither app nor admission (see
    `admission.doorkeeper`); `swift`: what of it can be called without a task.
    """
    import uvicorn

    from stormops.admission.protocol import StaffListener, guarded
    from stormops.supervisor import BACKLOG

    sys.setswitchinterval(switch_s)
    admission = _admission(process, app)
    host = process.settings.host
    listening = [public.opened(host)]
    if staff.port >= 0:
        own = staff.opened(host)
        listening += [own, *(own.dup() for _ in range(STAFF_ACCEPTED_MAX - 1))]
    config = uvicorn.Config(
        admission,
        loop="uvloop",
        backlog=BACKLOG,  # of listening sockets that are given, too: it says it to the kernel again
        http=guarded(admission, at_hand, swift, StaffListener(staff.port, staff_at_hand) if staff.port >= 0 else None),
        ws=sockets or "none",
        access_log=False,
        log_config=None,  # its words go where ours go
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACEFUL_SECONDS,
    )
    process.log.info("process_started")
    # SIGINT and SIGTERM end the server; uvicorn raises the signal again when it has ended, which is not ours.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    uvicorn.Server(config).run(sockets=listening)
    process.log.info("process_stopped")


def run_intake() -> None:
    """Intake: one door, its HTTP, and sign-in's writes."""
    from stormops.intake.partners import Partners
    from stormops.intake.web import IntakeSettings, create_intake
    from stormops.journal.door import Door
    from stormops.journal.drained_file import DrainedReader
    from stormops.journal.mode_file import ModeReader
    from stormops.journal.secret import shared_secret
    from stormops.staff.web import SignInRoutes

    process = Process("intake")
    seldom_garbage()
    settings = process.settings
    settings.data.mkdir(parents=True, exist_ok=True)
    door = Door(
        settings.data / f"node-{settings.node:02d}.door",
        settings.node,
        process.clock,
        committed=lambda: process.hints.wake("doors"),
        measured=lambda facts, seconds: _measure_commit(process.metrics, facts, seconds),
        trouble=lambda sentence: process.log.error("door_unavailable", sentence=sentence),
        drained=DrainedReader(settings.data),
        keep_ms=round(settings.door_keep_days * 86_400_000),
    )

    def signed_in(outcome: str) -> None:
        process.metrics.count("staff_sign_ins_total", outcome=outcome)
        if outcome == "limited":
            process.log.warning("sign_in_limited")

    partners = Partners(settings.data, lambda sentence: process.log.error("partners_unreadable", sentence=sentence))
    counter = settings.counter_url if process.city_file.policy else ""
    sign_in = SignInRoutes(
        process.sign_in,
        settings.origins,
        settings.feed_staff_url,
        signed_in,
        serves_staff=process.serves_staff,
        counter_url=counter,
    )
    telephony = _telephony(process, door)
    app = create_intake(
        IntakeSettings(
            title=process.city_file.title,
            phone=process.city_file.phone,
            intake_url=settings.intake_url,
            feed_url=settings.feed_url,
            origins=settings.origins,
            senders_secret=shared_secret(settings.data),
            language=offered(process.city_file.languages)[0],
            languages=tuple(offered(process.city_file.languages)),
            jurisdiction=process.city_file.open311_jurisdiction or process.city_file.name,
            open311_key_required=process.city_file.open311_key_required,
            places_secret=_places_secret(settings),
        ),
        door,
        process.metrics,
        process.who,
        [*sign_in.routes(), *telephony.routes()],
        may=partners.may,
        mode=ModeReader(settings.data),
    )
    try:
        _serve(
            process,
            app,
            Listener(settings.intake_port, settings.intake_fd),
            Listener(settings.intake_staff_port, settings.intake_staff_fd),
            swift=app.swift,
        )
    finally:
        telephony.close()
        door.close()
        process.hints.close()


def _telephony(process: Process, door: Door) -> Telephony:
    """Calls and text messages: the directory of the pack, what is remembered of phones, and feed for status."""
    import random
    import time

    from stormops.admission.throttle import Throttle
    from stormops.core.mode import Mode
    from stormops.gis.directory import FILE, Directory
    from stormops.intake.asking import FeedStatus
    from stormops.intake.contacts import FILE as CONTACTS
    from stormops.intake.contacts import Contacts
    from stormops.intake.look_ups import LookUps
    from stormops.intake.telephone import Telephony, opted_out
    from stormops.intake.telephony import Accounts
    from stormops.journal.door_files import DoorFiles
    from stormops.journal.mode_file import ModeReader
    from stormops.journal.secret import shared_secret
    from stormops.pages.words import words

    settings, mode = process.settings, ModeReader(process.settings.data)

    def trouble(sentence: str) -> None:
        process.log.warning("telephony_trouble", sentence=sentence)

    def sentence(language: str) -> str:
        return "" if mode() is Mode.NORMAL else words(language)(f"mode.{mode()}")

    contacts = Contacts(
        settings.data / CONTACTS,
        shared_secret(settings.data),
        process.clock.now_ms,
        lambda: opted_out(DoorFiles(settings.data)),
    )
    return Telephony(
        process.city_file,
        Accounts(settings.data, trouble),
        settings.intake_url,
        door,
        process.metrics,
        look=LookUps(Directory(settings.pack / FILE), contacts, trouble),
        status=FeedStatus(
            _at_home(settings.host),
            _feed_port_of_staff(settings),
            Throttle(time.monotonic, random.random),
        ),
        mode=sentence,
        now_ms=process.clock.now_ms,
        messages=settings.messages,
    )


def _feed_port_of_staff(settings: Settings) -> int:
    """Feed's port for our own questions: nobody of ours waits behind a flood of readers."""
    return settings.feed_port if settings.feed_staff_port < 0 else settings.feed_staff_port


def _at_home(host: str) -> str:
    """Where a process that listens on `host` is asked on its own machine."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - listening everywhere is asked at home


def _places_secret(settings: Settings) -> bytes:
    """Under which marks of places are made; empty where nobody is signed up for messages."""
    from stormops.journal.secret import shared_secret

    return shared_secret(settings.data, "places.key") if settings.messages else b""


def _homes_secret(settings: Settings) -> bytes:
    """Under which counter marks premises of who is signed in, for its questions to feed."""
    from stormops.journal.secret import shared_secret

    return shared_secret(settings.data, "homes.key")


def _measure_commit(metrics: Metrics, facts: int, seconds: float) -> None:
    metrics.observe("door_commit_seconds", seconds)
    metrics.observe("door_batch_size", facts)


def run_operations() -> None:
    """Operations: the one writer of the journal."""
    from stormops.core.decide import Decider
    from stormops.core.explaining import make_groupers
    from stormops.core.matching import Matcher
    from stormops.gis.local_time import local_time
    from stormops.journal.drained_file import DrainedFile
    from stormops.journal.port import Fenced
    from stormops.journal.snapshots import FileSnapshots
    from stormops.operations.health import Health
    from stormops.operations.loop import Operations

    keep_memory()
    seldom_garbage()
    process = Process("operations")
    settings = process.settings
    city, tree = process.city()
    matcher = Matcher(city)

    local = local_time(city.time_zone)

    def decider(situation: Situation) -> Decider:
        groupers = make_groupers(city, situation.switchgear.normal, local)
        return Decider(situation, matcher, groupers, round(settings.meter_hold_s * 1000))

    # Of a shared journal each machine's relay leaves both, the mode as the leader said it.
    alone = not settings.journal_url
    operations = Operations(
        city,
        tree,
        journal=process.journal(read_only=False),
        doors=process.doors(),
        snapshots=FileSnapshots(process.snapshots()),
        hints=process.hints,
        clock=process.clock,
        decider=decider,
        log=process.log,
        metrics=process.metrics,
        leave_mode=_leaves_mode(settings.data) if alone else None,
        leave_drained=DrainedFile(settings.data).leave if alone else None,
    )
    health = Health(settings.host, settings.metrics_port, process.metrics, lambda: operations.ready)
    stop = _stop_on_signals()
    seldom_garbage(TICK_OBJECTS)
    process.log.info("process_started")
    try:
        operations.run(stop)
    except Fenced:  # said by the loop; the supervisor starts this one again
        sys.exit(1)
    finally:
        operations.release()
        health.close()
        process.hints.close()
    process.log.info("process_stopped")


def run_relay() -> None:
    """Relay: carries this machine's doors to the shared database."""
    from stormops.journal.door_files import DoorFiles
    from stormops.journal.drained_file import DrainedFile
    from stormops.journal.relay import Relay
    from stormops.journal.relayed_doors import RelayedDoors
    from stormops.operations.health import Health

    process = Process("relay")
    settings = process.settings
    doors, shared = DoorFiles(settings.data, process.unreadable), RelayedDoors(settings.journal_url)
    relay = Relay(
        doors,
        shared,
        process.hints,
        process.log,
        process.metrics,
        leave_mode=_leaves_mode(settings.data),
        leave_drained=DrainedFile(settings.data).leave,
    )
    health = Health(settings.host, settings.relay_port, process.metrics, lambda: relay.ready)
    stop = _stop_on_signals()
    process.log.info("process_started")
    relay.run(stop)
    health.close()
    shared.close()
    doors.close()
    process.hints.close()
    process.log.info("process_stopped")


def _stop_on_signals() -> threading.Event:
    """An event that SIGINT and SIGTERM set."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    return stop


def run_feed() -> None:
    """Feed: every read, page and live socket."""
    from stormops.core.area import areas
    from stormops.feed.handshake import Handshake
    from stormops.feed.parts import FeedParts
    from stormops.feed.past.process import Helper
    from stormops.feed.web import create_feed
    from stormops.journal.secret import shared_secret
    from stormops.journal.snapshots import FileSnapshots

    process = Process("feed")
    settings = process.settings
    city, tree = process.city()
    app = create_feed(
        FeedParts(
            city=city,
            tree=tree,
            areas=areas(city, process.city_file.k),
            settings=settings,
            city_file=process.city_file,
            journal=process.journal(),
            past=Helper([sys.executable, "-m", "stormops", "run", "past"], settings.environment()),
            snapshots=FileSnapshots(process.snapshots()),
            authenticate=process.who,
            remembered=process.remembered,
            log=process.log,
            metrics=process.metrics,
            public_names_secret=shared_secret(settings.data, "public-names.key"),
            places_secret=_places_secret(settings),
            homes_secret=_homes_secret(settings),
        )
    )
    # The city stays as long as the process: looking through it for garbage would hold every socket up.
    gc.collect()
    seldom_garbage()
    _serve(
        process,
        app,
        Listener(settings.feed_port, settings.feed_fd),
        Listener(settings.feed_staff_port, settings.feed_staff_fd),
        sockets=Handshake,
        at_hand=app.state.public_at_hand if settings.staff_ports_only else app.state.at_hand,
        staff_at_hand=app.state.at_hand,
    )


def run_counter() -> None:
    """Counter: customer accounts for staff, over the books and the city's policy."""
    from stormops.accounts.policy import PolicyError
    from stormops.books.database import BooksUnavailable
    from stormops.books.store import Books
    from stormops.counter.clerk import Clerk
    from stormops.counter.episode import Episodes
    from stormops.counter.outage import FeedOutage
    from stormops.counter.own.web import Doors
    from stormops.counter.policies import read_pack
    from stormops.counter.warming import warm
    from stormops.counter.web import CounterSettings, add_charge_types, create_counter
    from stormops.journal.mode_file import ModeReader
    from stormops.papers.document import Office

    process = Process("counter")
    process.hints.close()
    settings, city_file = process.settings, process.city_file
    zone = ZoneInfo(city_file.time_zone)
    settings.data.mkdir(parents=True, exist_ok=True)
    today = datetime.fromtimestamp(process.clock.now_ms() / 1000, zone).date()
    try:
        pack = read_pack(settings.policy_folder, city_file.policy, today)
    except PolicyError as error:
        process.log.error("policy_wrong", sentence=str(error))  # noqa: TRY400 - our own lines, with no trace of a pack
        sys.exit(MISCONFIGURED)
    try:
        books = Books(settings.journal_url or settings.data / "books.sqlite")
        episodes = Episodes(settings.data, ModeReader(settings.data).left, zone)
        office = Office(city_file.title, city_file.phone, remit_to=tuple(city_file.remit_to))
        clerk = Clerk(books, pack, process.clock.now_ms, zone, episodes, office=office)
        if added := add_charge_types(clerk):
            process.log.info("charge_types_added", count=added)
    except BooksUnavailable as error:  # the supervisor starts this process again
        process.log.error("books_unavailable", sentence=str(error))  # noqa: TRY400 - our own lines
        sys.exit(1)
    warm(books.database, languages := tuple(offered(city_file.languages)))
    app = create_counter(
        CounterSettings(
            title=city_file.title,
            counter_url=settings.counter_url,
            feed_url=settings.feed_staff_url,
            intake_url=settings.intake_staff_url,
            origins=settings.origins,
            evidence=settings.data / "evidence",
            languages=languages,
        ),
        clerk,
        process.who,
        metrics=process.metrics,
        log=process.log,
        outage=FeedOutage(_at_home(settings.host), _feed_port_of_staff(settings)),
        storm_roles=process.storm_roles(),
    )
    staff, nobody = Listener(settings.counter_port, settings.counter_fd), Listener(-1, -1)
    if settings.counter_own_port < 0:
        _serve(process, app, staff, nobody, switch_s=SWITCH_SECONDS_THREADS)
        return
    doors = Doors(app, _own_pages(process, clerk), settings.counter_own_port)
    own = Listener(settings.counter_own_port, settings.counter_own_fd)
    _serve(process, doors, own, staff, switch_s=SWITCH_SECONDS_THREADS)


def _own_pages(process: Process, clerk: Clerk) -> Starlette:
    """Customers' own pages, over the counter's books."""
    from stormops.counter.own.codes import Send
    from stormops.counter.own.door import Door
    from stormops.counter.own.outage import HomeOutage
    from stormops.counter.own.records import FILE, Records
    from stormops.counter.own.rendering import Pages
    from stormops.counter.own.sign_in import SignIn
    from stormops.counter.own.web import create_own
    from stormops.jobs.mail import MailProvider
    from stormops.jobs.provider import RestProvider
    from stormops.journal.secret import shared_secret
    from stormops.pages.page import PageSettings

    settings, city_file = process.settings, process.city_file
    # Sessions and codes are not rehearsed: they live by the wall.
    wall = Clock()
    languages = tuple(offered(city_file.languages))
    page = PageSettings(
        title=city_file.title,
        phone=city_file.phone,
        intake_url=settings.intake_url,
        feed_url=settings.feed_url,
        language=languages[0],
        languages=languages,
    )
    door = Door(
        clerk,
        SignIn(Records(settings.data / FILE), shared_secret(settings.data, "own.key"), wall.now_ms),
        Pages(page, settings.counter_own_url, clerk.zone, lambda: clerk.episodes().mode),
        origin=settings.counter_own_url,
        metrics=process.metrics,
        log=process.log,
    )
    ways: dict[str, Send] = {}
    if settings.messages:
        ways["text"] = RestProvider(
            settings.messages_url, settings.messages_account, settings.messages_token, settings.messages_from
        ).send
    if settings.mail:
        ways["mail"] = MailProvider(settings.mail_url, settings.mail_from, city_file.title).send
    feed = _at_home(settings.host), _feed_port_of_staff(settings)
    return create_own(
        door,
        ways=ways,
        ask=HomeOutage(*feed, _homes_secret(settings), wall.now_ms),
    )


def run_past() -> None:
    """Past: answers one feed about past positions, over its pipes, and ends with them."""
    import os

    from stormops.feed.past.archive import Archive
    from stormops.feed.past.process import NICENESS, serve
    from stormops.journal.snapshots import FileSnapshots

    os.nice(NICENESS)
    process = Process("past")
    process.hints.close()
    city, tree = process.city()
    folder = process.snapshots()
    stores = [FileSnapshots(folder), FileSnapshots(folder / "past")]
    journal = process.journal()
    archive = Archive(city, tree, journal, stores, file=folder / "past" / "marks.msgpack", now_ms=process.clock.now_ms)
    gc.collect()
    seldom_garbage()
    process.log.info("process_started")
    serve(archive, sys.stdin.fileno(), sys.stdout.fileno())
    journal.close()
    process.log.info("process_stopped")


def run_worker() -> None:
    """Worker: situation reports, by RQ or without it; text messages, where a provider is connected."""
    from redis import Redis

    from stormops.jobs.dues import Dues
    from stormops.jobs.situation_report import summarise, write
    from stormops.jobs.worker import Worker
    from stormops.operations.health import Health

    process = Process("worker")
    settings, city_file = process.settings, process.city_file
    city, tree = process.city()
    folder = settings.data / "reports"

    def write_report(why: str) -> str:
        report = summarise(_present(process, city, tree), city_file.title, city_file.time_zone, why)
        write(folder, report)
        return report.name

    dues = Dues(process.journal(), folder, settings.report_every_s * 1000)
    connection = Redis.from_url(settings.redis_url, socket_connect_timeout=1) if settings.redis_url else None
    worker = Worker(
        dues,
        write_report,
        now_ms=process.clock.now_ms,
        connection=connection,
        log=process.log,
        metrics=process.metrics,
    )
    health = Health(settings.host, settings.worker_port, process.metrics, lambda: worker.ready)
    stop = _stop_on_signals()
    sending = _start_sending(process, city, tree) if settings.messages else None
    process.log.info("process_started")
    worker.run(stop)
    if sending is not None:
        sending()
    health.close()
    process.log.info("process_stopped")


def run_transit() -> None:
    """Transit: reads the service alerts of the city's buses. Whatever it meets ends here and nowhere else."""
    import asyncio

    from stormops.jobs.transit_feed import MEMORY_BYTES_MAX, TransitFeed, timetable_of

    process = Process("transit")
    process.hints.close()
    settings, city_file = process.settings, process.city_file
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    feed = TransitFeed(
        transit_alerts_url(settings, city_file),
        settings.data,
        timetable_of(settings.city_file),
        offered(city_file.languages),
        clock=process.clock,
        log=process.log,
    )

    async def run() -> None:
        looking = asyncio.create_task(feed.run())
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, looking.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            await looking

    process.log.info("process_started")
    asyncio.run(run())
    process.log.info("process_stopped")


def _present(process: Process, city: City, tree: Tree) -> Situation:
    """The situation as the journal has it now."""
    from stormops.core.situation import Situation
    from stormops.journal.port import follow
    from stormops.journal.snapshots import FileSnapshots

    situation = Situation(city, tree)
    if found := FileSnapshots(process.snapshots()).newest(situation.schema):
        situation.restore(found[1])
    journal = process.journal()
    try:
        situation.apply(follow(journal, situation.position))
    finally:
        journal.close()
    return situation


def _start_sending(process: Process, city: City, tree: Tree) -> Callable[[], None]:
    """Send text messages in a thread of its own; gives what ends it."""
    import asyncio

    stop = threading.Event()
    thread = threading.Thread(
        target=lambda: asyncio.run(_send_messages(process, city, tree, stop)), name="messages", daemon=True
    )
    thread.start()

    def end() -> None:
        stop.set()
        thread.join(GRACEFUL_SECONDS)

    return end


async def _send_messages(process: Process, city: City, tree: Tree, stop: threading.Event) -> None:
    import random

    from stormops.admission.throttle import Throttle
    from stormops.intake.segments import fitted
    from stormops.intake.sms import TITLE_CHARACTERS_MAX
    from stormops.jobs.provider import RestProvider
    from stormops.jobs.sender import Message, Parts, Sender
    from stormops.journal.door import Door
    from stormops.journal.drained_file import DrainedReader
    from stormops.pages.messages import message_text

    settings, city_file = process.settings, process.city_file
    zone = ZoneInfo(city_file.time_zone)

    def begin() -> tuple[int, dict[int, Due]]:
        situation = _present(process, city, tree)
        return situation.position, situation.messages.due

    def write(one: Message) -> str:
        title = city_file.title[:TITLE_CHARACTERS_MAX]
        said = message_text(one.kind, one.language, title, zone, customers=one.customers, since_ms=one.since_ms)
        return fitted(said)

    journal = process.journal()
    door = Door(
        settings.data / f"node-{settings.node:02d}-messages.door",
        settings.node,
        process.clock,
        committed=lambda: process.hints.wake("doors"),
        trouble=lambda sentence: process.log.error("door_unavailable", sentence=sentence),
        drained=DrainedReader(settings.data),
        keep_ms=round(settings.door_keep_days * 86_400_000),
    )
    parts = Parts(
        journal=journal,
        door=door,
        hints=process.hints,
        provider=RestProvider(
            settings.messages_url, settings.messages_account, settings.messages_token, settings.messages_from
        ),
        brake=Throttle(time.monotonic, random.random),
        begin=begin,
        write=write,
        now_ms=process.clock.now_ms,
        per_second=settings.messages_per_second,
        log=process.log,
        metrics=process.metrics,
    )
    try:
        await Sender(parts).run(stop)
    finally:
        door.close()
        journal.close()


RUNNERS: dict[str, Callable[[], None]] = {
    "intake": run_intake,
    "operations": run_operations,
    "relay": run_relay,
    "feed": run_feed,
    "counter": run_counter,
    "past": run_past,
    "worker": run_worker,
    "transit": run_transit,
}


def run_process(name: str) -> None:
    """Run one process of the platform until it is told to stop. Dies with its parent."""
    die_with_parent()
    RUNNERS[name]()
