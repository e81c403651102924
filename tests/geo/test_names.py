import numpy as np

from geo.names import StreetNames, base_name, neighbourhoods, ordinal


def test_names_never_repeat_even_when_words_run_short() -> None:
    names = StreetNames(np.random.default_rng(1))
    made = [names.take(shape) for shape in ("through", "cul", "loop") * 4000]
    assert len(set(made)) == len(made)
    assert all(name.split()[-1] in {"St", "Ave", "Rd", "Dr", "Ln", "Ct", "Blvd", "Way", "Cir", "Trl"} for name in made)


def test_a_court_may_share_its_streets_name() -> None:
    names = StreetNames(np.random.default_rng(1))
    assert names.take("cul", like="Heron Run") == "Heron Run Ct"
    assert names.take("cul", like="Heron Run") == "Heron Run Ln"


def test_base_names_and_ordinals() -> None:
    assert base_name("N 3rd Ave") == "3rd"
    assert base_name("Amber Heron Ct") == "Amber Heron"
    assert base_name("") == ""
    assert [ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 22, 101, 111)] == [
        "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "22nd", "101st", "111th",
    ]  # fmt: skip


def test_neighbourhoods_are_distinct_beyond_the_words() -> None:
    made = neighbourhoods(np.random.default_rng(1), 5000)
    assert len(set(made)) == 5000
