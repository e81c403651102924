"""Rates learned from what the utility itself has heard: the likeliest by the exact likelihood of all evidence.

On a tree the likelihood of everything heard is exact, and so is its slope: what the posterior expects of each
device and customer, less what the rates expect (Fisher's identity). The curvature comes from how much the slopes of
the network's parts differ (Berndt, Hall, Hall and Hausman 1974): what cannot be known yet (whether anything opened in
the last minutes, of which nobody could have called) has no slope anywhere, and stays what is believed. One step is
Newton's, in all rates together, so that hazard and propensity are told apart as far as the evidence tells them
apart, and no further.

Priors. The hazard's course is a log-Gaussian process (Møller, Syversveen and Waagepetersen 1998): a storm is some
times worse or better than was believed, and that changes over hours. Chances are as after a stated number of cases.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from stormops.core.customers import Words
from stormops.core.forest import Rows
from stormops.core.hearing import POWER_UP_MS, Rates, near_code
from stormops.core.inference import Inference
from stormops.core.nearby import Nearby
from stormops.core.network import Floats, Ints
from stormops.core.onset import HAZARD_MOST, QUANTUM_MS, Onsets, Profile

CUSTOMERS = 200.0
"""Strength of what is believed of the share that reports, or of gasps heard: that many customers without service."""

FALSE = 2.0
"""Strength of what is believed of false reports: that many of them. It holds back that there are many more."""

KNOWN = 0.2
"""Deviation (natural logarithm) of false reports from what is believed, as a rule: quiet days have told it.

Where that is no rule it may be any (the prior is Cauchy's): what contradicts it by far is not held back by this.
"""

FALSE_GASPS = 0.5
"""The same of false gasps: nobody has counted them, and their rate may be ten times higher or lower."""

MUTE = 0.5
"""The same of meters that fall silent for good: the city's own show soon how many they are."""

POWER_UPS = 50.0
"""Strength of what is believed of words that power is back: that many meters. A storm of thousands loses many."""

LINKS = 100.0
"""Strength of what is believed of wrong links: as if so many had been looked up, one of which was wrong."""

STORM, COURSE, COURSE_MS = 1.0, 1.0, 7_200_000.0
"""Deviation (natural logarithm) of a storm's hazard from what is believed; of its course; and how long that lasts."""

KIND = 0.5
"""Deviation (natural logarithm) of how much likelier one kind of device opens than was believed."""

STEP_MOST = 1.0
"""No step changes a rate by more (natural logarithm, logit)."""

SHORTER = (0.5, 0.125, 0.03125)
"""Where a step leads downhill, these parts of it are tried in turn; then what is believed stays."""

OPENS_MOST = -math.expm1(-HAZARD_MOST)
"""No kind of device is learned to be likelier open: beyond it the prior no longer moves with what is learned."""

POWER_UP_MOST = 0.98
"""No word is believed surer to come: one that does not would mean that power is off by itself."""

FALSE_MOST = 0.5
"""Nor are false reports learned to be likelier: where all report, nothing is left to tell them from."""

MUTE_MOST = 0.5
"""Nor that more meters fall silent for good."""

REPORT, FALSELY, GASP, WRONG = -4, -3, -2, -1
"""Columns of the rates among all that is learned."""

PARTS = 100
"""Parts of the network whose slopes are compared, at least, where there are so many."""


STARTS: tuple[tuple[float | None, float | None], ...] = (
    (None, None),
    (300.0, 0.25),
    (300.0, 0.7),
    (1.0, 0.25),
    (1.0, 0.7),
    (None, None),
    (None, None),
)
"""Where the steps of a search begin: how many times likelier failures are in the last minutes than before, and the
share of prompt calls; None: as is believed. Every hill is tried by one step, and two more are made on the highest.
"""

GUST_MS = 1_200_000
"""How long ago a gust may have begun."""

PROMPT_NATS = 2.0
"""How much less likely a share of prompt calls is that is not the one believed (natural logarithm)."""


class Learned(NamedTuple):
    """What to believe next: `Inference.believe` takes it."""

    rates: Rates
    opens: Floats
    profile: Profile
    near_out: Rows


def learn(  # noqa: PLR0917 - what is learned from, what is believed, when, and where customers are
    inference: Inference, believed: Rates, opens: Floats, kind: Ints, now_ms: int, nearby: Nearby | None = None
) -> Learned:
    """One more step from where `inference` is settled, never downhill. It believes what is learned, not yet settled.

    `believed` and `opens` (N, by place) are those of the start; `kind` (N, by place) numbers the kinds of devices.
    `nearby`: what is near the customers of `inference`; None = that is not known.
    """
    return _climb(_Step(inference, believed, opens, kind), now_ms, nearby)[1]


def search(  # noqa: PLR0917 - those of `learn`, and which start
    inference: Inference,
    believed: Rates,
    opens: Floats,
    kind: Ints,
    now_ms: int,
    number: int,
    nearby: Nearby | None = None,
) -> Learned:
    """The same from the start `number` of `STARTS`, if what it reaches is likelier than what is believed, with priors.

    Many calls within minutes can be one device above that just opened, or a gust: many failures at once, and people
    who call at once. Each is a hill of its own that no small steps lead from one to the other, so they begin on each.
    Whoever calls this with one number after the other has tried them all, each at what was heard by then.
    """
    now = _believed(inference)
    gust, prompt = STARTS[number]
    start = now
    if gust is not None:
        start = start._replace(profile=_risen(now.profile, now_ms, gust))
    if prompt is not None and now.rates.delay_ms:
        start = start._replace(rates=now.rates._replace(prompt=prompt))
    if start is now:
        return learn(inference, believed, opens, kind, now_ms, nearby)
    height = _Step(inference, believed, opens, kind).height(inference.posterior.likelihood())
    inference.believe(*start)
    inference.settle(now_ms)
    reached, found = _climb(_Step(inference, believed, opens, kind), now_ms, nearby)
    best = found if reached > height else now
    inference.believe(*best)
    return best


def _believed(inference: Inference) -> Learned:
    return Learned(inference.rates, inference.opens, inference.profile, inference.customers.near_out)


def _climb(step: _Step, now_ms: int, nearby: Nearby | None) -> tuple[float, Learned]:
    """How high the step of `learn` leads (`_Step.height`), and where."""
    inference = step.inference
    start = _believed(inference)
    height = step.height(inference.posterior.likelihood())
    share_out, false_gasp = _share_out(inference), step.false_gasp()
    power_up, mute = step.power_up(), step.mute()
    near_out = start.near_out if nearby is None else near_code(*nearby.shares())
    for tried in step.moves():
        inference.believe(*tried)
        heard = inference.weigh(now_ms)
        # Where the evidence contradicts the model, Newton's step may lead far down, and the next one back, for ever.
        reached = step.again().height(heard)
        if reached >= height:
            break
    else:
        reached, tried = height, start
    # What the posterior itself says is no rate to climb by: it holds from the next step on.
    rates = tried.rates._replace(share_out=share_out, false_gasp=false_gasp, power_up=power_up, mute=mute)
    learned = tried._replace(rates=rates, near_out=near_out)
    inference.believe(*learned)
    return reached, learned


def slopes(inference: Inference, kind: Ints) -> Floats:
    """(parts, S + K + 4): slopes of the logarithm of the likelihood, by part of the network.

    By the logarithm of the hazard's times in each slot, of the hazard of each kind, by the logit of the share that
    reports, the logarithm of false reports, the logits of gasps heard and of wrong links.
    """
    return _Step(inference, inference.rates, inference.opens, kind).slopes()


class _Known(NamedTuple):
    """The topmost devices that are known open (`held`, M) and the places `below` them, each under `held[row]`.

    `slot` (S, M): when each opened, by what was heard from below; `likelihood`: the logarithm of that of all this.
    """

    held: Rows
    row: Rows
    below: Rows
    slot: Floats
    likelihood: float


class _Step:
    """The rates that `inference` believes: how high they are, how steep it is there, and where a step leads.

    Slopes are by part of the network (rows) and parameter (columns): slots, kinds, report, false, gasp, wrong_link.
    """

    def __init__(self, inference: Inference, believed: Rates, opens: Floats, kind: Ints) -> None:
        self.inference, self._believed, self._opens, self._kind = inference, believed, opens, kind
        self._kinds = kinds = int(kind.max(initial=0)) + 1
        self._rates, self._onsets = inference.rates, inference.hearing.onsets
        now, even = inference.hearing.weights, inference.even_weights()
        # How much likelier than believed: in each slot (S), of each kind (K); the prior's precision of the logarithms.
        self._times = np.divide(now, even, out=np.ones_like(now), where=even > 0)
        self._factor = _by_kind(inference.opens, opens, kind, kinds)
        slots = len(self._times)
        self._precision = np.diag(np.full(slots + kinds, KIND**-2))
        self._precision[:slots, :slots] = np.linalg.inv(_course(self._onsets))

    def again(self) -> _Step:
        """The same where the inference believes something else by now."""
        return _Step(self.inference, self._believed, self._opens, self._kind)

    def slopes(self) -> Floats:
        """All slopes."""
        self._part = _parts(self.inference)
        self._parts = int(self._part.max(initial=0)) + 1
        self._live = ~self.inference.below_known_open()
        return np.hstack([self._hazard(), self._speaking()])

    def height(self, heard: float) -> float:
        """Logarithm of the likelihood of all that was heard and of the prior of all rates, up to a constant.

        `heard`: as `Inference.weigh` gives it, which leaves out what is below a device known open.
        """
        return _likelihood(self.inference, heard) + self._known.likelihood + self._prior()

    def _prior(self) -> float:
        believed, rates = self._believed, self._rates
        away = np.log(np.concatenate([self._times, self._factor]))
        weight = -0.5 * float(away @ self._precision @ away)
        for _, strength, start, value in _shares_of(believed, rates):
            weight += strength * (start * math.log(value / start) + (1 - start) * math.log((1 - value) / (1 - start)))
        ratio = rates.false / believed.false
        weight += FALSE * (math.log(ratio) - ratio + 1) - math.log1p((math.log(ratio) / KNOWN) ** 2)
        return weight - (PROMPT_NATS if rates.prompt != believed.prompt else 0.0)

    def moves(self) -> Iterator[Learned]:
        """After Newton's step, each rate cut by itself; then after ever shorter ones straight uphill."""
        newton, bold = self._newton()
        rates, slots, kinds = self._rates, len(self._times), self._kinds

        def after(step: Floats) -> Learned:
            learned = rates._replace(
                report=_logistic(rates.report, step[REPORT]),
                false=min(FALSE_MOST, float(rates.false * np.exp(step[FALSELY]))),
                gasp=_logistic(rates.gasp, step[GASP]),
                wrong_link=_logistic(rates.wrong_link, step[WRONG]) if rates.wrong_link else 0.0,
            )
            times = self._times * np.exp(step[:slots])
            factor = self._factor * np.exp(step[slots : slots + kinds])
            opens = np.minimum(OPENS_MOST, -np.expm1(np.log1p(-self._opens) * factor[self._kind]))
            return Learned(learned, opens, _profile(self._onsets, times), self.inference.customers.near_out)

        off = math.log(rates.false / self._believed.false)
        if abs(off + np.clip(bold[FALSELY], -STEP_MOST, STEP_MOST)) > 2 * KNOWN:
            # What holds false reports to what is believed has a hill of its own: beyond it may be a higher one.
            yield after(np.clip(bold, -STEP_MOST, STEP_MOST))
        yield after(np.clip(newton, -STEP_MOST, STEP_MOST))
        whole = newton * min(1.0, STEP_MOST / max(float(np.abs(newton).max()), 1e-300))
        yield from (after(whole * share) for share in SHORTER)

    def _newton(self) -> tuple[Floats, Floats]:
        """Newton's step: logarithms of the hazard of slots, of kinds; logits of shares, logarithm of false reports.

        And the same if quiet days had not told how many false reports there are (`KNOWN`).
        """
        believed, rates = self._believed, self._rates
        slope = self.slopes()
        away = np.log(np.concatenate([self._times, self._factor]))
        some = slice(len(away))
        prior = np.zeros((slope.shape[1], slope.shape[1]))
        prior[some, some] = self._precision
        pull = np.zeros(slope.shape[1])
        pull[some] = -self._precision @ away
        prior[WRONG, WRONG] = 1.0  # of records that are known to be right nothing is learned
        for at, strength, start, value in _shares_of(believed, rates):
            pull[at] = strength * (start - value)
            prior[at, at] = strength * value * (1 - value)
        ratio = rates.false / believed.false
        # A Cauchy prior pulls as a normal one would that is the wider the farther off it is.
        known = 2 / (KNOWN**2 + math.log(ratio) ** 2)
        pull[FALSELY] = FALSE * (1 - ratio)
        prior[FALSELY, FALSELY] = FALSE
        whole = slope.sum(axis=0)
        apart = slope - whole / self._parts
        curvature = apart.T @ apart
        # Far from the best, parts differ by more than chance: no rate is surer than if all that is hidden were seen.
        seen = np.concatenate([self._openings, self._words])
        surest = np.sqrt(np.minimum(1.0, seen / np.maximum(np.diag(curvature), 1e-12)))
        curvature *= surest[:, None] * surest
        bold = np.linalg.solve(curvature + prior, whole + pull)
        pull[FALSELY] -= known * math.log(ratio)
        prior[FALSELY, FALSELY] += known
        return np.linalg.solve(curvature + prior, whole + pull), bold

    # --- the hazard -------------------------------------------------------------------------------

    def _hazard(self) -> Floats:
        """(parts, S + kinds): openings that the posterior sees, less those that the hazard expects while exposed."""
        inference = self.inference
        posterior, hazard = inference.posterior, inference.hazard
        opened = np.where(hazard > 0, hazard / np.expm1(np.maximum(hazard, 1e-300)), 0.0)
        cause = posterior.cause * self._live
        exposed = (1 - np.cumsum(posterior.since[:-1], axis=0)) * self._live
        known = self._known
        cause[:, known.held], exposed[:, known.held] = known.slot, 1 - np.cumsum(known.slot, axis=0)
        slope = opened * cause - hazard * exposed
        by_place = cause.sum(axis=0)
        self._openings = np.append(cause.sum(axis=1), np.bincount(self._kind, weights=by_place, minlength=self._kinds))
        by_slot = _sum(self._part, slope, self._parts)
        by_kind = np.bincount(
            self._part * self._kinds + self._kind, weights=slope.sum(axis=0), minlength=self._parts * self._kinds
        )
        return np.hstack([by_slot, by_kind.reshape(self._parts, self._kinds)])

    @cached_property
    def _known(self) -> _Known:
        inference = self.inference
        top = inference.places.topmost(inference.held)
        held = np.flatnonzero(top == np.arange(len(top)))
        row = np.searchsorted(held, top)
        below = np.flatnonzero(top >= 0)
        told = np.zeros((inference.hearing.onsets.slots, len(held)))
        np.add.at(told.T, row[below], inference.customers.told[:-1, below].T)
        with np.errstate(divide="ignore"):
            told += np.log(inference.posterior.prior[:, held])
        most = told.max(axis=0, initial=-1e300)
        slot = np.exp(told - most)
        whole = np.maximum(slot.sum(axis=0), 1e-300)
        possible = most > -1e300
        return _Known(held, row, below, slot / whole, float((most + np.log(whole))[possible].sum()))

    # --- people and meters ------------------------------------------------------------------------

    def _speaking(self) -> Floats:
        """(parts, 4): of the share that reports, of false reports, of gasps, of wrong links."""
        inference = self.inference
        hearing, customers, rates = inference.hearing, inference.customers, inference.rates
        since = inference.posterior.since.copy()
        known = self._known
        since[:-1, known.below], since[-1, known.below] = known.slot[:, known.row[known.below]], 0.0
        words = customers.words(hearing.onsets)
        kinds, spoken = words.kinds, words.spoken
        served, _ = hearing.served(kinds)
        # Whose clock people set anew tells little of how long it takes to be heard.
        counts = kinds.answered < 0
        reported, gasped = counts & (kinds.report >= 0), counts & (kinds.off >= 0)
        # (kinds, S + 1): chances that it is true if all above was lost in each slot, or never.
        true_report, true_gasp = (np.column_stack([true, 1 - served]) for true in hearing.true_words(kinds))
        truly = _expected(spoken, reported[:, None] * true_report, since)
        meant = reported * (rates.false / (rates.false + hearing.strays(kinds)))
        true_report[:, -1] = 1 - hearing.powered(kinds)[:, -1]
        falsely = spoken @ meant - _expected(spoken, meant[:, None] * true_report, since)
        gasp = _expected(spoken, gasped[:, None] * true_gasp, since)
        quiet = spoken @ (counts & ~reported) + words.silent.sum(axis=0)
        still, heard = self._quiet(since[:-1], words)
        metered = spoken @ (counts & (kinds.area == 0) & ~gasped) + customers.by_area(words.silent, inference.areas)[1]
        still_gasp = rates.gasp * hearing.gasp_share / (1 - rates.gasp * hearing.gasp_share)
        links = hearing.wrong_link.take(customers.standing.code)
        linked = customers.leaf >= 0
        doubtful = np.bincount(customers.leaf[linked], links[linked], minlength=len(customers.right_below))
        asked = truly.sum() + quiet @ heard, gasp.sum() + metered @ (hearing.gasp_share @ since[:-1])
        self._words = np.array(
            [
                asked[0] * rates.report * (1 - rates.report),
                falsely.sum(),
                asked[1] * rates.gasp * (1 - rates.gasp),
                float((links * (1 - links)) @ linked),
            ]
        )
        columns = (
            (truly - quiet * still) * (1 - rates.report),
            falsely - customers.right_below * (rates.false / (1 - rates.false)),
            (gasp - metered * (still_gasp @ since[:-1])) * (1 - rates.gasp),
            self._wrong(since, words) - doubtful,
        )
        return np.stack([np.bincount(self._part, weights=c, minlength=self._parts) for c in columns], axis=1)

    def false_gasp(self) -> float:
        """How often a meter gasps while its customer has power, by the posterior (a step of Dempster et al. 1977).

        Below a device that is known open nothing else is taken to have failed, and a gasp that came before that would
        seem to be false: so what was heard there is not counted.
        """
        inference = self.inference
        hearing, customers, since = inference.hearing, inference.customers, inference.posterior.since
        words = customers.words(hearing.onsets)
        kinds, spoken = words.kinds, words.spoken
        gasped = (kinds.off >= 0) & (kinds.answered < 0)
        true = np.column_stack([hearing.true_words(kinds)[1], 1 - hearing.powered(kinds)[:, -1]])
        live = ~inference.below_known_open()
        falsely = (spoken @ gasped - _expected(spoken, gasped[:, None] * true, since)) @ live
        meters = (spoken @ (kinds.area >= 0) + customers.by_area(words.silent, inference.areas)[1:].sum(axis=0)) @ live
        rate = (FALSE_GASPS + falsely) / (FALSE_GASPS / self._believed.false_gasp + meters)
        return min(FALSE_MOST, float(rate))

    def power_up(self) -> float:
        """How often a meter is heard to say that power is back, of those that have it, by the posterior.

        Where many stay silent at once it is their words that are lost, unless the network says that they are out.
        """
        inference = self.inference
        hearing, customers, since = inference.hearing, inference.customers, inference.posterior.since
        words = customers.words(hearing.onsets)
        kinds, spoken = words.kinds, words.spoken
        asked = (kinds.answered >= 0) & (kinds.area == 0)
        if not asked.any():
            return self._believed.power_up
        due = asked * -np.expm1(-np.maximum(kinds.answered, 0) * (QUANTUM_MS / POWER_UP_MS))
        out = np.column_stack([np.ones((len(due), len(since) - 1)), 1 - hearing.powered(kinds)[:, -1]])
        live = ~inference.below_known_open()
        meters = (spoken @ due - _expected(spoken, due[:, None] * out, since)) @ live
        heard = (spoken @ (asked & (kinds.on >= 0) & (kinds.on <= kinds.answered))) @ live
        rate = (POWER_UPS * self._believed.power_up + heard) / (POWER_UPS + meters)
        return min(POWER_UP_MOST, float(rate))

    def mute(self) -> float:
        """Of meters that are read, how many have fallen silent for good though they have power, by the posterior."""
        inference = self.inference
        hearing, customers = inference.hearing, inference.customers
        if not self._rates.read_every_ms:
            return self._rates.mute
        words = customers.words(hearing.onsets)
        kinds, spoken = words.kinds, words.spoken
        counts = (kinds.area >= 0) & (kinds.on >= 0) & (kinds.off < 0) & (kinds.answered < 0)
        powered = (counts & hearing.mute(kinds))[:, None] * hearing.powered(kinds)
        live = ~inference.below_known_open()
        silent = _expected(spoken, powered, inference.posterior.since) @ live
        read = (spoken @ counts) @ live
        return min(MUTE_MOST, float((MUTE + silent) / (MUTE / self._believed.mute + read)))

    def _wrong(self, since: Floats, words: Words) -> Floats:
        """(N): how many links of the customers right below each place are wrong, by all that was heard."""
        hearing, customers = self.inference.hearing, self.inference.customers
        hushed = words.hushed
        of_silent = hearing.wrongly(customers.silent()).reshape(-1, len(words.silent), len(since))
        wrong: Floats = np.zeros(len(customers.right_below))
        for sort, count in enumerate(words.silent):
            chance = of_silent[:, sort].T.take(customers.near_row[:-1], axis=1)
            wrong += count * np.einsum("sn,sn->n", chance, since)
        of_hushed = hearing.wrongly(words.by_hushed).reshape(len(hushed), len(words.silent), len(since))
        wrong[hushed] = np.einsum("hak,kh,ah->h", of_hushed, since[:, hushed], words.silent[:, hushed])
        return wrong + _expected(words.spoken, hearing.wrongly(words.kinds), since)

    def _quiet(self, since: Floats, words: Words) -> tuple[Floats, Floats]:
        """(N): of one who did not report, the odds that he was to by now and is out; the share of reports that came."""
        report, hushed = self._rates.report, words.hushed
        share = self.inference.hearing.heard_share
        odds, lost = report * share / (1 - report * share) @ since, share @ since
        share = self.inference.customers.heard_share(hushed, self.inference.hearing).T
        out = since.take(hushed, axis=1)
        odds[hushed] = (report * share / (1 - report * share) * out).sum(axis=0)
        lost[hushed] = (share * out).sum(axis=0)
        return odds, lost


def _shares_of(believed: Rates, rates: Rates) -> Iterator[tuple[int, float, float, float]]:
    """Of each rate that is a share of customers: its column, how strongly what was believed is held, that, and now."""
    yield REPORT, CUSTOMERS, believed.report, rates.report
    yield GASP, CUSTOMERS, believed.gasp, rates.gasp
    if believed.wrong_link:
        yield WRONG, LINKS, believed.wrong_link, rates.wrong_link


def _parts(inference: Inference) -> Rows:
    """(N): the part of the network that each place is in: those below one place of a level with enough of them."""
    forest = inference.places
    counts = np.diff(forest.level)
    level = int(np.argmax(counts >= min(PARTS, counts.max(initial=0)))) if len(counts) else 0
    part = np.arange(len(forest))
    for first, last in zip(forest.level[level + 1 : -1], forest.level[level + 2 :], strict=True):
        part[first:last] = part[forest.parent[first:last]]
    return np.asarray(np.unique(part, return_inverse=True)[1], np.intp)


def _course(onsets: Onsets) -> Floats:
    """(S, S): covariance of the logarithm of the hazard's times in the slots."""
    at = onsets.middles_ms()
    return np.asarray(STORM**2 + COURSE**2 * np.exp(-np.abs(at[:, None] - at) / COURSE_MS) + 1e-6 * np.eye(len(at)))


def _profile(onsets: Onsets, times: Floats) -> Profile:
    since = (onsets.as_of - onsets.edges[:-1].astype(np.int64) * QUANTUM_MS).tolist()
    return Profile(tuple(since), tuple(float(np.clip(t, 1e-3, 1e3)) for t in times))


def _risen(profile: Profile, now_ms: int, gust: float) -> Profile:
    """The profile with a gust in the last minutes."""
    cut = now_ms - GUST_MS
    kept = [(since, times) for since, times in zip(*profile, strict=True) if since < cut] or [(cut - 1, 1.0)]
    since, times = zip(*kept, (cut, kept[-1][1] * gust), strict=True)
    return Profile(since, times)


def _likelihood(inference: Inference, heard: float) -> float:
    """Logarithm of the exact likelihood of all that was heard, up to a constant; `heard`: by `Inference.weigh`."""
    customers, false = inference.customers, inference.rates.false
    linked = customers.leaf >= 0
    words = customers.words(inference.hearing.onsets)
    falsely = np.log(false + inference.hearing.strays(words.kinds)) * (words.kinds.report >= 0)
    everybody = np.count_nonzero(linked)
    return float(heard + words.spoken.sum(axis=0) @ falsely + everybody * math.log1p(-false))


def _by_kind(opens: Floats, believed: Floats, kind: Ints, kinds: int) -> Floats:
    """(K): the hazard over what was believed at the start."""
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.log1p(-opens) / np.log1p(-believed)
    found = np.ones(kinds)
    some = believed > 0
    found[kind[some]] = factor[some]
    return found


def _sum(part: Rows, values: Floats, parts: int) -> Floats:
    return np.stack([np.bincount(part, weights=v, minlength=parts) for v in values], axis=1)


def _expected(spoken: csr_array, of_kind: Floats, since: Floats) -> Floats:
    """(N): the sum, over who spoke right below each place, of what holds of each kind (kinds, S + 1) in each slot."""
    return np.asarray(np.einsum("ns,sn->n", spoken @ of_kind, since))


def _logistic(chance: float, step: float) -> float:
    odds = chance / (1 - chance) * np.exp(step)
    return float(np.clip(odds / (1 + odds), 1e-4, 0.98))


def _share_out(inference: Inference) -> float:
    leaf = inference.customers.leaf
    everybody = float((leaf >= 0).sum())
    count = np.bincount(leaf[leaf >= 0], minlength=len(inference.places))
    lost = np.where(inference.below_known_open(), 1.0, 1 - inference.posterior.since[-1])
    return float(np.clip((count * lost).sum() / max(everybody, 1.0), 1e-4, 0.99))
