"""Rates learned from what the utility itself has heard: one step of expectation-maximisation at a time.

Every rate has a conjugate prior (Beta for a chance, Gamma for a hazard): the value believed at the start, with the
strength of a stated number of cases. The posterior of the present evidence says how many cases there were and how
many went which way; each step can only make what was heard likelier (Dempster, Laird and Rubin 1977). What is
learned is the same whatever the order of words, and needs no threshold that a utility would have to tune.
"""

from __future__ import annotations

import numpy as np

from stormops.core.hearing import Rates
from stormops.core.inference import Inference
from stormops.core.network import Floats, Ints

CUSTOMERS = 200.0
"""Strength of what is believed of the share that reports, or of gasps heard: that many customers without service."""

FALSE = 2.0
"""Strength of what is believed of false reports: that many of them."""

OPENED = 3.0
"""Strength of the hazard that is believed, for each kind of device: that many devices opened."""

LINKS = 2_000.0
"""Strength of what is believed of wrong links: that many customers of whom something was heard."""


def learn(inference: Inference, believed: Rates, opens: Floats, kind: Ints) -> tuple[Rates, Floats]:
    """The rates, and the chances that devices open (N, by place), after one more step.

    `believed` and `opens` are those of the start; `kind` (N, by place) numbers the kinds of devices from 0.
    """
    hearing, customers, rates = inference.hearing, inference.customers, inference.rates
    since, weights = inference.posterior.since, hearing.weights
    heard_of = customers.special()
    leaf = customers.leaf[heard_of]
    live = ~inference.below_known_open()[leaf]
    heard_of, leaf = heard_of[live], leaf[live]
    served, wrong = inference.served(heard_of)
    on = since[leaf, -1] * served
    wrong = wrong * on
    columns = customers.columns
    reported = columns["report_ms"][heard_of] > 0
    gasped = columns["off_ms"][heard_of] > columns["on_ms"][heard_of]
    silent = _silent_out(inference)
    still = rates.report * (1 - hearing.heard_share) / (1 - rates.report * hearing.heard_share)
    out_reported = float(((1 - on) * reported).sum())
    out_silent = float(silent.sum() + ((1 - on) * ~reported).sum())
    to_come = float(silent @ still)
    everybody = float((customers.leaf >= 0).sum())
    span = float(weights.sum())
    false = float(((on - wrong) * reported).sum())
    report = (CUSTOMERS * believed.report + out_reported + to_come) / (CUSTOMERS + out_reported + out_silent)
    learned = rates._replace(
        report=min(0.95, report),
        false=(FALSE + false) / (FALSE / believed.false + everybody * span),
        share_out=_share_out(inference, everybody),
        wrong_link=(LINKS * believed.wrong_link + float(wrong.sum())) / (LINKS + len(heard_of)),
        gasp=_gasp(inference, believed, float(((1 - on) * gasped).sum())),
    )
    by_kind, overall = _hazard(inference, opens, kind)
    return learned._replace(service=min(0.1, believed.service * overall)), opens * by_kind[kind]


def _silent_out(inference: Inference) -> Floats:
    """(S): silent customers expected out since each slot."""
    customers = inference.customers
    quiet = np.zeros(len(customers.leaf), np.bool_)
    quiet[customers.special()] = True
    quiet = ~quiet & (customers.leaf >= 0)
    count = np.bincount(customers.leaf[quiet], minlength=len(inference.places)).astype(np.float64)
    count[inference.below_known_open()] = 0.0
    return np.asarray(np.einsum("n,ns->s", count, inference.posterior.since[:, :-1]))


def _share_out(inference: Inference, everybody: float) -> float:
    leaf = inference.customers.leaf
    count = np.bincount(leaf[leaf >= 0], minlength=len(inference.places))
    lost = np.where(inference.below_known_open(), 1.0, 1 - inference.posterior.since[:, -1])
    return float(np.clip((count * lost).sum() / max(everybody, 1.0), 1e-4, 0.99))


def _gasp(inference: Inference, believed: Rates, gasped: float) -> float:
    """Share of losses of which a gasp was heard, of meters that could be heard."""
    customers = inference.customers
    metered = (customers.area == 0) & (customers.leaf >= 0)
    metered[customers.special()] = False
    count = np.bincount(customers.leaf[metered], minlength=len(inference.places)).astype(np.float64)
    count[inference.below_known_open()] = 0.0
    out = np.einsum("n,ns->s", count, inference.posterior.since[:, :-1])
    quiet = float(out @ inference.hearing.gasp_share)
    return min(0.98, (CUSTOMERS * believed.gasp + gasped) / (CUSTOMERS + gasped + quiet))


def _hazard(inference: Inference, opens: Floats, kind: Ints) -> tuple[Floats, float]:
    """(K): how much likelier each kind opens than was believed, and all together."""
    posterior = inference.posterior
    seen = ~inference.below_known_open()
    expected = opens * inference.hearing.weights.sum() * posterior.above[:, -1] * seen
    opened = posterior.cause.sum(axis=1) * seen
    kinds = int(kind.max(initial=0)) + 1
    found = np.bincount(kind, weights=opened, minlength=kinds)
    awaited = np.bincount(kind, weights=expected, minlength=kinds)
    overall = (OPENED + found.sum()) / (OPENED + awaited.sum())
    return np.asarray((OPENED + found) / (OPENED + awaited)), float(overall)
