"""Which device is open, how sure that is, and who is out: exact inference over the radial network.

Reports and meters' words come in; what they tell of every device is kept up to date on the paths that they
touch. The answer is a function of what was heard, of what people and telemetry know, of the rates and of the
quantum of time, never of the order in which words came; only what is predicted also depends on what was
predicted before (`core.predicting`).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from stormops.core.calling import ALWAYS, Calling
from stormops.core.customers import Customers
from stormops.core.distinct import distinct
from stormops.core.forest import Forest, Rows, forest, merged
from stormops.core.hearing import Hearing, Rates
from stormops.core.network import Bools, Floats, Ints, Tree
from stormops.core.onset import EVEN, QUANTUM_MS, WIDTHS, Onsets, Profile, bounded, openings
from stormops.core.posterior import Posterior
from stormops.core.predicting import Prediction
from stormops.core.squalls import WITHIN_MS, Squalls
from stormops.core.standing import Standing

CLOSED_NOW = 2**62
"""The time until which a device is known closed when telemetry says so."""


class Inference:
    """N devices by place of `places`, P premises. Idle devices of the tree (`Tree.idle`) have no place (-1).

    `opens` (by device of the tree): the chance that each opens in a storm of `rates.span_ms`; it began at `begun_ms`,
    or may always be under way (None). `widths`: the slots of time (`core.onset`). `near`: which houses are
    (`core.strays`). `standing`: how they stand to the transformers right above (`core.standing`).
    """

    def __init__(
        self,
        tree: Tree,
        opens: Floats,
        rates: Rates,
        *,
        begun_ms: int | None = None,
        widths: tuple[int, ...] = WIDTHS,
        near: Ints | None = None,
        standing: Standing | None = None,
    ) -> None:
        self.places = _places(tree)
        self._widths, self._begun_ms = widths, begun_ms
        self.rates, self.opens, self.profile = rates, opens[self.places.node], EVEN
        self._calling = ALWAYS
        linked = tree.premise_device >= 0
        leaf = np.where(linked, self.places.place[np.where(linked, tree.premise_device, 0)], -1) if linked.any() else -1
        leaf = np.broadcast_to(np.asarray(leaf, np.intp), tree.premise_device.shape).copy()
        n = len(self.places)
        self.customers = Customers(leaf, n, near, standing)
        self.posterior = Posterior(self.places, len(widths))
        self.prediction = Prediction(self.places, self.customers.right_below)
        self.closed_ms = np.zeros(n, np.int64)
        self.held = np.zeros(n, np.bool_)
        self._below_held = np.zeros(n, np.bool_)
        self._deaf = np.zeros((1, 2), np.int64)
        self._retell = np.empty(0, np.intp)
        self._moved = np.empty(0, np.intp)
        """Places whose posterior changed since predictions were last chosen."""
        self._stale = True
        self.hazard = np.zeros((len(widths), n))
        self._alike: tuple[Floats, Rows] | None = None
        """The chances that are different, and (N) which of them each place has."""
        self.hearing = Hearing(Onsets(0, widths), rates, np.zeros(len(widths)))

    # --- what is known ----------------------------------------------------------------------------

    def close(self, devices: Rows | Ints, at_ms: int | Rows) -> None:
        """These devices were closed at a moment, one for all or one each; `CLOSED_NOW` = they are."""
        places = self.places.place[devices]
        if (self.closed_ms[places] == at_ms).all():
            return
        self.closed_ms[places] = at_ms
        self.prediction.bar(places, self.closed_ms[places] >= CLOSED_NOW)
        self._stale = True

    def hold(self, device: int, *, held: bool) -> None:
        """A device is known open: what is heard from below it is explained by that."""
        place = int(self.places.place[device])
        self.held[place] = held
        below = self.places.topmost(self.held) >= 0
        self._retell = distinct(np.concatenate((self._retell, np.flatnonzero(below != self._below_held))))
        self._below_held = below

    def deafen(self, area: Ints, silent_ms: Rows) -> None:
        """The areas of the meter network: of each premise (-1 = no meter, 0 = heard), and when each was silent.

        `silent_ms` (areas + 1, 2): from and until (0 = it still is); row 0 is (0, 0).
        """
        self.customers.hear_by(area)
        self._deaf = silent_ms
        self._stale = True

    def believe(self, rates: Rates, opens: Floats, profile: Profile, near_out: Rows | None = None) -> None:
        """Other rates, other chances that devices open in a storm (N, by place), another profile of it.

        `near_out` (N, by place): how it stands near the customers right below (`Heard.near_out`); None = as it was.
        """
        if near_out is not None and not np.array_equal(near_out, self.customers.near_out):
            self.customers.live_near(near_out)
            self._stale = True
        if rates != self.rates or profile != self.profile or not np.array_equal(opens, self.opens):
            self.rates, self.opens, self.profile = rates, opens, profile
            self._stale, self._alike = True, None

    def call_by(self, calling: Calling) -> None:
        """When customers can report."""
        if calling != self._calling:
            self._calling = calling
            self._stale = True

    def expect_squalls(self, *, expected: bool) -> None:
        """Whether failures are taken to come together (`core.squalls`): not while rates are learned from them."""
        if expected != isinstance(self.posterior, Squalls):
            self.posterior = (Squalls if expected else Posterior)(self.places, len(self._widths))
            self._stale = True

    # --- the answer -------------------------------------------------------------------------------

    def update(self, now_ms: int, before: Rows) -> Rows:
        """Bring everything up to date; `before` (places, ascending) was predicted. Gives the places that changed.

        Those are the places whose predicted device or whose posterior is another.
        """
        self.settle(now_ms)
        changed, self._moved = self._moved, np.empty(0, np.intp)
        posterior = self.posterior
        chance, first, lost = posterior.top[changed], posterior.first[changed], 1 - posterior.since[-1, changed]
        known = self._below_held[changed]
        chance[known], first[known], lost[known] = 0.0, 0.0, 0.5
        return merged(changed, np.sort(self.prediction.choose(changed, (chance, first, lost), before)))

    def settle(self, now_ms: int) -> None:
        """Bring the posterior up to date, but not what is predicted: rates are learned by it alone."""
        touched, afresh = self._listen(now_ms)
        self._moved = merged(self.posterior.settle(touched, afresh=afresh), self._moved)

    def weigh(self, now_ms: int) -> float:
        """Logarithm of the likelihood of what was heard, up to what is the same for all rates but of false reports.

        It takes half as long as `settle`, and leaves nothing up to date.
        """
        touched, _ = self._listen(now_ms)
        self._stale = True
        return self.posterior.weigh(touched)

    def _listen(self, now_ms: int) -> tuple[Rows, bool]:
        """Tell the posterior what is heard now; gives the places where that is news, and whether all are."""
        onsets = Onsets.at(now_ms)._replace(widths=self._widths)
        if self._stale or onsets.as_of != self.hearing.onsets.as_of:
            self._hear_anew(onsets)
            touched = np.arange(len(self.places))
        else:
            touched = merged(self.customers.count(self.hearing), self._retell)
        afresh, self._stale = self._stale or len(touched) == len(self.places), False
        self._retell = np.empty(0, np.intp)
        told = self.customers.told.take(touched, axis=1)
        told[:, self._below_held[touched]] = 0.0
        self.posterior.evidence[:, touched] = told
        return touched, afresh

    def _hear_anew(self, onsets: Onsets) -> None:
        horizon = self.rates.span_ms
        weights = onsets.weights(horizon, self._begun_ms, self.profile)
        if not self.rates.delay_ms:
            weights = np.array(self.profile.times[-1:])
        deaf = np.where(self._deaf > 0, (onsets.as_of - self._deaf) / QUANTUM_MS, 0.0)
        odds, begun_ms = self.customers.standing.odds, self._begun_ms
        self.hearing = Hearing(onsets, self.rates, weights, deaf, begun_ms=begun_ms, calling=self._calling, odds=odds)
        self.customers.recount(self.hearing)
        prior = self._prior(onsets, weights)
        if isinstance(self.posterior, Squalls):
            self.posterior.expect(self.hazard, onsets.younger(WITHIN_MS / QUANTUM_MS))
        else:
            self.posterior.believe(prior)

    def even_weights(self) -> Floats:
        """(S): the hazard of each slot as it was believed, without a profile."""
        if not self.rates.delay_ms:
            return np.ones(1)
        return self.hearing.onsets.weights(self.rates.span_ms, self._begun_ms)

    def _prior(self, onsets: Onsets, weights: Floats) -> Floats:
        """(S, N): chance that each device opened in each slot: not before it was closed, not while it is."""
        if self._alike is None:
            chances, which = np.unique(self.opens, return_inverse=True)
            self._alike = chances, which.astype(np.intp)
        chances, which = self._alike
        hazard = bounded(-np.log1p(-chances) * weights[:, None])
        self.hazard, prior = hazard.take(which, axis=1), openings(hazard).take(which, axis=1)
        known = np.flatnonzero(self.closed_ms)
        if len(known):
            age = np.maximum(onsets.as_of - self.closed_ms[known], 0) / QUANTUM_MS
            older, newer = onsets.edges[:-1, None], onsets.edges[1:, None]
            after = np.clip(np.minimum(older, age) - newer, 0, None) / np.maximum(older - newer, 1)
            self.hazard[:, known] *= after
            prior[:, known] = openings(self.hazard[:, known])
        return prior

    def out(self) -> Floats:
        """(P): chance that each customer is without service; of those outside the network, 0."""
        customers = self.customers
        reached = np.flatnonzero(customers.leaf >= 0)
        chance = np.zeros(len(customers.leaf))
        chance[reached] = 1 - self.powered(reached)
        chance[reached[self._below_held[customers.leaf[reached]]]] = 1.0
        return chance

    def powered(self, premises: Rows) -> Floats:
        """Chances that these premises have service, by what is heard; outside the network nothing above fails."""
        customers, since = self.customers, self.posterior.since
        leaf, linked = customers.leaf[premises], customers.leaf[premises] >= 0
        silent = self.hearing.powered(customers.silent())
        row = customers.silent_row(premises)
        on: Floats = silent[row, -1]
        apart = customers.apart(premises)
        quiet = np.flatnonzero(linked & ~apart)
        on[quiet] = np.einsum("ms,sm->m", silent[row[quiet]], since.take(leaf[quiet], axis=1))
        some = np.flatnonzero(apart)
        heard = self.hearing.powered(customers.heard(premises[some], self.hearing.onsets))
        on[some] = heard[:, -1]
        below = some[linked[some]]
        on[below] = np.einsum("ms,sm->m", heard[linked[some]], since.take(leaf[below], axis=1))
        return on

    def served(self, premises: Rows) -> tuple[Floats, Floats]:
        """Chances for these premises, when nothing above failed: that there is service, that the link is wrong."""
        silent = self.hearing.served(self.customers.silent())
        row = self.customers.silent_row(premises)
        served, wrong = silent[0][row], silent[1][row]
        some = np.flatnonzero(self.customers.apart(premises))
        heard = self.customers.heard(premises[some], self.hearing.onsets)
        served[some], wrong[some] = self.hearing.served(heard)
        return served, wrong

    def out_elsewhere(self, premises: Rows) -> Floats:
        """(M): chance that these premises are out if they hang elsewhere, and nothing above in the records failed."""
        return self.hearing.out_elsewhere(self.customers.heard(premises, self.hearing.onsets))

    @property
    def silent_ms(self) -> Rows:
        """As `deafen` was told."""
        return self._deaf

    @property
    def areas(self) -> int:
        """Kinds of areas of the meter network that are told apart: heard, and each silent one."""
        return len(self._deaf)

    def powered_below(self) -> Floats:
        """(N, by place): chance that nothing at or above each device took service from below it."""
        return np.where(self._below_held, 0.0, self.posterior.since[-1])

    def below_known_open(self) -> Bools:
        """(N, by place): whether a device at or above is known open."""
        return self._below_held


def _places(tree: Tree) -> Forest:
    """The devices that are on the tree, laid out; `node` and `place` are by row of the tree."""
    if not len(tree.idle):
        return forest(tree.parent)
    on_tree = np.ones(len(tree), np.bool_)
    on_tree[tree.idle] = False
    rows = np.flatnonzero(on_tree).astype(np.int32)
    number = np.full(len(tree) + 1, -1, np.int32)  # the last row answers for -1, the top
    number[rows] = np.arange(len(rows), dtype=np.int32)
    laid = forest(number[tree.parent[rows]])
    place = np.full(len(tree), -1, np.int32)
    place[rows] = laid.place
    return replace(laid, node=rows[laid.node], place=place)
