"""Every setting, with its default and its sentence; read from `STORMOPS_*` and the city file.

`docs/settings.md` is generated from this table, so it cannot lag behind.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from stormops.clock import Clock

Doc = msgspec.Meta


LogLevel = Literal["debug", "info", "warning", "error"]


class SettingsError(Exception):
    """A setting is missing or wrong; the message names it and says what to do."""


class CityFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`deploy/cities/*.toml`: every difference between two cities, as data."""

    name: Annotated[str, Doc(description="Short name, the same as the city pack's.")]
    title: Annotated[str, Doc(description="Name that people read.")]
    time_zone: Annotated[str, Doc(description="IANA time zone of local times.")] = "America/New_York"
    languages: Annotated[list[str], Doc(description="Languages of public pages, first is the default.")] = (
        msgspec.field(default_factory=lambda: ["en"])
    )
    phone: Annotated[str, Doc(description="Number to call when nothing else works.")] = ""
    emergency_phone: Annotated[
        str,
        Doc(description="Where a call about a wire or gas is connected to; empty = the caller is told to call 911."),
    ] = ""
    desk_phone: Annotated[str, Doc(description="Where a caller who wants a person is connected to; empty = none.")] = ""
    k: Annotated[int, Doc(description="Least customers in a publicly shown area.", ge=5)] = 20
    desk_cadence_ms: Annotated[int, Doc(description="Least wall time between two desk changes.", ge=20)] = 250
    public_cadence_ms: Annotated[int, Doc(description="Least wall time between two public changes.", ge=20)] = 1000
    open311_jurisdiction: Annotated[str, Doc(description="The `jurisdiction_id` of Open311; empty = the name.")] = ""
    open311_key_required: Annotated[bool, Doc(description="Open311 takes reports only with a partner's API key.")] = (
        False
    )
    transit_alerts_url: Annotated[
        str,
        Doc(
            description="GTFS-Realtime service alerts of the city's buses, http(s)://…; empty = staff's file alone.",
            pattern="^(https?://.*)?$",
        ),
    ] = ""
    remit_to: Annotated[list[str], Doc(description="Where cheques are mailed, a line each; printed on bills.")] = (
        msgspec.field(default_factory=list)
    )
    policy: Annotated[str, Doc(description="The policy pack that its counter goes by; empty = it has no counter.")] = ""
    transit_name: Annotated[str, Doc(description="Who runs the buses, as people call them; empty = the title.")] = ""
    channels: Annotated[list[str], Doc(description="Channels that the city offers.")] = msgspec.field(
        default_factory=lambda: ["web", "api", "desk"]
    )


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What a process needs to know. Field `x_y` is read from `STORMOPS_X_Y`."""

    data: Annotated[Path, Doc(description="Folder of doors, journal, snapshots and staff records.")] = Path("var/data")
    pack: Annotated[Path, Doc(description="Folder of the city pack in force.")] = Path("var/pack")
    city_file: Annotated[Path, Doc(description="The city file (TOML).")] = Path("deploy/cities/palmetto.toml")
    dashboards: Annotated[Path, Doc(description="Folder of the built dashboards.")] = Path("dashboards/dist")
    public_folder: Annotated[
        str,
        Doc(description="Folder of the public tree, for feed and any web server; empty = public/ in the data folder."),
    ] = ""
    public_tree_s: Annotated[
        float, Doc(description="Seconds between two public trees while live (not below 2), 0 = none.", ge=0)
    ] = 5
    policies: Annotated[
        str, Doc(description="Folder of policy packs (TOML); empty = policies/ beside the city file.")
    ] = ""
    host: Annotated[str, Doc(description="Address that intake, feed and counter listen on.")] = "127.0.0.1"
    intake_port: Annotated[int, Doc(description="Port of intake (writes).")] = 8311
    feed_port: Annotated[int, Doc(description="Port of feed (pages and reads).")] = 8312
    counter_port: Annotated[int, Doc(description="Port of counter (customer accounts, for staff).")] = 8318
    counter_own_port: Annotated[
        int, Doc(description="Port of counter for customers' own pages, and nothing else; -1 = there are none.", ge=-1)
    ] = 8319
    intake_fd: Annotated[
        int, Doc(description="Listening socket of intake inherited from the supervisor, -1 = none.")
    ] = -1
    feed_fd: Annotated[int, Doc(description="Listening socket of feed inherited from the supervisor, -1 = none.")] = -1
    intake_staff_port: Annotated[
        int,
        Doc(
            description="Port of intake for staff, whose connections wait in a queue that the public cannot fill; "
            "-1 = none.",
            ge=-1,
        ),
    ] = 8316
    feed_staff_port: Annotated[int, Doc(description="The same of feed: the desk is there; -1 = none.", ge=-1)] = 8317
    intake_staff_fd: Annotated[int, Doc(description="As intake_fd, for the staff's port.")] = -1
    feed_staff_fd: Annotated[int, Doc(description="As feed_fd, for the staff's port.")] = -1
    staff_ports_only: Annotated[
        bool,
        Doc(description="Sessions and sign-in count at the staff's ports alone; false = at the public's as well."),
    ] = False
    counter_fd: Annotated[
        int, Doc(description="Listening socket of counter inherited from the supervisor, -1 = none.")
    ] = -1
    counter_own_fd: Annotated[int, Doc(description="As counter_fd, for customers' own pages.")] = -1
    feed_processes: Annotated[
        int,
        Doc(description="Feed processes side by side on one port, for more sockets than one holds.", ge=1, le=64),
    ] = 1
    feed_epoch: Annotated[
        str,
        Doc(
            description="Name of the life of the feed's positions, drawn by the supervisor: clients may resume at any "
            "process that has the same; empty = each draws its own."
        ),
    ] = ""
    metrics_port: Annotated[int, Doc(description="Port of operations' health and metrics, 0 = any free one.")] = 8313
    worker_port: Annotated[int, Doc(description="Port of worker's health and metrics, 0 = any free one.")] = 8314
    intake_url: Annotated[str, Doc(description="Address of intake as browsers see it; empty = host and port.")] = ""
    feed_url: Annotated[str, Doc(description="Address of feed as browsers see it; empty = host and port.")] = ""
    intake_staff_url: Annotated[
        str,
        Doc(
            description="Address of intake's staff port as browsers see it; empty = host and port, or "
            "STORMOPS_INTAKE_URL where that is given."
        ),
    ] = ""
    feed_staff_url: Annotated[
        str,
        Doc(
            description="Address of feed's staff port, with the same host name; empty = host and port, or "
            "STORMOPS_FEED_URL where that is given."
        ),
    ] = ""
    counter_url: Annotated[str, Doc(description="Address of counter as browsers see it; empty = host and port.")] = ""
    counter_own_url: Annotated[
        str, Doc(description="Address of customers' own pages as browsers see it; empty = host and port.")
    ] = ""
    relay_port: Annotated[int, Doc(description="Port of relay's health and metrics, 0 = any free one.")] = 8315
    journal_url: Annotated[
        str,
        Doc(
            description="Shared journal of several machines, postgresql://…; empty = a file of this machine.",
            pattern="^(postgres(ql)?://.*)?$",
        ),
    ] = ""
    transit_alerts_url: Annotated[
        str,
        Doc(
            description="The city file's `transit_alerts_url` where it holds a key that is nobody's business.",
            pattern="^(https?://.*)?$",
        ),
    ] = ""
    redis_url: Annotated[str, Doc(description="Redis or Valkey by URL; empty = none (slower wake-ups, no jobs).")] = ""
    node: Annotated[
        int, Doc(description="Number of this machine's door, part of each receipt (0-99).", ge=0, le=99)
    ] = 1
    door_keep_days: Annotated[
        float,
        Doc(description="Days that a door keeps what the journal has already; keys are kept for seven.", ge=1),
    ] = 7
    clock_speed: Annotated[float, Doc(description="Platform seconds in a wall second (rehearsals).", gt=0)] = 1.0
    clock_epoch_ms: Annotated[int, Doc(description="Platform time at the anchor, ms since 1970.")] = 0
    clock_anchor_ms: Annotated[int, Doc(description="Wall time of the anchor, ms since 1970.")] = 0
    report_every_s: Annotated[int, Doc(description="Platform seconds between scheduled situation reports.", ge=60)] = (
        3600
    )
    meter_hold_s: Annotated[
        float,
        Doc(
            description="Platform seconds that a meter's loss must last to be evidence (reclosers are done by then).",
            ge=0,
        ),
    ] = 20
    messages_url: Annotated[
        str,
        Doc(
            description="Where text messages are handed over: a REST API as Twilio's, https://api.twilio.com; empty = "
            "nobody is signed up for messages.",
            pattern="^(https?://.*[^/])?$",
        ),
    ] = ""
    messages_account: Annotated[str, Doc(description="The account's id (SID) at that provider.")] = ""
    messages_token: Annotated[str, Doc(description="The account's auth token: a secret, give it by environment.")] = ""
    messages_from: Annotated[
        str, Doc(description="The city's number for messages, +18505550100.", pattern=r"^(\+[0-9]{7,15})?$")
    ] = ""
    messages_per_second: Annotated[
        float, Doc(description="Messages handed over in a second at most, as the provider takes them.", gt=0, le=1000)
    ] = 10
    mail_url: Annotated[
        str,
        Doc(
            description="Mail server for codes to customers, smtp://name:password@host:587 or smtps://…: it holds a "
            "secret, give it by environment; empty = codes go by text alone.",
            pattern="^(smtps?://.*)?$",
        ),
    ] = ""
    mail_from: Annotated[str, Doc(description="The city's address for mail.", pattern=r"^([^@\s]+@[^@\s]+)?$")] = ""
    trusted_proxies: Annotated[
        str,
        Doc(
            description="Networks of proxies whose X-Forwarded-For is believed, with commas (10.0.0.0/8); empty = none."
        ),
    ] = ""
    log_level: Annotated[LogLevel, Doc(description="debug, info, warning or error.")] = "info"

    def __post_init__(self) -> None:
        if not self.staff_ports_only:
            return
        intake = self.intake_staff_port, self.intake_url, self.intake_staff_url
        for port, public, staff in (intake, (self.feed_staff_port, self.feed_url, self.feed_staff_url)):
            if port < 0 or (public and staff in {"", public}):
                raise ValueError(
                    "STORMOPS_STAFF_PORTS_ONLY needs both staff ports, and their addresses where the public's are given"
                )

    @property
    def clock(self) -> Clock:
        """The platform's clock, the same in every process of one run."""
        return Clock(self.clock_speed, self.clock_epoch_ms, self.clock_anchor_ms)

    @property
    def origins(self) -> list[str]:
        """Browser origins that may write and subscribe: our own, the public's and the staff's."""
        return list(
            dict.fromkeys(
                [self.intake_url, self.feed_url, self.intake_staff_url, self.feed_staff_url, self.counter_url]
            )
        )

    @property
    def messages(self) -> bool:
        """Whether there is all that text messages need."""
        return bool(self.messages_url and self.messages_account and self.messages_token and self.messages_from)

    @property
    def mail(self) -> bool:
        """Whether there is all that mail needs."""
        return bool(self.mail_url and self.mail_from)

    @property
    def policy_folder(self) -> Path:
        """Folder of the policy packs."""
        return Path(self.policies) if self.policies else self.city_file.parent / "policies"

    @property
    def public(self) -> Path:
        """Folder of the public tree."""
        return Path(self.public_folder) if self.public_folder else self.data / "public"

    def environment(self) -> dict[str, str]:
        """These settings as environment variables, for a child process."""
        return {f"STORMOPS_{f.upper()}": str(getattr(self, f)) for f in self.__struct_fields__}


def transit_alerts_url(settings: Settings, city_file: CityFile) -> str:
    """Where the buses' service alerts are read from, "" = nowhere."""
    return settings.transit_alerts_url or city_file.transit_alerts_url


def addressed(settings: Settings) -> Settings:
    """The settings with the addresses that were left empty filled in from host and ports."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host

    def addresses(public: str, port: int, staff: str, staff_port: int) -> tuple[str, str]:
        # Who says how browsers reach one port has something in front; what leads to the other is theirs to say.
        own = public or f"http://{host}:{port}"
        return own, staff or (own if public or staff_port < 0 else f"http://{host}:{staff_port}")

    intake_url, intake_staff_url = addresses(
        settings.intake_url, settings.intake_port, settings.intake_staff_url, settings.intake_staff_port
    )
    feed_url, feed_staff_url = addresses(
        settings.feed_url, settings.feed_port, settings.feed_staff_url, settings.feed_staff_port
    )
    return msgspec.structs.replace(
        settings,
        intake_url=intake_url,
        feed_url=feed_url,
        intake_staff_url=intake_staff_url,
        feed_staff_url=feed_staff_url,
        counter_url=settings.counter_url or f"http://{host}:{settings.counter_port}",
        counter_own_url=settings.counter_own_url
        or (f"http://{host}:{settings.counter_own_port}" if settings.counter_own_port >= 0 else ""),
    )


def load_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Settings from the environment. Raises SettingsError naming the variable."""
    given: dict[str, Any] = {}
    for name in Settings.__struct_fields__:
        value = environ.get(f"STORMOPS_{name.upper()}")
        if value is not None:
            given[name] = value
    try:
        settings = msgspec.convert(given, Settings, strict=False, dec_hook=lambda t, v: t(v))
    except msgspec.ValidationError as error:
        raise SettingsError(f"a STORMOPS_ variable is wrong: {error}") from error
    if settings.clock_speed != 1 and not settings.clock_anchor_ms:  # 1970 at 600 times the speed is no year of ours
        raise SettingsError("STORMOPS_CLOCK_SPEED needs STORMOPS_CLOCK_ANCHOR_MS, and STORMOPS_CLOCK_EPOCH_MS with it")
    return settings


def load_city_file(path: Path) -> CityFile:
    """The city file. Raises SettingsError naming file and field."""
    try:
        city = msgspec.convert(tomllib.loads(path.read_text()), CityFile)
        ZoneInfo(city.time_zone)
    except (OSError, ValueError, msgspec.ValidationError) as error:
        raise SettingsError(f"{path}: {error}") from error
    except ZoneInfoNotFoundError as error:
        raise SettingsError(f"{path}: time_zone is not a zone of the IANA list: {error}") from error
    return city
