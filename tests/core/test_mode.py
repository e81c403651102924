"""The whole table: every function, every mode."""

from itertools import pairwise

import pytest

from stormops.core.mode import FOR_STAFF, FOR_THE_PUBLIC, FUNCTIONS, Criticality, Level, Mode, level_of


@pytest.mark.parametrize("mode", Mode)
def test_every_mode_has_its_sentences(mode: Mode) -> None:
    for sentences in (FOR_STAFF, FOR_THE_PUBLIC):
        assert sentences[mode].endswith(".")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_has_a_level_in_every_mode_and_no_better_one_in_a_harsher(name: str) -> None:
    function = FUNCTIONS[name]
    levels = [level_of(name, mode) for mode in Mode]
    assert function.name == name
    assert function.title
    assert function.sentence.endswith(".")
    assert levels[0] is levels[1] is Level.FULL
    assert all(milder.rank <= harsher.rank for milder, harsher in pairwise(levels))


def test_the_first_class_is_served_in_every_mode() -> None:
    first = [name for name, function in FUNCTIONS.items() if function.criticality is Criticality.P0]
    served = {level_of(name, mode) for name in first for mode in Mode}
    assert served <= {Level.FULL, Level.LEAN}


def test_only_the_last_class_is_suspended_by_a_storm() -> None:
    away = {name for name in FUNCTIONS if level_of(name, Mode.STORM) in {Level.SUSPEND, Level.HOLD}}
    assert away
    assert {FUNCTIONS[name].criticality for name in away} == {Criticality.P3}


def test_no_name_stands_twice() -> None:
    assert len({function.title for function in FUNCTIONS.values()}) == len(FUNCTIONS)


def test_an_unknown_function_has_no_level() -> None:
    with pytest.raises(KeyError):
        level_of("unknown", Mode.NORMAL)
