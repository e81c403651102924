"""Commands for people. Each says what it does, what it made, and what to do when it could not."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.progress import Progress

from stormops.clock import Clock
from stormops.gis.directory import ensure_directory
from stormops.gis.pack import PackError, check_name, read_head, read_pack, write_pack
from stormops.intake.partners import RIGHTS, PartnerError, add_partner
from stormops.rehearsal.storm import Storm, StormError, load_storm, storm_names
from stormops.settings import CityFile, Settings, SettingsError, load_city_file, load_settings
from stormops.supervisor import Supervisor, SupervisorError
from stormops.telemetry import Log

if TYPE_CHECKING:
    from stormops.rehearsal.run import Rehearsal

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Outage and storm operations for a city that owns its utilities and its buses.",
)
city_app = typer.Typer(no_args_is_help=True, help="Make, import and look at city packs.")
staff_app = typer.Typer(no_args_is_help=True, help="Accounts of the people at the desk.")
app.add_typer(city_app, name="city")
app.add_typer(staff_app, name="staff")
accounts_app = typer.Typer(no_args_is_help=True, help="Customers' accounts: a generated city's, and billing runs.")
app.add_typer(accounts_app, name="accounts")
partner_app = typer.Typer(no_args_is_help=True, help="Bearer tokens of machines that send in bulk.")
app.add_typer(partner_app, name="partner")

VAR = Path("var")
PACKS = VAR / "packs"
FINISH_SECONDS = 165
"""Wall seconds that `--finish` gives a storm, whatever its length."""
RUNS_KEPT = 3
"""Storm folders kept in var/storms; older ones are removed when a new storm begins."""

screen = Console(stderr=True, highlight=False)


def fail(message: str) -> typer.Exit:
    """Say what is wrong in one line and end with code 2."""
    screen.print(f"[bold red]stormops:[/] {message}")
    return typer.Exit(2)


def newest_pack(name: str) -> Path | None:
    """The newest pack of a city in var/packs, None when there is none."""
    found = [p for p in (PACKS / name).glob("*") if (p / "pack.json").exists()]
    return max(found, key=lambda p: (p / "pack.json").stat().st_mtime, default=None)


def pack_for(city: str) -> Path:
    """A pack by path or by name; the demo city is generated when it is not there yet."""
    if (Path(city) / "pack.json").exists():
        return Path(city)
    if found := newest_pack(city):
        return found
    if city != "palmetto":
        raise fail(f"no city pack {city!r}; make one with 'stormops city import' or give its folder")
    from geo.generate import generate_city

    with screen.status("Generating the demo city (once, a few seconds)…"):
        return write_pack(generate_city(), PACKS)


def ready_for_calls(pack: Path) -> Path:
    """The pack, with the directory that intake answers the telephone from; packs of older versions have none."""
    try:
        ensure_directory(pack)
    except OSError as error:
        screen.print(f"{pack} cannot be written ({error.strerror}): callers will be asked for their address")
    except PackError as error:
        raise fail(str(error)) from error
    return pack


def city_file_for(pack: Path) -> Path:
    """The city file of a pack, beside the platform's deployment files."""
    name = read_head(pack)["name"]
    path = Path("deploy/cities") / f"{name}.toml"
    if not path.exists():
        raise fail(f"{path} is missing: every city has one; copy deploy/cities/palmetto.toml and edit it")
    try:
        load_city_file(path)
    except SettingsError as error:
        raise fail(str(error)) from error
    return path


def city_name_or_fail(name: str) -> None:
    """An end with the reason, when this cannot name a city."""
    try:
        check_name(name)
    except PackError as error:
        raise fail(str(error)) from error


# --- city ----------------------------------------------------------------------------------------


@city_app.command("generate")
def city_generate(
    customers: Annotated[int, typer.Option(help="Premises to make.", min=200)] = 60_000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same city.")] = 1,
    name: Annotated[str, typer.Option(help="Short name.")] = "palmetto",
    title: Annotated[str, typer.Option(help="Name for people.")] = "Palmetto Springs",
    packs: Annotated[Path, typer.Option(help="Folder of city packs.")] = PACKS,
) -> None:
    """Generate a fictional city of any size, with streets, premises, services and an electric network."""
    from geo.generate import generate_city

    began = time.monotonic()
    city_name_or_fail(name)
    with screen.status(f"Generating {customers:,} customers…"):
        city = generate_city(customers=customers, seed=seed, name=name, title=title)
        try:
            place = write_pack(city, packs)
        except PackError as error:
            raise fail(str(error)) from error
    screen.print(f"{len(city.premises):,} premises in {time.monotonic() - began:.1f} s")
    typer.echo(place)


@city_app.command("import")
def city_import(
    name: Annotated[str, typer.Argument(help="Short name, the same as the city file's.")],
    addresses: Annotated[Path | None, typer.Option(help="Service addresses: CSV, GeoJSON or GeoPackage.")] = None,
    network: Annotated[
        Path | None, typer.Option(help="Electric network: folder of flat CSV, or OpenDSS (folder, archive, master).")
    ] = None,
    crosswalk: Annotated[Path | None, typer.Option(help="CSV of load bus and address id.")] = None,
    title: Annotated[str, typer.Option(help="Name for people.")] = "",
    time_zone: Annotated[str, typer.Option(help="IANA time zone.")] = "America/New_York",
    column: Annotated[
        list[str] | None, typer.Option(help="ours=theirs, e.g. street=PREDIR+NAME+TYPE; else recognised by name.")
    ] = None,
    address_crs: Annotated[str, typer.Option(help="CRS of the addresses, when the file does not say.")] = "",
    address_layer: Annotated[str, typer.Option(help="Layer of a GeoPackage that has several.")] = "",
    service: Annotated[
        list[str] | None, typer.Option(help="Utility served at every premise (repeat); else all four.")
    ] = None,
    network_master: Annotated[str, typer.Option(help="OpenDSS script to begin with, when there are several.")] = "",
    network_crs: Annotated[str, typer.Option(help="CRS of the network's coordinates, when geographic.")] = "",
    origin: Annotated[str, typer.Option(help="LON,LAT where a network in plane coordinates is put down.")] = "",
    rotate: Annotated[float, typer.Option(help="Degrees to turn such a network, counter-clockwise.")] = 0.0,
    unit: Annotated[str, typer.Option(help="Unit of its coordinates.")] = "ft",
    source: Annotated[
        list[str] | None, typer.Option(help="Bus that is a source, when the network does not say.")
    ] = None,
    packs: Annotated[Path, typer.Option(help="Folder of city packs.")] = PACKS,
) -> None:
    """Import a real city: addresses, network, or both. Says what is rough; a rough city still loads.

    A wrong file is refused with its row and the reason, and nothing is half-written.
    """
    from stormops.gis.importing.city import ImportOptions, describe, import_city
    from stormops.gis.importing.refusal import ImportRefused

    city_name_or_fail(name)
    columns = {ours: theirs for ours, _, theirs in (pair.partition("=") for pair in column or [])}
    try:
        where = tuple(float(part) for part in origin.split(",")) if origin else None
    except ValueError:
        where = ()
    if where is not None and len(where) != 2:
        raise fail(f"--origin {origin!r}: give LON,LAT in degrees, for example -79.8,36.0")
    options = ImportOptions(
        name=name,
        title=title,
        time_zone=time_zone,
        packs=packs,
        addresses=addresses,
        columns=columns,
        address_crs=address_crs,
        address_layer=address_layer,
        **({"services": tuple(service)} if service else {}),
        network=network,
        network_master=network_master,
        network_crs=network_crs,
        origin=(where[0], where[1]) if where else None,
        rotation_deg=rotate,
        unit=unit,
        sources=tuple(source or ()),
        crosswalk=crosswalk,
    )
    try:
        with screen.status("Importing…"):
            made = import_city(options)
    except (ImportRefused, PackError) as error:
        raise fail(f"{error} (nothing was written)") from error
    screen.print(describe(made.report), markup=False, soft_wrap=True)
    typer.echo(made.place)


@city_app.command("show")
def city_show(pack: Annotated[str, typer.Argument(help="A pack's folder, or a city's name.")] = "palmetto") -> None:
    """Show what a city pack holds, and what was rough when it was imported."""
    try:
        typer.echo(json.dumps(read_head(pack_for(pack)), indent=1, sort_keys=True))
    except PackError as error:
        raise fail(str(error)) from error


# --- staff ---------------------------------------------------------------------------------------


@staff_app.command("add")
def staff_add(
    name: Annotated[str, typer.Argument(help="Sign-in name.")],
    role: Annotated[
        str, typer.Option(help="What the person may do (docs/settings.md has all): viewer, dispatcher, cashier, …")
    ] = "dispatcher",
    password: Annotated[str, typer.Option(help="Empty = a random one is made and printed once.", hidden=True)] = "",
    data: Annotated[Path | None, typer.Option(help="Data folder (else STORMOPS_DATA).")] = None,
) -> None:
    """Make an account (or give it a new password) and print the password once."""
    from sqlalchemy.exc import OperationalError

    from stormops.staff.sign_in import StaffError

    folder = data or settings_or_fail().data
    try:
        made = add_staff(folder, name, role, password)
    except StaffError as error:
        raise fail(str(error)) from error
    except (OSError, OperationalError) as error:
        raise fail(f"cannot keep accounts in {folder}; give a data folder that can be written") from error
    typer.echo(f"{name} ({role}): {made}")


@staff_app.command("relate")
def staff_relate(
    name: Annotated[str, typer.Argument(help="Sign-in name.")],
    account: Annotated[
        list[str] | None, typer.Option(help="An account of the person, a relative or the household; again for each.")
    ] = None,
    data: Annotated[Path | None, typer.Option(help="Data folder (else STORMOPS_DATA).")] = None,
) -> None:
    """Say on which accounts a person never works; it replaces what was said before."""
    from stormops.staff.records import open_records
    from stormops.staff.sign_in import SignIn, StaffError

    folder = data or settings_or_fail().data
    try:
        SignIn(open_records(folder / "staff.sqlite"), Clock()).relate(name, account or [])
    except StaffError as error:
        raise fail(str(error)) from error
    typer.echo(f"{name}: {', '.join(sorted(set(account or []))) or 'none'}")


def add_staff(data: Path, name: str, role: str, password: str = "") -> str:
    """An account in a data folder; gives its password. Raises StaffError."""
    from stormops.staff.records import open_records
    from stormops.staff.sign_in import SignIn

    chosen = password or secrets.token_urlsafe(9)
    SignIn(open_records(data / "staff.sqlite"), Clock()).add(name, role, chosen)
    return chosen


# --- partners ------------------------------------------------------------------------------------


@partner_app.command("add")
def partner_add(
    name: Annotated[str, typer.Argument(help="Short name: small letters, digits, hyphens.")],
    may: Annotated[list[str], typer.Option(help=f"What it may send: {', '.join(RIGHTS)}; give it once for each.")],
    data: Annotated[Path | None, typer.Option(help="Data folder (else STORMOPS_DATA).")] = None,
) -> None:
    """Make a bearer token for a machine and print it once; only its hash is kept. It is in force at once."""
    folder = data or settings_or_fail().data
    try:
        token = add_partner(folder, name, may)
    except PartnerError as error:
        raise fail(str(error)) from error
    except OSError as error:
        raise fail(f"cannot keep partners in {folder}; give a data folder that can be written") from error
    typer.echo(token)


# --- accounts ------------------------------------------------------------------------------------


@accounts_app.command("generate")
def accounts_generate(
    city: Annotated[str, typer.Option(help="A generated city's name or its pack's folder.")] = "palmetto",
    months: Annotated[int, typer.Option(help="Bills of each account.", min=1, max=24)] = 24,
    customers: Annotated[int | None, typer.Option(help="Premises that have accounts; else all.", min=1)] = None,
    until: Annotated[str, typer.Option(help="The last day, YYYY-MM-DD; else today.")] = "",
    seed: Annotated[int, typer.Option(help="The same seed gives the same customers.")] = 1,
    data: Annotated[Path | None, typer.Option(help="Data folder (else STORMOPS_DATA); it must have no books.")] = None,
) -> None:
    """Make books of a fictional city: its customers with months of bills and payments, by the city's own policy.

    Bills go through the last full month; this month's meters are read and wait for 'stormops accounts bill'
    (cycle N of 20 is read and billed on day N + 1 of the month).
    60,000 premises with 24 months take half an hour and 11 GB; try '--customers 2000' or '--months 2' first.
    """
    from stormops import billing

    settings, city_data, city_file = _accounts_of(city, data)
    began = time.monotonic()
    try:
        day = _day(until, "until") if until else billing.today(city_file, Clock())
        limit = min(customers or len(city_data.premises), len(city_data.premises))
        with _bar("Accounts", limit) as progress:
            how = billing.Fill(day, months, limit, seed)
            loaded = billing.fill(settings, city_file, city_data, how, progress)
    except billing.BillingError as error:
        raise fail(str(error)) from error
    size = (settings.data / billing.BOOKS).stat().st_size
    screen.print(
        f"{loaded.records:,} records and {loaded.journals:,} journals, balanced; "
        f"{(time.monotonic() - began) / 60:.1f} minutes, {size / 1e6:,.0f} MB"
    )
    typer.echo(settings.data / billing.BOOKS)


@accounts_app.command("bill")
def accounts_bill(
    person: Annotated[str, typer.Option("--as", help="Your sign-in name; it must be a role that bills.")],
    until: Annotated[str, typer.Option(help="Bill up to and without this day, YYYY-MM-DD.")],
    due: Annotated[str, typer.Option(help="The bills' due day; else 20 days after it.")] = "",
    cycle: Annotated[int, typer.Option(help="The cycle, 1 … of; 0 = every account.", min=0)] = 0,
    of: Annotated[int, typer.Option(help="Into how many cycles the month is divided.", min=1, max=31)] = 20,
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, hidden=True)] = "",
    city: Annotated[str, typer.Option(help="A city's name or its pack's folder.")] = "palmetto",
    data: Annotated[Path | None, typer.Option(help="Data folder (else STORMOPS_DATA).")] = None,
) -> None:
    """Run the month's billing: reads, bills, journals, each account once, while the counter goes on working.

    Missing reads are estimated as the policy allows. What cannot be billed is a task of billing's with the reason.
    Interrupted, the same command goes on; run twice, it bills nothing twice.
    """
    from stormops import billing
    from stormops.books.billing_run import Order

    if cycle > of:
        raise fail(f"--cycle {cycle}: there are {of} cycles")
    settings, _, city_file = _accounts_of(city, data, network=False)
    last = _day(until, "until")
    order = Order(last, _day(due, "due") if due else last + timedelta(days=20), cycle, of)
    try:
        with _bar("Accounts", None) as progress:
            done = billing.run(settings, city_file, (person, password), order, progress)
    except billing.BillingError as error:
        raise fail(str(error)) from error
    screen.print(
        f"{done.bills:,} bills, ${done.cents / 100:,.2f}; {sum(done.exceptions.values()):,} for billing's queue"
    )
    typer.echo(msgspec.json.encode(done).decode())


def _accounts_of(city: str, data: Path | None, *, network: bool = True) -> tuple[Settings, Any, CityFile]:
    """Settings, the city (None without `network`), and the city file."""
    given = settings_or_fail()
    pack = pack_for(city)
    path = city_file_for(pack)
    settings = msgspec.structs.replace(given, pack=pack, city_file=path, data=data or given.data)
    try:
        return settings, read_pack(pack) if network else None, load_city_file(path)
    except PackError as error:
        raise fail(str(error)) from error


def _day(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise fail(f"--{option} {text!r}: write a day as 2026-12-01") from None


@contextlib.contextmanager
def _bar(what: str, total: int | None) -> Iterator[Callable[..., None]]:
    """A bar that is told how many are done, and of how many where that was not known."""
    with Progress(*Progress.get_default_columns(), console=screen, transient=True) as progress:
        task = progress.add_task(what, total=total)

        def told(done: int, of: int | None = None) -> None:
            progress.update(task, completed=done, total=total if of is None else of)

        yield told


# --- running -------------------------------------------------------------------------------------


def settings_or_fail() -> Settings:
    """Settings of the environment, or an end with the reason."""
    try:
        return load_settings()
    except SettingsError as error:
        raise fail(str(error)) from error


def _supervise(settings: Settings, level: str) -> Supervisor:
    try:
        return Supervisor(settings, Log("supervisor", level))
    except SupervisorError as error:
        raise fail(str(error)) from error


@app.command("up")
def up(
    city: Annotated[str, typer.Option(help="A city's name or its pack's folder.")] = "palmetto",
    data: Annotated[Path | None, typer.Option(help="Data folder (else STORMOPS_DATA).")] = None,
) -> None:
    """Start the platform: intake, operations, feed and worker, under one supervisor. Ctrl-C stops it."""
    given = settings_or_fail()
    pack = ready_for_calls(pack_for(city))
    settings = msgspec.structs.replace(given, pack=pack, city_file=city_file_for(pack), data=data or given.data)

    async def go() -> None:
        supervisor = _supervise(settings, settings.log_level)
        where = supervisor.settings
        screen.print(f"Public map  {where.feed_url}/\nReport      {where.feed_url}/report")
        screen.print(f"Desk        {where.feed_staff_url}/desk   (accounts: stormops staff add NAME)")
        if where.counter_fd >= 0:
            screen.print(f"Counter     {where.counter_url}/counter   (stormops staff add NAME --role cashier, …)")
        if where.counter_own_fd >= 0:
            screen.print(f"Customers   {where.counter_own_url}/account")
        await supervisor.run()

    asyncio.run(go())


def _fresh_run() -> Path:
    """A new data folder for one storm; only the newest few are kept."""
    storms = VAR / "storms"
    storms.mkdir(parents=True, exist_ok=True)
    for old in sorted(storms.iterdir())[: -(RUNS_KEPT - 1) or None]:
        shutil.rmtree(old, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=time.strftime("%Y%m%d-%H%M%S-"), dir=storms))


COUNTER_DEMO = ("representative", "cashier", "billing", "approver")
"""Roles of the counter that a rehearsal's accounts have."""

StormWork = Callable[["Rehearsal", Supervisor, dict[str, str]], Coroutine[Any, Any, None]]


async def _with_platform(settings: Settings, storm: Storm, seed: int, speed: float, work: StormWork) -> None:
    """Start the platform on fresh data with demo accounts, at the storm's time, and do the work."""
    from stormops.rehearsal.run import Rehearsal, Target

    passwords = {
        name: add_staff(settings.data, name, role)
        for name, role in (
            ("dispatcher", "dispatcher"),
            ("supervisor", "supervisor"),
            ("viewer", "viewer"),
            ("field", "dispatcher"),
            *((role, role) for role in COUNTER_DEMO),
        )
    }
    token = add_partner(settings.data, "control-system", ["telemetry"])
    clock = Clock(speed, storm.starts_ms, time.time_ns() // 1_000_000)
    timed = msgspec.structs.replace(
        settings, clock_speed=clock.speed, clock_epoch_ms=clock.epoch_ms, clock_anchor_ms=clock.anchor_ms
    )
    supervisor = _supervise(timed, "warning")
    running = asyncio.create_task(supervisor.run())
    try:
        where = supervisor.settings
        target = Target(
            intake_url=where.intake_url,
            intake_staff_url=where.intake_staff_url,
            feed_staff_url=where.feed_staff_url,
            person="field",
            password=passwords["field"],
            telemetry_token=token,
            clock=clock,
        )
        rehearsal = Rehearsal(target, await asyncio.to_thread(read_pack, settings.pack), storm, seed)
        working = asyncio.create_task(work(rehearsal, supervisor, passwords))
        await asyncio.wait({working, running}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            working.result()
        else:
            working.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await working
    finally:
        supervisor.stop()
        await running


async def _shown(rehearsal: Rehearsal) -> dict[str, Any]:
    """Run a rehearsal with a line of progress on the terminal."""
    from stormops.rehearsal.run import progress_lines

    line = progress_lines(rehearsal)
    running = asyncio.create_task(rehearsal.run())
    live = screen.is_terminal
    with screen.status("starting…") if live else contextlib.nullcontext() as status:
        last = 0.0
        while not running.done():
            await asyncio.wait({running}, timeout=0.5)
            if status is not None:
                status.update(line())
            elif time.monotonic() - last > 10:
                last = time.monotonic()
                screen.print(line())
    return running.result()


@app.command("storm")
def storm(
    city: Annotated[str, typer.Option(help="A city's name or its pack's folder.")] = "palmetto",
    shape: Annotated[str, typer.Option("--storm", help=f"{', '.join(storm_names())}, or a .toml file.")] = "squall",
    seed: Annotated[int, typer.Option(help="The same seed gives the same storm.")] = 1,
    speed: Annotated[float, typer.Option(help="Storm seconds in a wall second; 0 = 60, or what --finish needs.")] = 0,
    finish: Annotated[
        bool, typer.Option("--finish", help="Play to the end without a person, print the result, stop.")
    ] = False,
    accounts: Annotated[
        int,
        typer.Option(
            help="Customers with accounts and three months of bills at the counter, a thousand in 5 s.", min=0
        ),
    ] = 1_000,
) -> None:
    """Play a storm on the platform, live in the browser. This is the main job."""
    shape_data, pack = _storm_and_pack(shape, city)
    pace = speed or (max(60.0, shape_data.hours * 3600 / FINISH_SECONDS) if finish else 60.0)
    settings = msgspec.structs.replace(
        settings_or_fail(),
        pack=pack,
        city_file=city_file_for(pack),
        data=_fresh_run(),
        journal_url="",  # a rehearsal never writes where the city's own reports are
        metrics_port=0,
        worker_port=0,
        log_level="warning",
    )
    _fill_for(shape_data, settings, accounts)
    outcome: dict[str, Any] = {}

    async def work(rehearsal: Rehearsal, supervisor: Supervisor, passwords: dict[str, str]) -> None:
        where = supervisor.settings
        screen.print(f"[bold]{shape_data.title}[/] over {read_head(pack)['title']}, {pace:g} times as fast as life")
        screen.print(f"  public map   {where.feed_url}/")
        screen.print(f"  report form  {where.feed_url}/report")
        screen.print(f"  storm desk   {where.feed_staff_url}/desk")
        for name in ("dispatcher", "supervisor", "viewer"):
            screen.print(f"     sign in as {name:<14} password {passwords[name]}")
        if where.counter_fd >= 0:
            screen.print(f"  counter      {where.counter_url}/counter")
            for name in COUNTER_DEMO:
                screen.print(f"     sign in as {name:<14} password {passwords[name]}")
        screen.print("Ctrl-C stops everything.")
        outcome.update(await _shown(rehearsal))
        outcome["passed"] = rehearsal.passed(outcome)
        if not finish:
            screen.print("The storm is over; the screens stay up until Ctrl-C.")
            typer.echo(json.dumps(outcome))
            await asyncio.Event().wait()

    _play(_with_platform(settings, shape_data, seed, pace, work))
    if finish:
        _conclude(outcome)


def _fill_for(shape: Storm, settings: Settings, accounts: int) -> None:
    """Books for the counter of a rehearsed storm, as of the day before it; none for a city without a counter."""
    from stormops import billing

    city_file = load_city_file(settings.city_file)
    if not accounts or not city_file.policy:
        return
    city = read_pack(settings.pack)
    limit = min(accounts, len(city.premises))
    day = datetime.fromtimestamp(shape.starts_ms / 1000, UTC).date() - timedelta(days=1)
    try:
        with screen.status(f"Accounts of {limit:,} premises, with their bills…"):
            billing.fill(settings, city_file, city, billing.Fill(day, 3, limit), lambda _: None)
    except billing.BillingError as error:
        screen.print(f"The counter opens without accounts: {error}", markup=False)


@app.command("rehearse")
def rehearse(
    city: Annotated[str, typer.Option(help="A city's name or its pack's folder.")] = "palmetto",
    shape: Annotated[str, typer.Option("--storm", help=f"{', '.join(storm_names())}, or a .toml file.")] = "squall",
    seed: Annotated[int, typer.Option(help="The same seed gives the same storm.")] = 1,
    speed: Annotated[float, typer.Option(help="Storm seconds in a wall second.", min=0.1)] = 240,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole result as JSON, on one line.")] = False,
) -> None:
    """Rehearse a storm on a platform of its own (free ports, fresh data) and grade it."""
    shape_data, pack = _storm_and_pack(shape, city)
    outcome: dict[str, Any] = {}

    async def work(rehearsal: Rehearsal, supervisor: Supervisor, passwords: dict[str, str]) -> None:
        del supervisor, passwords
        outcome.update(await _shown(rehearsal))
        outcome["passed"] = rehearsal.passed(outcome)

    with tempfile.TemporaryDirectory(prefix="stormops-rehearsal-") as folder:
        settings = msgspec.structs.replace(
            settings_or_fail(),
            pack=pack.resolve(),
            city_file=city_file_for(pack).resolve(),
            data=Path(folder),
            journal_url="",
            intake_port=0,
            feed_port=0,
            intake_staff_port=0,
            feed_staff_port=0,
            metrics_port=0,
            worker_port=0,
            counter_port=0,
            counter_own_port=0,
            log_level="warning",
        )
        _play(_with_platform(settings, shape_data, seed, speed, work))
    if not as_json and outcome:
        for group in ("reports", "customers", "delay_s"):
            screen.print(f"{group}: {json.dumps({k: v for k, v in outcome[group].items() if not isinstance(v, list)})}")
    _conclude(outcome)


def _storm_and_pack(shape: str, city: str) -> tuple[Storm, Path]:
    try:
        return load_storm(shape), ready_for_calls(pack_for(city))
    except (StormError, PackError) as error:
        raise fail(str(error)) from error


def _play(work: Coroutine[Any, Any, None]) -> None:
    """Run to the end or to Ctrl-C, which ends quietly after every process has stopped."""
    from stormops.rehearsal.run import RehearsalError

    try:
        asyncio.run(work)
    except RehearsalError as error:
        raise fail(str(error)) from error
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)


def _conclude(outcome: dict[str, Any]) -> None:
    """Print the result as the last line; the exit code says whether anything was lost or doubled."""
    if not outcome:
        sys.exit(128 + signal.SIGINT)
    typer.echo(json.dumps(outcome))
    sys.exit(0 if outcome["passed"] else 1)


@app.command("public-refresh")
def public_refresh(
    rung: Annotated[str, typer.Argument(help="live, 60s, 5min, static; auto leaves it to mode and load.")],
    data: Annotated[Path, typer.Option(help="Data folder of the platform.")] = Path("var/data"),
) -> None:
    """Set how often the public map's files and the pages that read them renew themselves."""
    from stormops.feed.publish.ladder import hand_of
    from stormops.feed.publish.publisher import HAND_FILE

    if rung != "auto" and hand_of(rung) is None:
        raise fail(f"there is no rung {rung!r}: live, 60s, 5min, static or auto")
    if not data.is_dir():
        raise fail(f"{data} is no data folder")
    (data / HAND_FILE).write_text(f"{rung}\n")
    typer.echo(f"The public map is now {rung} (at its next publication).")


@app.command("docs", hidden=True)
def docs(folder: Annotated[Path, typer.Argument(help="Where to write.")] = Path("docs")) -> None:
    """Write the pages of docs/ that are made from the code."""
    from stormops.handbook import write_pages

    for place in write_pages(folder):
        typer.echo(place)
