"""The shapes of feed's answers, for its OpenAPI document. A test holds every real answer against them.

Answers are plain dictionaries where they are made (`core.view*`, `questions`); these structs say what is in
them and nothing else: a field more or less fails the test. Times are platform milliseconds, places WGS 84 degrees.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from stormops.core.incident import State
from stormops.core.levels import Mode
from stormops.core.mode import Level
from stormops.core.report import Channel, Symptom, Utility
from stormops.core.sentence import Sentence
from stormops.feed.help_places import HelpPlace
from stormops.transit.alert import Cause, Effect, Severity

Receipt = Annotated[str, msgspec.Meta(pattern="^[0-9]{2}-[0-9]{4}-[0-9]{4}-[0-9]{3}-[0-9]$")]
Count = Annotated[int, msgspec.Meta(ge=0)]
Per10000 = Annotated[int, msgspec.Meta(ge=0, le=10_000)]
Point = Annotated[list[float], msgspec.Meta(min_length=2, max_length=2)]
Box = Annotated[list[float], msgspec.Meta(min_length=4, max_length=4)]


class Answer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of every shape: all of these fields, and no others."""


class IncidentStatus(Answer, frozen=True, kw_only=True):
    """What anybody with a receipt or an account may know of an incident. `others`: reports besides this one."""

    state: str
    since_ms: int
    others: Count
    customers_out: Count


class ReceiptStatus(Answer, frozen=True, kw_only=True):
    """What became of a report, at journal position `n`."""

    receipt: Receipt
    n: int
    at_ms: int
    state: Literal["received", "matched", "unmatched", "restored", "cancelled", "withdrawn"]
    received_ms: int
    incident: IncidentStatus | msgspec.UnsetType = msgspec.UNSET


class PublicArea(Answer, frozen=True, kw_only=True):
    """An area of the fixed partition, never with fewer than k customers. `since_ms` null: nobody is out there."""

    id: str
    name: str
    customers: Count
    out: Count
    since_ms: int | None


class AreaOfAddress(Answer, frozen=True, kw_only=True):
    """The area that an address is in, as the public picture at `n` has it."""

    n: int
    at_ms: int
    area: PublicArea


class Places(Answer, frozen=True, kw_only=True):
    """Shelters, cooling centres, places to charge and to get water; those that are open first."""

    places: list[HelpPlace]


class TransitAlert(Answer, frozen=True, kw_only=True):
    """Buses that do not run as usual, in GTFS-Realtime's terms; plain texts by language.

    `whole`: all buses are meant; without it, routes and stops: some trips. `source`: the city's staff or its feed.
    """

    effect: Effect
    cause: Cause
    severity: Severity
    whole: bool
    routes: list[str]
    stops: list[str]
    route_ids: list[str]
    stop_ids: list[str]
    header: dict[str, str]
    description: dict[str, str]
    start_ms: int | None
    end_ms: int | None
    source: Literal["staff", "feed"]


class TransitSource(Answer, frozen=True, kw_only=True):
    """Whose feed it is, of when its word is, from when on (platform ms) it is too old to say that all buses run.

    Both times are null while it has never been heard.
    """

    name: str
    as_of_ms: int | None
    old_from_ms: int | None


class TransitAlerts(Answer, frozen=True, kw_only=True):
    """The alerts that hold now, what stops first, and how many more there are; `feed` null: the city has none."""

    alerts: list[TransitAlert]
    more: int
    feed: TransitSource | None


class Service(Answer, frozen=True, kw_only=True):
    """One service of a premise. Silence is not "on": that is unknown."""

    utility: Utility
    believed: Literal["out", "on", "unknown"]
    incident: IncidentStatus | None


class Reported(Answer, frozen=True, kw_only=True):
    """Open reports from a premise."""

    count: Count
    first_ms: int
    last_ms: int


class Believed(Answer, frozen=True, kw_only=True):
    """What is known of one premise of an account. `place`: what intake's `messages` takes, for six hours."""

    services: list[Service]
    reported: Reported | None
    place: str | None


class PremisesOfAccount(Answer, frozen=True, kw_only=True):
    """What the customer of an account may know: no address, no name, nothing medical."""

    n: int
    at_ms: int
    premises: list[Believed]


class Snapshot(Answer, frozen=True, kw_only=True):
    """A view at one position, a flat map of keys (ARCHITECTURE.md, Views)."""

    n: int
    epoch: str
    at_ms: int
    server_ms: int
    view: dict[str, Any]


class PastWhole(Answer, frozen=True, kw_only=True):
    """The desk's view at a past position, for who holds none."""

    type: Literal["snapshot"]
    n: int
    epoch: str
    at_ms: int
    server_ms: int
    view: dict[str, Any]


class PastChanges(Answer, frozen=True, kw_only=True):
    """What leads from the view that the desk holds (at `from`) to that at `n`, before it or after it."""

    type: Literal["changes"]
    from_n: int = msgspec.field(name="from")
    n: int
    at_ms: int
    server_ms: int
    set: dict[str, Any]
    unset: list[str]


class Mark(Answer, frozen=True, kw_only=True):
    """What stands out: from position `n` on it is seen. An incident's `customers`: at most so many at once."""

    kind: Literal["mode", "incident"]
    at_ms: int
    n: int
    mode: str | msgspec.UnsetType = msgspec.UNSET
    was: str | msgspec.UnsetType = msgspec.UNSET
    cause: str | msgspec.UnsetType = msgspec.UNSET
    incident: str | msgspec.UnsetType = msgspec.UNSET
    customers: int | msgspec.UnsetType = msgspec.UNSET


class Marks(Answer, frozen=True, kw_only=True):
    """Changes of mode and the largest incidents up to position `through`; `whole`: that is the journal's end."""

    through: int
    whole: bool
    first_ms: int
    marks: list[Mark]


class PremiseOutage(Answer, frozen=True, kw_only=True):
    """When a premise was out, by which incident; `until_ms` 0 = it still is. `confirmed`: people saw it."""

    incident: str
    since_ms: int
    until_ms: int
    confirmed: bool


class PremiseOutages(Answer, frozen=True, kw_only=True):
    """Of one premise, the latest first; `whole`: the journal was read to its end."""

    whole: bool
    outages: list[PremiseOutage]


class Config(Answer, frozen=True, kw_only=True):
    """What a page needs to know of the city. `bbox` is west, south, east, north."""

    city: str
    title: str
    phone: str
    languages: list[str]
    intake_url: str
    feed_url: str
    centre: Point
    bbox: Box
    time_zone: str
    clock_speed: float


class Session(Answer, frozen=True, kw_only=True):
    """Who is signed in, and where and with what token to write."""

    person: str
    roles: list[str]
    desk: str
    shift: int
    shift_since_ms: int
    csrf: str
    intake_url: str
    counter_url: str
    """Where the customers' accounts are, "" = this city has no counter."""


class IncidentValue(Answer, frozen=True, kw_only=True):
    """An incident as the desk sees it. `reports` counts what people said, `meters` those that say off.

    `customers_out_low`, `customers_out_high`: between them with a chance of .8, null where nothing is inferred.
    `switched`: people opened its device.
    """

    id: str
    utility: Utility
    state: State
    device: str | None
    device_kind: str | None
    feeder: str | None
    lon: float | None
    lat: float | None
    customers_out: Count
    customers_out_max: Count
    customers_out_low: Count | None
    customers_out_high: Count | None
    customers_restored: Count
    reports: Count
    meters: Count
    since_ms: int
    opened_ms: int
    updated_ms: int
    place: Sentence | str
    hull: list[Point] | None
    probability: Per10000
    confirmed_by: str | None
    switched: bool
    reasons: list[Sentence | str]
    safety: Count
    medical: Count
    repeats: Count


class Candidate(Answer, frozen=True, kw_only=True):
    """A premise that a report may mean."""

    premise: str
    address: str
    penalty: Per10000
    reasons: list[Sentence | str]
    lon: float | None
    lat: float | None


class Words(Answer, frozen=True, kw_only=True):
    """A report as it was given."""

    channel: Channel | msgspec.UnsetType = msgspec.UNSET
    symptom: Symptom | msgspec.UnsetType = msgspec.UNSET
    utility: Utility | msgspec.UnsetType = msgspec.UNSET
    safety: bool | msgspec.UnsetType = msgspec.UNSET
    medical: bool | msgspec.UnsetType = msgspec.UNSET
    said: str | msgspec.UnsetType = msgspec.UNSET
    note: str | msgspec.UnsetType | None = msgspec.UNSET
    callback: str | msgspec.UnsetType | None = msgspec.UNSET


class LaterReport(Words, frozen=True, kw_only=True):
    """A report that said another one again."""

    receipt: Receipt
    received_ms: int


class FullReport(Words, frozen=True, kw_only=True):
    """An open report, where it was put and why. `rule` and `penalty` are of matching; `why`, why it is nowhere.

    `noted`: the newest report with a note of those that said it again.
    """

    receipt: Receipt
    received_ms: int
    repeats: Count
    heard_ms: int
    noted: LaterReport | None
    state: Literal["received", "matched", "unmatched"]
    answered: bool
    premise: str | None
    address: str | None
    lon: float | None
    lat: float | None
    incident: str | None
    rule: str | None
    penalty: Per10000 | None
    reasons: list[Sentence | str]
    why: Sentence | str | None
    candidates: list[Candidate]


class Alternative(Answer, frozen=True, kw_only=True):
    """Another device that may be the cause."""

    device: str
    device_kind: str | None
    probability: Per10000


class Against(Answer, frozen=True, kw_only=True):
    """Silent customers right below a device, and their share of all that silence says against the prediction."""

    device: str
    device_kind: str | None
    silent: Count
    share: Per10000


class Question(Answer, frozen=True, kw_only=True):
    """What to ask next: call a customer, ping a meter, look at a device; `gain` in thousandths of a bit."""

    kind: Literal["call", "ping", "look"]
    target: str
    address: str | None
    gain: int


class ArgumentValue(Answer, frozen=True, kw_only=True):
    """What a dispatcher argues with about a predicted incident."""

    customers_out: tuple[int, int]
    alternatives: list[Alternative]
    against: list[Against]
    next: list[Question]


class NarrowerValue(Answer, frozen=True, kw_only=True):
    """Most of the premises that call, `callers` of `of`, are below these devices, which are below the one predicted."""

    devices: list[str]
    callers: Count
    of: Count


class IncidentDetail(Answer, frozen=True, kw_only=True):
    """An incident with its reports: at most 500 of `reports_total`, danger first, then the oldest.

    `sightings`: the actions of those that bear on it, as the view's `sighting/{action}`.
    """

    n: int
    at_ms: int
    incident: IncidentValue
    argument: ArgumentValue | None
    narrower: NarrowerValue | None
    sightings: list[str]
    reports_total: Count
    reports: list[FullReport]


class OpenReportDetail(FullReport, frozen=True, kw_only=True):
    """One open report in full; `duplicates` are the receipts that name it as well.

    `later`: what those said of them that said it again, newest first: at most 20 of `later_total`, those with a
    note before those without.
    """

    n: int
    duplicates: list[Receipt]
    later: list[LaterReport]
    later_total: Count


class ClosedReportDetail(Words, frozen=True, kw_only=True):
    """One report that has left the situation. `duplicates`, `later` and `later_total` as of an open one."""

    n: int
    receipt: Receipt
    state: Literal["restored", "cancelled", "withdrawn"]
    incident: str | None
    received_ms: int
    duplicates: list[Receipt]
    later: list[LaterReport]
    later_total: Count


class PremisesOut(Answer, frozen=True, kw_only=True):
    """Ids of the premises that are out because of one incident."""

    n: int
    premises: list[str]


class AllOut(Answer, frozen=True, kw_only=True):
    """Ids of all premises that are without at least one service."""

    n: int
    at_ms: int
    premises: list[str]


class FoundPremise(Answer, frozen=True, kw_only=True):
    """A premise that a report may be placed at."""

    premise: str
    address: str
    lon: float | None
    lat: float | None
    by: Literal["account", "meter", "phone"] | msgspec.UnsetType = msgspec.UNSET


class FoundPremises(Answer, frozen=True, kw_only=True):
    """Up to 20 premises, best or nearest first."""

    premises: list[FoundPremise]


class PremiseKnown(Answer, frozen=True, kw_only=True):
    """What is known of a premise while its customer is on the phone."""

    n: int
    premise: str
    address: str
    incidents: list[IncidentValue]
    reports: list[Receipt]
    meter: Literal["off", "on", "unknown"]


class ReportOfCustomer(Answer, frozen=True, kw_only=True):
    """An open report of a premise, in words; `later` as in the report's detail."""

    receipt: Receipt
    symptom: Symptom
    channel: Channel
    received_ms: int
    heard_ms: int
    repeats: Count
    safety: bool
    medical: bool
    answered: bool
    note: str | None
    callback: str | None
    later: list[LaterReport]


class Customer(Answer, frozen=True, kw_only=True):
    """The customer on the line: at most 50 of `reports_total` in words; `nested`: out though the outage is over.

    `callbacks`: each number to call, those of later reports too, with the words that came with it last.
    """

    n: int
    at_ms: int
    premise: str
    address: str
    lon: float | None
    lat: float | None
    account: str | None
    phone: str | None
    meter_number: str | None
    meter: Literal["off", "on", "unknown"]
    device: str | None
    incidents: list[IncidentValue]
    reports_total: Count
    reports: list[ReportOfCustomer]
    callbacks: list[ReportOfCustomer]
    medical: bool
    nested: bool


class SwitchValue(Answer, frozen=True, kw_only=True):
    """A device that can be opened and closed. Since when, by whom and why are null where nobody ever operated it.

    `customers`: how many nothing feeds because it is open; `parallel`: it closes a ring.
    """

    device: str
    kind: str
    feeder: str
    open: bool
    normally_open: bool
    since_ms: int | None
    by: str | None
    reason: Sentence | str | None
    source: Literal["person", "telemetry", "confirmed"] | None
    customers: Count
    parallel: bool
    lon: float | None
    lat: float | None


class FoundSwitches(Answer, frozen=True, kw_only=True):
    """Devices whose names have what was typed in them; the shortest names first."""

    n: int
    at_ms: int
    switches: list[SwitchValue]


class SwitchEffect(Answer, frozen=True, kw_only=True):
    """What it would do to open or close a device: customers moved to other feeders, left without service, fed again.

    `feeders` feed those that move, or are fed again, afterwards. `parallel`: it would close a ring.
    """

    open: bool
    moved: Count
    dark: Count
    fed: Count
    feeders: list[str]
    parallel: bool


class SwitchDetail(Answer, frozen=True, kw_only=True):
    """A device, and what it would do to operate it."""

    n: int
    at_ms: int
    switch: SwitchValue
    effect: SwitchEffect


class DoubtedLinkValue(Answer, frozen=True, kw_only=True):
    """A customer who likely hangs on another transformer than the records say. `metres` to the likely one."""

    premise: str
    address: str
    recorded: str
    recorded_kind: str
    likely: str | None
    metres: Count | None
    probability: Per10000
    by_meter: bool
    why: str
    at_ms: int
    lon: float | None
    lat: float | None


class DoubtedLinks(Answer, frozen=True, kw_only=True):
    """Links to be repaired in the records, the surest first."""

    n: int
    at_ms: int
    links: list[DoubtedLinkValue]


class Course(Answer, frozen=True, kw_only=True):
    """The storm so far: samples of [platform ms, customers out, reports received], at most 1,440."""

    n: int
    at_ms: int
    samples: list[Annotated[list[int], msgspec.Meta(min_length=3, max_length=3)]]


class ModeSaid(Answer, frozen=True, kw_only=True):
    """A mode and its sentence for staff and for the public."""

    mode: Mode
    sentence: str
    public: str


class FunctionServed(Answer, frozen=True, kw_only=True):
    """A function of the platform and its service level in each mode."""

    name: str
    title: str
    criticality: Literal["P0", "P1", "P2", "P3"]
    levels: dict[Mode, Level]
    sentence: str


class ModeTable(Answer, frozen=True, kw_only=True):
    """The ladder of modes and the one table of functions."""

    modes: list[ModeSaid]
    functions: list[FunctionServed]


class SituationReportNames(Answer, frozen=True, kw_only=True):
    """Names of the newest situation reports, newest first."""

    reports: list[str]


class Alive(Answer, frozen=True, kw_only=True):
    """The process is alive."""

    status: Literal["ok"]


class Ready(Answer, frozen=True, kw_only=True):
    """Whether there is a picture that follows the journal, and its position."""

    ready: bool
    n: int


class Problem(Answer, frozen=True, kw_only=True):
    """RFC 9457 problem details; `code` is for programs."""

    type: str
    title: str
    status: int
    code: str
