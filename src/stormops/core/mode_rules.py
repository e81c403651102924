"""When the platform changes its mode: what a person declares, and what it tightens by itself.

It tightens on what the journal knows (customers out, the pace of reports, its own backlog), decided at
ticks, and never relaxes: a person who sees less than the figures do may be wrong about a storm, figures
that fall may only be silence. Three things keep it from flapping: `LEAST_MS` between two automatic
changes; figures that cannot jump back and forth (a share, a mean over minutes, a minute's delay); and
for `ModeRules.leave_ms` after a person relaxed it, it does not go back to where they came from.

All times are platform time, not the wall's: they are in the journal, so a replay can check them, and a
rehearsal at sixty times the speed rehearses the same ladder. At speed 1 they are the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from stormops.core import entry as facts
from stormops.core.entry import Entry
from stormops.core.levels import Mode
from stormops.core.sentence import Sentence, say

if TYPE_CHECKING:
    from stormops.core.decide import Decider
    from stormops.core.draft import Draft
    from stormops.core.situation import Situation

LEAST_MS = 60_000
"""Least platform milliseconds between two automatic changes."""

SAMPLE_MS = 60_000
SAMPLES_MAX = 6
"""The pace of reports is a mean over the last samples, five minutes or more."""

DECLARED, AUTOMATIC = "declared", "automatic"
SCOPE = "city"

Pace = list[tuple[int, int]]
"""(platform ms, reports received until then), oldest first."""


class Rung(msgspec.Struct, frozen=True, kw_only=True):
    """The platform tightens to `mode` when any of these is reached; 0 = never by that.

    `out`: share of customers out. `pace`: reports a minute for every 10,000 customers. `behind`: news
    that wait for one tick, the oldest of them for more than `ModeRules.late_ms`.
    """

    mode: Mode
    out: float = 0.0
    pace: float = 0.0
    behind: int = 0


class ModeRules(msgspec.Struct, frozen=True, kw_only=True):
    """Thresholds, harshest rung first, with their reasons. Island is a person's to declare: nobody here can see it.

    - Surge: a peak hour of 150,000 call attempts at 1.1 million customers (Isaias 2020), 23 a minute for
      every 10,000, broke the lines; tighten at half of it. Two in five customers out: the map of points
      is one colour from there on (Hermine 2016 had four in five). A full tick that is a minute late.
    - Storm: in a growing hurricane 4.7 customers a second lose power in a city of 117,000; if three in ten
      report, that is 7 a minute for every 10,000. One customer in ten out is a major event by custom.
    - Watch: a hundredth of the customers, or a pace that ordinary failures do not keep up for minutes.
    - `least`: fewer customers or reports are no storm in a small city, whatever their share.
    """

    rungs: tuple[Rung, ...] = (
        Rung(mode=Mode.SURGE, out=0.4, pace=12.0, behind=1_000),
        Rung(mode=Mode.STORM, out=0.1, pace=5.0),
        Rung(mode=Mode.WATCH, out=0.01, pace=1.0),
    )
    least: int = 100
    late_ms: int = 60_000
    leave_ms: int = 1_800_000
    """For so long after a person relaxed, only what is harsher than the mode they left is due: they see more."""


class Figures(NamedTuple):
    """What the rungs are held against. `pace` is reports a minute for every 10,000 customers."""

    out: int
    out_share: float
    reports: int
    pace: float
    behind: int
    late_ms: int


def sample(pace: Pace, at_ms: int, received: int) -> None:
    """Remember how many reports there were by now, once a minute."""
    if not pace or at_ms - pace[-1][0] >= SAMPLE_MS:
        pace.append((at_ms, received))
        del pace[:-SAMPLES_MAX]


def figures(situation: Situation, news: Sequence[Entry], now_ms: int) -> Figures:
    """The figures at a tick. O(news)."""
    customers = max(1, len(situation.city.premises))
    # The oldest sample is the first of five minutes, so that a burst of seconds is not a pace.
    since_ms, before = situation.pace[0] if situation.pace else (now_ms, situation.totals.received)
    reports = situation.totals.received - before
    minutes = max(SAMPLES_MAX - 1, (now_ms - since_ms) / SAMPLE_MS)
    oldest = min((entry.recorded_ms for entry in news), default=now_ms)
    return Figures(
        out=situation.customers_out,
        out_share=situation.customers_out / customers,
        reports=reports,
        pace=reports / minutes * 10_000 / customers,
        behind=len(news),
        late_ms=now_ms - oldest,
    )


def rung_reached(found: Figures, rules: ModeRules) -> tuple[Mode, Sentence] | None:
    """The harshest mode that the figures ask for, and why in a sentence."""
    for rung in rules.rungs:
        if rung.out and found.out >= rules.least and found.out_share >= rung.out:
            return rung.mode, say("share_out", count=found.out, share=f"{found.out_share:.1%}")
        if rung.pace and found.reports >= rules.least and found.pace >= rung.pace:
            return rung.mode, say("pace", pace=f"{found.pace:.1f}")
        if rung.behind and found.behind >= rung.behind and found.late_ms > rules.late_ms:
            return rung.mode, say("news_wait", count=found.behind, seconds=found.late_ms // 1000)
    return None


def tighten(situation: Situation, news: Sequence[Entry], now_ms: int, rules: ModeRules) -> facts.ModeChanged | None:
    """The automatic change that is due now, if any."""
    state = situation.mode
    if state.automatic_ms and now_ms - state.automatic_ms < LEAST_MS:
        return None
    reached = rung_reached(figures(situation, news, now_ms), rules)
    relaxed = state.relaxed_ms and now_ms - state.relaxed_ms < rules.leave_ms
    if reached is None or reached[0] <= (max(state.mode, state.relaxed_from) if relaxed else state.mode):
        return None
    return facts.ModeChanged(mode=reached[0], was=state.mode, cause=AUTOMATIC, reason=reached[1])


def declare(decider: Decider, draft: Draft, fact: facts.ModeDeclared, _at_ms: int) -> tuple[str, Sentence] | None:
    """A person's mode is in force at once; refused with a code and a sentence."""
    was = decider.situation.mode.mode
    if fact.scope != SCOPE:
        return "unknown_scope", say("no_scope", scope=fact.scope)
    if fact.mode is was:
        return "same_mode", say("same_mode", mode=was.value)
    if fact.mode < was and not fact.relax:
        return "may_not_relax", say("only_supervisor", was=was.value, mode=fact.mode.value)
    draft.add(
        facts.ModeChanged(
            mode=fact.mode,
            was=was,
            cause=DECLARED,
            by=fact.by.person,
            reason=fact.reason,
            scope=fact.scope,
            action=fact.action,
        )
    )
    return None
