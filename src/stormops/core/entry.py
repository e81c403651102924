"""Entries: every fact of the journal, and the envelope that gives it a place in the one order.

News comes from doors (reports and desk actions); facts come from `core.decide` at ticks. Entries
are versioned by their tag: a tag, once released, keeps its meaning and stays readable for ever.
Times are integer milliseconds since the Unix epoch, UTC; probabilities and penalties are integers
per 10,000, so that no float is ever part of what is hashed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from stormops.core.levels import Mode
from stormops.core.report import Channel, Report, Utility
from stormops.core.sentence import Words

PER = 10_000
"""Probabilities and penalties are integers per this."""


class Fact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="fact", gc=False):
    """Base of everything the journal can hold."""


class Actor(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who did it: person (user name), desk and shift. Every desk action carries one."""

    person: str
    desk: str
    shift: int


# --- news: written to a door first --------------------------------------------------------------


class ReportReceived(Fact, frozen=True, kw_only=True, tag="report_received"):
    """A customer's report, on disk in a door. `key` is the sender's idempotency key.

    `sender` is a keyed hash of who sent it, never the address itself. `by` is who typed what a caller said.
    """

    receipt: str
    channel: Channel
    report: Report
    sender: str = ""
    key: str = ""
    by: Actor | None = None


class ContactPreference(Fact, frozen=True, kw_only=True, tag="contact_preference"):
    """Whether we may send text messages to a phone (digits), as its owner said. The last one said holds.

    `word` is what was texted. Whoever sends messages of its own accord must ask here first.
    """

    phone: str
    stopped: bool
    word: str = ""
    language: str = ""


class MessagesRequested(Fact, frozen=True, kw_only=True, tag="messages_requested"):
    """Somebody asked, on a page, that a phone (digits) be sent messages on the outage at one place.

    The place is that of `receipt`, or `premise` (id). Nothing is sent but a question until that phone says yes.
    """

    phone: str
    language: str
    receipt: str = ""
    premise: str = ""


class MessagesConfirmed(Fact, frozen=True, kw_only=True, tag="messages_confirmed"):
    """The phone (digits) itself said yes, by text: to what was asked for it, else to the place of its own `receipt`."""

    phone: str
    language: str
    receipt: str = ""


class MessagesClaimed(Fact, frozen=True, kw_only=True, tag="messages_claimed"):
    """A sender would send these due messages now; `claim` is its own name for this time. Deciding grants or not.

    `numbers`: positions of the entries that have the phones (`core.messages`).
    """

    claim: str
    numbers: list[int]


MESSAGE_OUTCOMES = {"sent": "S", "refused": "R", "late": "L", "dropped": "D", "unclear": "U"}
"""What became of a granted message, one letter each: the provider has it; refused for good; its time ended; it was no
longer true or wanted; or nobody knows whether the provider took it, and it is not sent again."""


class MessagesSettled(Fact, frozen=True, kw_only=True, tag="messages_settled"):
    """What became of granted messages: `outcomes` one letter each (`MESSAGE_OUTCOMES`)."""

    claim: str
    numbers: list[int]
    outcomes: str


METER_LETTERS = {"last_gasp": "G", "out": "F", "restore": "R", "on": "N"}
"""Kinds of meter events as the journal keeps them: gasp, off (a check said so), restored, on (a check said so)."""


class MeterEventsReceived(Fact, frozen=True, kw_only=True, tag="meter_events_received"):
    """A body of meter events, on disk in a door: columns of one length.

    `meters` as the partner gave them, known here or not; `kinds` one letter each (`METER_LETTERS`);
    `at_ms` when it happened, as the meter or the head end says; `decivolts` what was measured with it
    (-1 = nothing), empty when nothing was measured at all. `partner` names who sent it.
    """

    receipt: str
    partner: str
    meters: list[str]
    kinds: str
    at_ms: list[int]
    decivolts: list[int] = []


DEVICE_LETTERS = {"open": "O", "closed": "C", "unknown": "U"}
"""States of a telemetered device as the journal keeps them; unknown: its link is lost."""


class DeviceStatesReceived(Fact, frozen=True, kw_only=True, tag="device_states_received"):
    """A body of states of telemetered devices, on disk in a door: columns of one length.

    `devices` as the partner gave them (ids of the network, known here or not); `states` one letter each
    (`DEVICE_LETTERS`); `at_ms` when each came to be so, as the control system says. `partner` names who sent it.
    """

    receipt: str
    partner: str
    devices: list[str]
    states: str
    at_ms: list[int]


class Action(Fact, frozen=True, kw_only=True):
    """Base of what a person at a desk decides. `action` names it for refusals and for undo."""

    action: str
    by: Actor
    reason: str


class ReportPlaced(Action, frozen=True, kw_only=True, tag="report_placed"):
    """A person puts a report at a premise (id), whatever matching thought."""

    receipt: str
    premise: str


class ReportWithdrawn(Action, frozen=True, kw_only=True, tag="report_withdrawn"):
    """A person takes a report out of consideration (a mistake, a test call, power is on)."""

    receipt: str


class IncidentConfirmed(Action, frozen=True, kw_only=True, tag="incident_confirmed"):
    """A person confirms the incident, at `device` when the open device was seen to be another."""

    incident: str
    device: str | None = None


class IncidentsMerged(Action, frozen=True, kw_only=True, tag="incidents_merged"):
    """A person says that `incidents` are one with `into`."""

    into: str
    incidents: list[str]


class IncidentSplit(Action, frozen=True, kw_only=True, tag="incident_split"):
    """A person says that these reports of the incident have a cause of their own."""

    incident: str
    receipts: list[str]


class IncidentCancelled(Action, frozen=True, kw_only=True, tag="incident_cancelled"):
    """A person says that there is no outage here: its reports are answered, nobody was out."""

    incident: str


class IncidentRestored(Action, frozen=True, kw_only=True, tag="incident_restored"):
    """A person says that service is back, for all of it or, partly, below `device`."""

    incident: str
    device: str | None = None


class DeviceSeenClosed(Action, frozen=True, kw_only=True, tag="device_seen_closed"):
    """A person says that the field saw this device of a predicted incident closed: the cause is another."""

    incident: str
    device: str


class ServiceAlone(Action, frozen=True, kw_only=True, tag="service_alone"):
    """A person says that the trouble is at the one service of this report of a predicted incident, not above it."""

    incident: str
    receipt: str


class SightingRetracted(Action, frozen=True, kw_only=True, tag="sighting_retracted"):
    """A person takes back what the action `sighting` said: a device seen closed, or one service alone."""

    sighting: str


class SwitchOperated(Action, frozen=True, kw_only=True, tag="switch_operated"):
    """A person says that a device (breaker, recloser, fuse, switch, tie) is open, or closed, from now on."""

    device: str
    open: bool


class SituationReportRequested(Action, frozen=True, kw_only=True, tag="situation_report_requested"):
    """A person asks for a situation report now, outside the schedule."""


class SafetyAcknowledged(Action, frozen=True, kw_only=True, tag="safety_acknowledged"):
    """A person has taken a safety report on: its clock stops."""

    receipt: str


class ModeDeclared(Action, frozen=True, kw_only=True, tag="mode_declared"):
    """A person wants the platform in this mode. `relax`: their role may also declare a milder one."""

    mode: Mode
    scope: str = "city"
    relax: bool = False


# --- facts: decided at ticks ---------------------------------------------------------------------


class CityAdopted(Fact, frozen=True, kw_only=True, tag="city_adopted"):
    """The city pack in force from here on; `hash` is the pack's content hash."""

    name: str
    hash: str


class Tick(Fact, frozen=True, kw_only=True, tag="tick"):
    """The journal's time. `core.decide` runs here and nowhere else.

    Not `explains`: whoever decided was behind, and left incidents and predictions to a later tick (`Decider.decide`).
    """

    number: int
    at_ms: int
    explains: bool = True


class Decided(Fact, frozen=True, kw_only=True, tag="decided"):
    """Everything up to position `through` has been decided on, at tick `tick`."""

    tick: int
    through: int


class Candidate(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A premise that a report may mean; `penalty` per 10,000 (0 = exact), reasons for people."""

    premise: str
    penalty: int
    reasons: Sequence[Words] = []


class ReportMatched(Fact, frozen=True, kw_only=True, tag="report_matched"):
    """The report means this premise. `rule` names the way it was found."""

    receipt: str
    premise: str
    penalty: int
    rule: str
    reasons: Sequence[Words] = []


class ReportUnmatched(Fact, frozen=True, kw_only=True, tag="report_unmatched"):
    """No premise is sure enough: kept for the desk, with the best candidates and why."""

    receipt: str
    why: Words
    candidates: list[Candidate] = []


class ReportDuplicated(Fact, frozen=True, kw_only=True, tag="report_duplicated"):
    """The same sender's same idempotency key came by two doors: both receipts name one report."""

    receipt: str
    of: str


class MetersChanged(Fact, frozen=True, kw_only=True, tag="meters_changed"):
    """Meters that turned, by premise (index in the city pack), each with its time: `on` is to be read before `off`.

    A loss is told once it has outlived the momentary hold. A premise may be in `off` again when its meter
    still says so after people said that service is back there.
    """

    on: list[int] = []
    on_ms: list[int] = []
    off: list[int] = []
    off_ms: list[int] = []


class MetersListened(Fact, frozen=True, kw_only=True, tag="meters_listened"):
    """Which areas of the meter network (`core.meter_areas`) are heard from this tick on, as differences.

    `every_ms`: each meter is read once in so long, as its reads show (0 = no reads to rely on). `silent` areas are not
    heard since `silent_ms`; `heard` ones are again, and were not until `heard_ms`.
    """

    every_ms: int
    silent: list[str] = []
    silent_ms: list[int] = []
    heard: list[str] = []
    heard_ms: list[int] = []


class RatesLearned(Fact, frozen=True, kw_only=True, tag="rates_learned"):
    """How people and meters speak and how likely devices open, as believed from this tick on (`core.learning`).

    Per million, each of a storm of twelve hours; `opens` by kind of device (`core.network_groups.OPENS`, in its order).
    `speaking`: premises that spoke then, or when a search began of which `left` starts are still to be tried. The
    storm's profile (`core.onset.Profile`; none = even): from `since_ms[k]` on, `times[k]` per thousand. `ways`: share
    of the customers who report by each way (`core.calling`; none = as at the start); `shut`: ways by which nothing
    came, each from one moment until another (0 = still). `near_out`: a byte for each device of the tree, how it
    stands near the customers right below it (`core.hearing.near_code`; 255 = not known; none = of no device). `mute`:
    of meters that fall silent for good though they have power.
    """

    report: int
    false: int
    service: int
    gasp: int
    wrong_link: int
    share_out: int
    opens: list[int]
    prompt: int = 250_000
    false_gasp: int = 360
    power_up: int = 900_000
    speaking: int = 0
    left: int = 0
    since_ms: list[int] = []
    times: list[int] = []
    ways: list[int] = []
    shut: list[tuple[int, int, int]] = []
    near_out: bytes = b""
    mute: int = 10_000


class LinksDoubted(Fact, frozen=True, kw_only=True, tag="links_doubted"):
    """Customers who likely hang on another transformer than the records say (`core.mislinks`), as differences.

    Columns of one length, by premise (id): chance per 10,000 that the link is wrong, the recorded and the likely device
    (id, empty = none is known), and whether it was the meter that said so. `over`: premises no longer doubted.
    """

    premises: list[str] = []
    chances: list[int] = []
    recorded: list[str] = []
    likely: list[str] = []
    by_meter: list[bool] = []
    over: list[str] = []


SWITCH_SOURCES = ("person", "telemetry", "confirmed")
"""Who says how a switch is: a person, the control system, or whoever confirmed an incident at it."""


class SwitchChanged(Fact, frozen=True, kw_only=True, tag="switch_changed"):
    """A device is open, or closed, since `at_ms`: the tree is traced anew from here on (`core.topology`).

    `source` is one of `SWITCH_SOURCES`; `by` the person, or telemetry; `action` the person's.
    """

    device: str
    open: bool
    at_ms: int
    by: str
    reason: Words = ""
    action: str = ""
    source: str = "person"


class IncidentOpened(Fact, frozen=True, kw_only=True, tag="incident_opened"):
    """A predicted incident begins. Its membership arrives as `IncidentChanged`, in the same tick."""

    incident: str
    utility: Utility
    since_ms: int


class IncidentChanged(Fact, frozen=True, kw_only=True, tag="incident_changed"):
    """What changed in an incident since the last tick; all lists are differences.

    The customers out are those below its `devices` (ids; several after a merge, the first is shown;
    given whole, [] = none, `None` = unchanged) and the premises added and dropped here, by index in
    the city pack (a cluster, or a single service). A receipt added leaves the incident it was in.
    `since_ms` 0, `probability` -1 and no `reasons` = unchanged.
    """

    incident: str
    devices: list[str] | None = None
    receipts_added: list[str] = []
    receipts_dropped: list[str] = []
    premises_added: list[int] = []
    premises_dropped: list[int] = []
    since_ms: int = 0
    probability: int = -1
    reasons: Sequence[Words] = []


class IncidentArgued(Fact, frozen=True, kw_only=True, tag="incident_argued"):
    """What speaks for and against a predicted incident since this tick (`core.arguing`): the last one said holds.

    `low`, `high`: customers out, with a chance of 80 %. `alternatives`: (device, chance per 10,000 to be the cause).
    `against`: (device, silent customers right below it, share per 10,000 of what silence says against). `next`:
    (call, ping or look; premise or device; expected information in thousandths of a bit).
    """

    incident: str
    low: int
    high: int
    alternatives: list[tuple[str, int]] = []
    against: list[tuple[str, int, int]] = []
    next: list[tuple[str, str, int]] = []


class IncidentStepped(Fact, frozen=True, kw_only=True, tag="incident_stepped"):
    """An incident took a step of its life (`core.incident.Step`) that a person's `action` asked for.

    `at_ms` is when the person said so; `device` is where it was confirmed, or what is restored in part.
    """

    incident: str
    step: str
    action: str
    by: str
    at_ms: int
    device: str = ""


class DevicesClosed(Fact, frozen=True, kw_only=True, tag="devices_closed"):
    """Devices that people saw closed at `at_ms`, or know closed: a person's `action` said so, and why.

    They are not predicted open on the word of who spoke before. `incident`: that of the one service which alone has
    the trouble, empty = a device was seen.
    """

    devices: list[str]
    action: str
    by: str
    at_ms: int
    reason: str = ""
    incident: str = ""


class SightingDropped(Fact, frozen=True, kw_only=True, tag="sighting_dropped"):
    """What the action `sighting` said of its devices counts no more: a person's `action` took it back."""

    sighting: str
    action: str
    by: str


class IncidentAbsorbed(Fact, frozen=True, kw_only=True, tag="incident_absorbed"):
    """An incident turned out to be part of another, to which its reports went; it leaves the situation.

    `by` is the person who said so; empty = the evidence did, and then it was predicted.
    """

    incident: str
    into: str
    by: str = ""


class ReportClosed(Fact, frozen=True, kw_only=True, tag="report_closed"):
    """One report is answered by itself: withdrawn by a person, or received before its incident ended.

    `incident` is the one that answers it, empty when withdrawn.
    """

    receipt: str
    outcome: str
    incident: str = ""


class IncidentClosed(Fact, frozen=True, kw_only=True, tag="incident_closed"):
    """The incident leaves the situation; `outcome` is restored, cancelled or withdrawn."""

    incident: str
    outcome: str


class ReportRepeated(Fact, frozen=True, kw_only=True, tag="report_repeated"):
    """The same premise, channel and kind of symptom again within minutes: the open report `of` was heard once more."""

    receipt: str
    of: str


class SafetyClockStopped(Fact, frozen=True, kw_only=True, tag="safety_clock_stopped"):
    """The safety report is acknowledged, by the person whose `action` asked for it."""

    receipt: str
    action: str
    by: str


class SafetyEscalated(Fact, frozen=True, kw_only=True, tag="safety_escalated"):
    """Nobody has acknowledged the safety report for `level` times five minutes."""

    receipt: str
    level: int


class MessagesDue(Fact, frozen=True, kw_only=True, tag="messages_due"):
    """Messages of one kind (`core.messages.Kind`) are to be sent to `numbers`, after one time and before another.

    One that waits for the same number makes room for it.
    """

    kind: str
    numbers: list[int]
    after_ms: int
    until_ms: int


class MessagesDropped(Fact, frozen=True, kw_only=True, tag="messages_dropped"):
    """What waits for these numbers, or is just being sent to them, is not to be sent. `why` is late or untrue."""

    numbers: list[int]
    why: str


class MessagesGranted(Fact, frozen=True, kw_only=True, tag="messages_granted"):
    """The sender of this claim, and nobody else, sends these, each once: from here on they count as told.

    Columns of one length, with what to say: how many customers are out (0 = nobody says), since when.
    """

    claim: str
    numbers: list[int] = []
    kinds: list[str] = []
    languages: list[str] = []
    customers: list[int] = []
    since_ms: list[int] = []
    until_ms: list[int] = []


class ModeChanged(Fact, frozen=True, kw_only=True, tag="mode_changed"):
    """The platform is in `mode` from here on; it `was` in another. `cause` is declared or automatic.

    `by` and `action` are the person's (empty when automatic); `reason` is a sentence.
    """

    mode: Mode
    was: Mode
    cause: str
    reason: Words
    by: str = ""
    scope: str = "city"
    action: str = ""


class ActionRefused(Fact, frozen=True, kw_only=True, tag="action_refused"):
    """A desk action that could not be applied: the caller's matter, told to the desk in a sentence."""

    action: str
    code: str
    text: Words


AnyFact = (
    ReportReceived
    | ContactPreference
    | MessagesRequested
    | MessagesConfirmed
    | MessagesClaimed
    | MessagesSettled
    | ReportPlaced
    | ReportWithdrawn
    | IncidentConfirmed
    | IncidentsMerged
    | IncidentSplit
    | IncidentCancelled
    | IncidentRestored
    | DeviceSeenClosed
    | ServiceAlone
    | SightingRetracted
    | SwitchOperated
    | SituationReportRequested
    | SafetyAcknowledged
    | ModeDeclared
    | CityAdopted
    | Tick
    | Decided
    | MeterEventsReceived
    | DeviceStatesReceived
    | MetersChanged
    | MetersListened
    | ReportMatched
    | ReportUnmatched
    | ReportDuplicated
    | RatesLearned
    | LinksDoubted
    | SwitchChanged
    | IncidentOpened
    | IncidentChanged
    | IncidentArgued
    | IncidentStepped
    | DevicesClosed
    | SightingDropped
    | IncidentAbsorbed
    | ReportClosed
    | IncidentClosed
    | ReportRepeated
    | SafetyClockStopped
    | SafetyEscalated
    | MessagesDue
    | MessagesDropped
    | MessagesGranted
    | ModeChanged
    | ActionRefused
)


class News(NamedTuple):
    """A fact as a door keeps it: `counter` counts from 1 in that door."""

    door: str
    counter: int
    recorded_ms: int
    fact: AnyFact


class Entry(msgspec.Struct, frozen=True, gc=False):
    """A fact with its place in the journal (`position` counts from 1, without gaps).

    `door`/`counter` are set for news ("" and 0 for facts); `tick`/`ordinal` for facts (0 and 0 for news).
    """

    position: int
    recorded_ms: int
    door: str
    counter: int
    tick: int
    ordinal: int
    fact: AnyFact


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(AnyFact)


def encode(fact: AnyFact) -> bytes:
    """The fact as msgpack; the same fact gives the same bytes on every machine."""
    return _ENCODER.encode(fact)


def decode(body: bytes) -> AnyFact:
    """The fact back from `encode`. Raises msgspec.DecodeError on bytes that are not a known fact."""
    fact: AnyFact = _DECODER.decode(body)
    return fact
