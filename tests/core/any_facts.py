"""Entries of every kind at random, sensible or not: the fold must take them all, and views must follow.

Drawn with the standard library's generator over a drawn city, so that they stay the same whatever
becomes of matching, inference and the generated city.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from itertools import cycle

from stormops.core import entry as facts
from stormops.core.entry import Actor, AnyFact, Candidate, Entry
from stormops.core.incident import Step
from stormops.core.levels import Mode
from stormops.core.network import City
from stormops.core.receipt_number import receipt_text
from stormops.core.report import Channel, Report, Symptom, Utility
from stormops.core.sentence import Words, say

START_MS = 1_790_000_000_000

_WHY: tuple[Words, ...] = ("two are as near", say("both", first=say("no_street"), second=say("block")))
_REASONS: tuple[list[Words], ...] = (
    ["Three of five report."],
    [say("alone"), say("seen_closed", device="F<1>", by="dora")],
)
_SO: tuple[Words, ...] = ("So.", say("pace", pace="5.1"))
_SWITCHED: tuple[Words, ...] = ('line "12" <down>', say("confirmed_in", incident="E-0001"))
_TEXTS: tuple[Words, ...] = ("It has ended.", say("already_open", device="S1"))
"""Sentences, and text as journals of before have it."""


class AnyFacts:
    """An endless journal."""

    def __init__(self, seed: int, city: City, most: int = 40) -> None:
        self.rng = random.Random(seed)
        self.city = city
        self._most = most
        self._edges = [
            edge for edge, opened in zip(city.network.edge_id, city.network.edge_open, strict=True) if not opened
        ]
        self._number = 0
        self._reports = 0
        self._say_why, self._say_so, self._say_switched = cycle(_WHY), cycle(_SO), cycle(_SWITCHED)
        self._say_reasons, self._say_texts = cycle(_REASONS), cycle(_TEXTS)
        self._draw: list[Callable[[], AnyFact]] = [
            *[self._received] * 5,
            *[self._matched] * 4,
            *[self._changed] * 5,
            self._unmatched,
            self._opened,
            self._opened,
            self._stepped,
            self._stepped,
            self._other,
            self._messages,
            self._switched,
        ]

    def entries(self, count: int, after: int = 0) -> Iterator[Entry]:
        """So many entries after a position; about every tenth is a tick's beginning or end."""
        for position in range(after + 1, after + count + 1):
            at_ms = START_MS + position * 1000
            if position % 10 == 1:
                self._number += 1
                fact: AnyFact = facts.Tick(number=self._number, at_ms=at_ms)
            elif position % 10 == 0:
                fact = facts.Decided(tick=self._number, through=position - 10)
            else:
                fact = self.rng.choice(self._draw)()
            yield Entry(position, at_ms, "", 0, self._number, position % 10, fact)

    def _receipt(self) -> str:
        return receipt_text(self.rng.randint(1, max(1, self._reports)) * 1009)

    def _incident(self) -> str:
        return f"{self.rng.choice('EEEEWG')}-{self.rng.randint(1, 8):04d}"

    def _premise(self) -> int:
        return self.rng.randrange(min(self._most, len(self.city.premises)))

    def _received(self) -> AnyFact:
        rng = self.rng
        self._reports += 1
        premise = self._premise()
        report = Report(
            symptom=rng.choice([Symptom.LIGHTS_OUT, Symptom.LIGHTS_OUT, *Symptom]),
            address=rng.choice([None, self.city.premises.address(premise), 'by the "big" oak, Ünterstraße']),
            note=rng.choice([None, "hurry\n<b>please</b>"]),
            medical=rng.random() < 0.1,
        )
        if rng.random() < 0.3:
            lon, lat = float(self.city.premises.lon[premise]), float(self.city.premises.lat[premise])
            report = Report(symptom=report.symptom, longitude=round(lon, 7), latitude=round(lat, 7))
        receipt = receipt_text(self._reports * 1009)
        return facts.ReportReceived(receipt=receipt, channel=Channel.WEB, report=report, sender="s", key="")

    def _matched(self) -> AnyFact:
        premise = self.city.premises.id[self._premise()]
        return facts.ReportMatched(
            receipt=self._receipt(),
            premise=premise,
            penalty=self.rng.randrange(2500),
            rule="address",
            reasons=[say("as_said"), "exact"],
        )

    def _unmatched(self) -> AnyFact:
        candidates = [Candidate(premise=self.city.premises.id[self._premise()], penalty=3000, reasons=["far"])]
        return facts.ReportUnmatched(
            receipt=self._receipt(),
            why=next(self._say_why),
            candidates=candidates,
        )

    def _opened(self) -> AnyFact:
        incident = self._incident()
        utility = {"E": Utility.ELECTRIC, "W": Utility.WATER, "G": Utility.GAS}[incident[0]]
        return facts.IncidentOpened(incident=incident, utility=utility, since_ms=START_MS + self.rng.randrange(10**6))

    def _changed(self) -> AnyFact:
        rng, incident = self.rng, self._incident()
        premises = [self._premise() for _ in range(rng.randrange(4))]
        return facts.IncidentChanged(
            incident=incident,
            devices=rng.choice([None, [], [rng.choice(self._edges)]]) if incident[0] == "E" else None,
            receipts_added=[self._receipt() for _ in range(rng.randrange(3))],
            receipts_dropped=[self._receipt() for _ in range(rng.randrange(2))],
            premises_added=premises,
            premises_dropped=[self._premise() for _ in range(rng.randrange(3))],
            since_ms=rng.choice([0, START_MS + rng.randrange(10**6)]),
            probability=rng.choice([-1, rng.randrange(10_000)]),
            reasons=rng.choice([[], next(self._say_reasons)]),
        )

    def _stepped(self) -> AnyFact:
        rng = self.rng
        step = rng.choice([Step.CONFIRM, Step.REGROUP, Step.RESTORE, Step.CANCEL, Step.RESTORE_PART])
        device = rng.choice(["", rng.choice(self._edges)]) if step is not Step.RESTORE_PART else rng.choice(self._edges)
        return facts.IncidentStepped(
            incident=self._incident(),
            step=step,
            action="a",
            by="dana",
            at_ms=START_MS + rng.randrange(10**6),
            device=device,
        )

    def _switched(self) -> AnyFact:
        rng = self.rng
        return facts.SwitchChanged(
            device=rng.choice(self.city.network.edge_id),
            open=rng.random() < 0.5,
            at_ms=START_MS + rng.randrange(10**6),
            by=rng.choice(["dana", "telemetry"]),
            reason=rng.choice(["", next(self._say_switched)]),
            source=rng.choice(facts.SWITCH_SOURCES),
        )

    def _other(self) -> AnyFact:
        rng = self.rng
        kinds: list[Callable[[], AnyFact]] = [
            lambda: facts.IncidentAbsorbed(incident=self._incident(), into=self._incident()),
            lambda: facts.RatesLearned(
                report=rng.randrange(10**6),
                false=2,
                service=3,
                gasp=4,
                wrong_link=5,
                share_out=6,
                opens=[1, 2, 3, 4, 5],
                false_gasp=7,
                ways=[600_000, 150_000, 250_000],
                shut=[(1, rng.randrange(10**6), 0)],
                near_out=bytes(rng.choices(range(256), k=9)),
                mute=8,
            ),
            lambda: facts.IncidentArgued(
                incident=self._incident(), low=1, high=rng.randrange(9), alternatives=[(rng.choice(self._edges), 900)]
            ),
            lambda: facts.IncidentClosed(incident=self._incident(), outcome="restored"),
            lambda: facts.ReportDuplicated(receipt=self._receipt(), of=self._receipt()),
            lambda: facts.ReportRepeated(receipt=self._receipt(), of=self._receipt()),
            lambda: facts.SafetyEscalated(receipt=self._receipt(), level=rng.randrange(1, 5)),
            lambda: facts.SafetyClockStopped(receipt=self._receipt(), action="a", by="dana"),
            self._mode_changed,
            lambda: facts.ReportClosed(
                receipt=self._receipt(), outcome="withdrawn", incident=rng.choice(["", self._incident()])
            ),
            lambda: facts.ActionRefused(
                action=f"a{rng.randrange(200)}",
                code="ended",
                text=next(self._say_texts),
            ),
            lambda: facts.ReportWithdrawn(
                action=f"a{rng.randrange(200)}",
                by=Actor(person="dana", desk="D1", shift=1),
                reason="test",
                receipt=self._receipt(),
            ),
        ]
        return rng.choice(kinds)()

    def _messages(self) -> AnyFact:
        rng = self.rng
        phone = f"85055501{rng.randrange(20):02d}"
        numbers = [rng.randrange(1, 400) for _ in range(rng.randrange(5))]
        kinds = [rng.choice(["ask", "assumed", "confirmed", "restored", "cleared"]) for _ in numbers]
        draws: list[Callable[[], AnyFact]] = [
            lambda: facts.MessagesRequested(phone=phone, language="en", receipt=self._receipt()),
            lambda: facts.MessagesRequested(
                phone=phone, language="es", premise=rng.choice(["nowhere", self.city.premises.id[self._premise()]])
            ),
            lambda: facts.MessagesConfirmed(phone=phone, language="en", receipt=rng.choice(["", self._receipt()])),
            lambda: facts.MessagesConfirmed(phone=phone, language="ht"),
            lambda: facts.ContactPreference(phone=phone, stopped=rng.random() < 0.6),
            lambda: facts.MessagesClaimed(claim="c", numbers=numbers),
            lambda: facts.MessagesSettled(claim="c", numbers=numbers, outcomes="".join(rng.choices("SRLDU", k=5))),
            lambda: facts.MessagesDue(
                kind=rng.choice(["ask", "assumed", "restored"]),
                numbers=numbers,
                after_ms=START_MS,
                until_ms=START_MS + 9,
            ),
            lambda: facts.MessagesDropped(numbers=numbers, why=rng.choice(["late", "untrue"])),
            lambda: facts.MessagesGranted(
                claim="c", numbers=numbers, kinds=kinds, since_ms=[rng.choice([0, START_MS]) for _ in numbers]
            ),
        ]
        return rng.choice(draws)()

    def _mode_changed(self) -> AnyFact:
        mode, was = self.rng.choice(list(Mode)), self.rng.choice(list(Mode))
        cause = self.rng.choice(["declared", "automatic"])
        return facts.ModeChanged(mode=mode, was=was, cause=cause, reason=next(self._say_so))
