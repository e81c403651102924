"""What was heard of a customer, as likelihoods."""

from __future__ import annotations

import numpy as np
import pytest

from stormops.core.calling import ALWAYS, CALL, TEXT, Calling, LocalTime, Shut
from stormops.core.hearing import MISSED_READS, NEIGHBOURS, WRONG_ON, Heard, Hearing, Rates, near_code, near_shares
from stormops.core.onset import AGES, QUANTUM_MS, WIDTHS, Onsets
from stormops.core.strays import STEPS
from tests.core.callers import Caller, Callers

RATES = Rates(wrong_link=0.0, service=0.0)
ONSETS = Onsets.at(490_000 * 3_600_000)
MINUTES = np.array([10, 30, 60])
SLOT = {int(slot): int(age) for age, slot in reversed(list(enumerate(ONSETS.slot_of_age())))}

DAWN = (20_000 * 24 + 12) * 3_600_000
BY_NIGHT = Calling(LocalTime((0, DAWN - 1_800_000), (-6 * 3_600_000, -5 * 3_600_000)), (0.5, 0.2, 0.3))
SHUT = (Shut(TEXT, DAWN - 2_400_000, DAWN - 1_200_000), Shut(CALL, DAWN - 600_000, 0))


def hearing(rates: Rates = RATES, deaf: list[tuple[float, float]] | None = None) -> Hearing:
    areas = None if deaf is None else np.array(deaf)
    return Hearing(ONSETS, rates, ONSETS.weights(rates.span_ms), areas)


def heard(  # noqa: PLR0917 - a word each
    report: int = -1, off: int = -1, on: int = -1, area: int = -1, answered: int = -1, near_out: int = -1
) -> Heard:
    words = [np.array([value], np.intp) for value in (report, off, on, area, answered, -1, near_out, 0)]
    return Heard._make([*words, np.full((1, NEIGHBOURS), -1)])


def told(table: Hearing, **words: int) -> np.ndarray:
    return np.asarray(table.evidence(heard(**words))[0])


def test_silence_speaks_against_an_old_loss_and_not_against_a_new_one() -> None:
    silent = told(hearing())
    assert np.isclose(silent[0], np.log(0.9), atol=1e-3)
    assert (np.diff(silent[:-1]) >= 0).all()
    assert silent[-2] > -0.02
    assert silent[-1] == 0


def test_a_report_speaks_for_a_loss_before_it_and_not_after() -> None:
    age = 20
    said = told(hearing(), report=age)
    assert said.argmax() in {s for s in SLOT if ONSETS.edges[s] > age}
    later = [s for s in SLOT if ONSETS.edges[s] <= age]
    assert np.allclose(said[later], 0)
    assert said.max() > 5


def test_without_times_a_report_is_a_matter_of_rates() -> None:
    table = Hearing(Onsets(0, (1,)), RATES._replace(delay_ms=0), np.ones(1))
    assert np.allclose(told(table, report=0), [np.log(1 + 0.1 / 2e-4), 0])
    assert np.allclose(told(table), [np.log(0.9), 0])


def test_a_gasp_tells_when_and_a_silent_meter_that_is_heard_speaks_for_service() -> None:
    table = hearing(deaf=[(0, 0)])
    gasp, quiet = told(table, off=5, area=0), told(table, area=0)
    assert gasp.argmax() == ONSETS.slot_of_age()[5]
    assert gasp.max() > 10
    assert np.isclose(quiet[2], np.log(0.4) + told(hearing())[2], atol=1e-3)


def test_a_silent_area_says_nothing_of_the_time_in_which_it_was_not_heard() -> None:
    table = hearing(deaf=[(0, 0), (30, 0), (600, 60)])
    said, deaf, back = (told(table, area=area) - told(hearing()) for area in range(3))
    recent = [s for s in SLOT if ONSETS.edges[s] <= 30]
    assert np.allclose(deaf[recent], 0)
    assert np.allclose(deaf[:3], said[:3])
    between = [s for s in SLOT if ONSETS.edges[s] <= 600 and ONSETS.edges[s + 1] >= 60]
    assert np.allclose(back[between], 0)
    assert np.allclose(back[recent], said[recent])


def test_a_meter_that_was_on_rules_out_an_earlier_loss() -> None:
    said = told(hearing(deaf=[(0, 0)]), on=5, area=0)
    assert (said[: ONSETS.slot_of_age()[5]] < -6).all()
    assert said[-1] == 0


def test_a_missed_read_speaks_for_a_loss_before_it_was_due() -> None:
    every = RATES._replace(read_every_ms=10 * QUANTUM_MS)
    said = told(hearing(every, [(0, 0)]), on=25, area=0) - told(hearing(deaf=[(0, 0)]), on=25, area=0)
    due = ONSETS.slot_of_age()[20]
    assert said[due] > 2
    assert np.allclose(said[-3:], 0)


@pytest.mark.parametrize("on", [6, 11, 12, 21, 22, 25, 35, 47, 90])
def test_every_read_that_is_missed_speaks_moment_by_moment(on: int) -> None:
    """Of losses evenly within each slot: who has power misses the reads that were due before, and all after it."""
    rates = RATES._replace(read_every_ms=10 * QUANTUM_MS, mute=1e-3)
    said = told(hearing(rates, [(0, 0)]), on=on, area=0) - told(hearing(deaf=[(0, 0)]), area=0)
    gone = rates.mute * rates.read_every_ms / rates.span_ms
    chance = [1.0, *MISSED_READS, gone]
    due = [on + 1 - 10 * nth for nth in range(1, len(chance)) if on + 1 - 10 * nth - 1 > 1]
    for slot in range(4, ONSETS.slots):
        older, newer = ONSETS.edges[slot : slot + 2].tolist()
        lost = newer + (older - newer) * (np.arange(6_000) + 0.5) / 6_000
        before = (np.array(due)[:, None] > lost).sum(axis=0)
        ratio = np.where(lost > on + 1, WRONG_ON, np.array(chance)[before]) / chance[len(due)]
        assert np.isclose(said[slot], np.log(ratio.mean()), atol=2e-3)


def test_reads_that_were_due_before_people_restored_it_are_not_missed() -> None:
    every = RATES._replace(read_every_ms=10 * QUANTUM_MS)
    with_reads, without = hearing(every, [(0, 0)]), hearing(deaf=[(0, 0)])
    back, unheard = (told(table, on=90, answered=8, area=0) for table in (with_reads, without))
    assert np.allclose(back, unheard), "its next read is not due yet"
    since = told(with_reads, on=90, answered=22, area=0) - told(without, on=90, answered=22, area=0)
    assert since[0] > 2, "out all along"
    assert since[ONSETS.slot_of_age()[16]] > 1, "or anew"
    assert np.allclose(since[-2:], 0)


def test_how_a_house_stands_says_how_likely_its_link_is_wrong() -> None:
    rates = RATES._replace(wrong_link=0.02, share_out=0.1)
    table = Hearing(ONSETS, rates, ONSETS.weights(rates.span_ms), np.zeros((1, 2)), odds=(0.1, 1.0, 30.0))
    assert np.allclose(table.wrong_link / (1 - table.wrong_link), np.array([0.1, 1.0, 30.0]) * 0.02 / 0.98)
    gasp = [heard(off=5, area=0)._replace(stands=np.array([code])) for code in range(3)]
    for code, said in enumerate(gasp):
        alone = hearing(rates._replace(wrong_link=float(table.wrong_link[code])), [(0, 0)])
        assert (table.evidence(said) == alone.evidence(heard(off=5, area=0))).all()
        assert np.allclose(table.served(said), alone.served(heard(off=5, area=0)))
        assert np.allclose(table.powered(said), alone.powered(heard(off=5, area=0)))
        assert np.allclose(table.wrongly(said), alone.wrongly(heard(off=5, area=0)))


def test_who_gasped_is_out_elsewhere_if_anywhere_and_who_was_read_is_not() -> None:
    table = hearing(RATES._replace(wrong_link=0.02, share_out=0.1), [(0, 0)])
    gasped, read, silent = (
        table.out_elsewhere(said)[0] for said in (heard(off=5, area=0), heard(on=2, area=0), heard())
    )
    assert gasped > 0.99
    assert read < 1e-2
    assert np.isclose(silent, 0.1, atol=0.02)


def test_a_read_due_in_silence_is_not_missed_but_the_first_one_after_it_is() -> None:
    every = RATES._replace(read_every_ms=10 * QUANTUM_MS)
    silences = [(0.0, 0.0), (20.0, 0.0), (20.0, 8.0), (20.0, 5.0)]
    with_reads, without = hearing(every, silences), hearing(deaf=silences)
    heard_all, still, back, later = (told(with_reads, on=25, area=a) - told(without, on=25, area=a) for a in range(4))
    assert heard_all[ONSETS.slot_of_age()[20]] > 2
    assert np.allclose(still, 0)
    as_if_due = told(with_reads, on=15, area=0) - told(without, on=15, area=0)
    recent = ONSETS.edges[:-1] <= 16
    assert np.allclose(back[:-1][recent], as_if_due[:-1][recent])
    assert back[ONSETS.slot_of_age()[12]] > 2
    assert np.allclose(later, 0)


def test_of_a_slot_in_which_a_meter_was_on_the_part_since_then_is_left() -> None:
    slot, table = ONSETS.slot_of_age()[60], hearing(deaf=[(0, 0)])
    older, newer = ONSETS.edges[slot : slot + 2].tolist()
    assert newer + 2 < older
    said = told(table, on=newer, area=0)[slot] - told(table, area=0)[slot]
    assert np.isclose(np.exp(said), 1 / (older - newer), rtol=0.1)  # and one time in five hundred a word is wrong


def test_who_was_restored_and_says_so_again_lost_service_since() -> None:
    table = hearing()
    said = told(table, report=3, answered=40)
    first = ONSETS.slot_of_age()[40]
    assert np.allclose(said[:first], said[first])
    assert np.isclose(told(table, answered=1)[0], told(table)[ONSETS.slot_of_age()[1]])


def test_a_wrong_link_bounds_what_one_customer_can_say() -> None:
    loose = hearing(RATES._replace(wrong_link=0.02, share_out=0.1), [(0, 0)])
    gasp = told(loose, off=5, area=0)
    assert gasp.max() - gasp[-1] < np.log(1 / (0.02 * 0.1)) + np.log(len(WIDTHS)) + 3
    never, wrong = loose.served(heard(off=5, area=0))
    assert never[0] > 0.9
    assert wrong[0] > 0.7


@pytest.mark.parametrize("near_out", [-1, 0, 3, 26, 14 * 2 + 5, 14 * 7 + 13])
@pytest.mark.parametrize("words", [{}, {"area": 0}, {"report": 5}, {"off": 5, "area": 0}, {"report": 40, "area": 0}])
def test_who_hangs_elsewhere_may_be_out_there_and_has_service_when_the_recorded_device_has_not(
    words: dict[str, int], near_out: int
) -> None:
    """Every case apart: the link right or wrong, lost elsewhere (in any slot) or not, its own service failed or not."""
    rates = RATES._replace(wrong_link=0.02, share_out=0.1, service=1e-2)
    table, said = hearing(rates, [(0, 0)]), heard(**words, near_out=near_out)
    out_there = rates.share_out if near_out < 0 else 0.5 ** (near_out % 14)
    ratio = table.ratios(said)[0][0]
    slots = len(ratio)
    weights = ONSETS.weights(rates.span_ms)
    kept = (1 - rates.service) ** np.append(0, np.cumsum(weights))
    lost_there = [(1 - out_there, slots)]
    lost_there += [(out_there * share, slot) for slot, share in enumerate(weights / weights.sum())]
    found, wrongly = table.powered(said)[0], table.wrongly(said)[0]
    for recorded in range(slots + 1):
        on = wrong = total = 0.0
        hung = [(1 - rates.wrong_link, recorded, True)]
        there = lost_there
        if near_out >= 0 and recorded < slots:
            apart = 0.5 ** (near_out // 14)
            there = [(apart, slots), (1 - apart, recorded)]
        hung += [(rates.wrong_link * share, slot, False) for share, slot in there]
        for own in range(slots + 1):
            failed = kept[own] - kept[own + 1] if own < slots else kept[slots]
            for chance, above, right in hung:
                # As the evidence has it: what is said of who hangs elsewhere is not of their own service.
                since = own if right and own < recorded else above
                likely = chance * failed * (ratio[since] if since < slots else 1.0)
                total += likely
                on += likely if own == above == slots else 0.0
                wrong += 0.0 if right else likely
        assert np.isclose(found[recorded], on / total)
        assert np.isclose(wrongly[recorded], wrong / total)


def test_its_own_service_explains_a_customer_when_nothing_above_does() -> None:
    table = hearing(RATES._replace(service=1e-2))
    never, _ = table.served(heard(report=20))
    assert never[0] < 0.5
    assert table.served(heard())[0][0] > 0.98
    assert told(table, report=20)[-1] > 0.5


def test_who_reports_alone_is_linked_wrongly_where_those_near_by_are_out_and_not_where_they_are_on() -> None:
    table = hearing(RATES._replace(wrong_link=0.02, share_out=0.1))
    wrong = [table.served(heard(report=20, near_out=near_out))[1][0] for near_out in (0, -1, 13)]
    assert wrong[0] > wrong[1] > wrong[2]
    assert wrong[2] < 0.03


def test_where_those_near_by_lost_service_with_the_recorded_device_a_wrong_link_makes_no_difference() -> None:
    table = hearing(RATES._replace(wrong_link=0.02))
    lost = [table.wrongly(heard(report=20, near_out=14 * octaves))[0, 0] for octaves in (0, 4, 7)]
    assert lost[0] < lost[1] < lost[2]
    assert lost[2] == pytest.approx(0.02, rel=0.02)


def test_how_it_stands_near_by_is_kept_by_octaves() -> None:
    out = np.array([1.0, 0.5, 0.3, 1e-3, 2.0**-13, 1e-9, 0.0, np.nan])
    apart = np.array([0.01, 1.0, 0.3, 0.1, 0.7, 0.0, 0.5, 0.5])
    code = near_code(out, apart)
    assert code.max() < 255
    kept = near_shares(code, 0.123)
    assert kept[0][-1] == 0.123
    assert kept[1][-1] == 1 - 0.123
    assert np.abs(np.log2(kept[0][:5] / out[:5])).max() <= 0.5
    assert np.abs(np.log2(kept[1][:5] / apart[:5])).max() <= 0.5
    assert kept[0][5] == kept[0][6] == 2.0**-13


def test_whole_steps_make_sums_exact() -> None:
    ages = np.arange(AGES)[::7]
    nothing = np.full(len(ages), -1)
    many = Heard(
        ages,
        nothing,
        nothing,
        nothing,
        nothing,
        nothing,
        nothing,
        np.zeros_like(ages),
        np.full((len(ages), NEIGHBOURS), -1),
    )
    said = hearing().evidence(many)
    assert (said[::-1].cumsum(axis=0)[-1] == said.cumsum(axis=0)[-1]).all()


def test_of_many_each_is_weighed_as_it_is_alone() -> None:
    rng = np.random.default_rng(1)
    columns = rng.integers(-1, 9, (8, 300))
    columns[3:] = np.minimum(columns[3:], 0)
    columns[-1] = 0
    neighbours = np.sort(rng.integers(-1, 9, (300, NEIGHBOURS)) * (rng.random((300, 1)) < 0.5), axis=1)[:, ::-1]
    neighbours[neighbours <= columns[0][:, None]] = -1
    many, table = Heard._make([*columns, neighbours]), hearing()
    alone = [table.evidence(many.only(np.array([k])))[0] for k in range(300)]
    assert np.array_equal(table.evidence(many), alone)
    kinds, which = many.kinds()
    assert len(kinds.report) < 300
    assert all(np.array_equal(kind[which], column) for kind, column in zip(kinds, many, strict=True))


def test_who_was_out_before_a_repair_above_is_given_away_by_a_meter_that_does_not_say_it_is_back() -> None:
    """It gasped long ago and can gasp no more: its silence speaks for the loss that goes on, not against it."""
    table = hearing(deaf=[(0, 0)])
    quiet, back = told(table, answered=15, area=0), told(table, answered=15, on=15, area=0)
    after = ONSETS.slot_of_age()[15]
    assert (quiet[:after] > 2).all()
    assert (back[:after] < -2).all()
    assert (quiet[after + 1 : -2] < 0).all()
    unmetered = told(table, answered=15)
    assert (unmetered[:after] < 0).all()
    assert np.allclose(unmetered[:after], unmetered[after])
    called = told(table, answered=15, report=8)
    assert (called[:after] > 4).all()


CALLED = [
    Caller(-1),
    Caller(7),
    Caller(-1, (9,)),
    Caller(-1, (30, 12, 12, 3)),
    Caller(12, (30, 12, 12, 3)),
    Caller(3, (30, 12, 12, 3)),
    Caller(0, (1,), 0.25),
    Caller(21, (), 0.25),
]


@pytest.mark.parametrize("caller", CALLED)
@pytest.mark.parametrize("calling", [ALWAYS, BY_NIGHT, BY_NIGHT._replace(shut=SHUT)])
def test_what_callers_say_is_what_their_clocks_say_step_by_step(calling: Calling, caller: Caller) -> None:
    onsets, rates = Onsets(DAWN, (20, 6, 6, 1)), RATES._replace(hush=0.3, span_ms=7_200_000.0)
    table = Hearing(onsets, rates, onsets.weights(rates.span_ms), calling=calling)
    first = sorted(caller.neighbours, reverse=True)[:NEIGHBOURS]
    neighbours = [age if age > caller.report else -1 for age in first]
    neighbours += [-1] * (NEIGHBOURS - len(neighbours))
    steps = round(-STEPS * np.log2(caller.strays)) if caller.strays else -1
    nothing = np.array([-1])
    said = Heard(
        np.array([caller.report]),
        nothing,
        nothing,
        nothing,
        nothing,
        np.array([steps]),
        nothing,
        np.array([0]),
        np.array([neighbours]),
    )
    expected = Callers(onsets, rates, calling).ratios(caller)
    assert np.allclose(table.spoken(said)[0], expected, rtol=1e-9, atol=0)


def test_at_night_silence_says_little_and_a_report_as_much() -> None:
    weights = ONSETS.weights(RATES.span_ms)
    noon, night = (
        Hearing(ONSETS, RATES, weights, calling=Calling(LocalTime((0,), (hours * 3_600_000,)))) for hours in (-4, -12)
    )
    hour = ONSETS.slot_of_age()[25]
    assert told(noon)[hour] * 0.6 < told(night)[hour] < 0
    assert told(night, report=20).max() > told(noon, report=20).max() - 1


def test_where_neighbours_reported_silence_says_less() -> None:
    table = hearing(RATES._replace(hush=0.5))
    said = heard()._replace(neighbours=np.array([[40, 30, -1]]))
    alone, hushed = told(table), table.evidence(said)[0]
    long_ago, since = ONSETS.slot_of_age()[35], ONSETS.slot_of_age()[10]
    assert alone[long_ago] < hushed[long_ago] < 0
    assert np.isclose(np.log(1 - np.exp(hushed[since])), np.log(1 - np.exp(alone[since])), atol=2)
    assert alone[since] < hushed[since] < 0


def test_what_those_near_by_said_makes_a_report_worth_less() -> None:
    table = hearing()
    alone = told(table, report=20)
    near = table.evidence(heard(report=20)._replace(stray=np.array([8])))[0]
    assert 0 < near.max() < alone.max() - 3
    true, _ = table.true_words(heard(report=20))
    doubted, _ = table.true_words(heard(report=20)._replace(stray=np.array([8])))
    assert (doubted <= true).all()
    assert doubted.max() < true.max()
