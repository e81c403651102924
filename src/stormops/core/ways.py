"""By which ways customers report, and when one of them was shut, as the reports themselves show it.

A way that others use and that falls silent while they speak is not one that nobody wants: it is a line that is down, or
full. That is judged by how unlikely the silence is, given the share that came by that way otherwise.
"""

from __future__ import annotations

import msgspec
import numpy as np
from scipy.special import betaln

from stormops.core.calling import CALL, SHARE, TEXT, WAYS, WEB, Calling, Shut
from stormops.core.entry import RatesLearned
from stormops.core.forest import Rows
from stormops.core.open_reports import CHANNEL_LIST, CHANNEL_SHIFT, OpenReports
from stormops.core.report import Channel

WAY_OF = {
    Channel.PHONE: CALL,
    Channel.DESK: CALL,
    Channel.TEXT: TEXT,
    Channel.WEB: WEB,
    Channel.API: WEB,
    Channel.OPEN311: WEB,
    Channel.METER: -1,
}
"""The way of each channel; meters do not report."""

STRENGTH = 10.0
"""What is believed of the shares is worth so many reports."""

BY_CHANCE = 1e-6
"""Chance that nothing came by a way while so many came by others, below which it was shut."""


def with_ways(learned: RatesLearned, reports: OpenReports, now_ms: int) -> RatesLearned:
    """The same, and what the open reports say of the ways by which they came. O(reports)."""
    way = np.array([WAY_OF[channel] for channel in CHANNEL_LIST])[np.asarray(reports.flags) >> CHANNEL_SHIFT]
    people = np.flatnonzero((np.asarray(reports.receipt) != 0) & (way >= 0))
    said = learn_ways(np.asarray(reports.received_ms)[people], way[people], now_ms)
    return msgspec.structs.replace(
        learned, ways=[round(share * 1_000_000) for share in said.share], shut=[tuple(one) for one in said.shut]
    )


def learn_ways(at_ms: Rows, way: Rows, now_ms: int) -> Calling:
    """Shares and shut ways by reports at these moments, in any order, by these ways."""
    order = np.argsort(at_ms, kind="stable")
    at_ms, way = at_ms[order], way[order]
    shut: list[Shut] = []
    open_to = np.ones((WAYS, len(at_ms)), np.bool_)
    for one in range(WAYS):
        mine, others = at_ms[way == one], at_ms[way != one]
        # A way that was never used may not be there at all, so only what follows on a report counts.
        edges = np.append(mine, now_ms)
        between = np.diff(np.searchsorted(others, edges))
        by_it = STRENGTH * SHARE[one] + len(mine)
        by_others = STRENGTH * (1 - SHARE[one]) + len(others) - between
        nothing = betaln(by_it, by_others + between) - betaln(by_it, by_others)
        for gap in np.flatnonzero(nothing < np.log(BY_CHANCE)).tolist():
            since, until = int(edges[gap]), int(edges[gap + 1])
            open_to[one] &= (at_ms <= since) | (at_ms >= until)
            shut.append(Shut(one, since, until if gap + 2 < len(edges) else 0))
    # While a way was shut, what came by the others says nothing of how many would have used it.
    everywhere = open_to.all(axis=0)
    count = np.bincount(way[everywhere], minlength=WAYS)
    shares = (STRENGTH * np.array(SHARE) + count) / (STRENGTH + count.sum())
    return Calling(share=tuple(shares.tolist()), shut=tuple(shut))
