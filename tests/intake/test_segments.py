from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormops.intake.segments import SEGMENTS_MAX, fitted, is_gsm, segments


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" + "a" * 152, 3),  # the euro's two septets may not be split: 152, 152 + 2 - 1, 1
        ("á" * 70, 1),
        ("á" * 71, 2),
        ("á" * 134, 2),
        ("á" * 135, 3),
        ("ñé¿è" * 40, 1),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("😀" * 66, 2),  # 33 pairs in each: a pair is not split
        ("😀" * 67, 3),
    ],
)
def test_the_count_of_the_carriers(text: str, count: int) -> None:
    assert segments(text) == count


def test_accents_go_only_when_they_cost_a_segment_too_many() -> None:
    assert fitted("caído") == "caído"
    long = "cable caído " * 20
    assert fitted(long) == long.replace("í", "i")
    assert fitted("Ñandú, kreyòl " * 15) == "Ñandu, kreyòl " * 15


@given(st.text(max_size=700))
def test_whatever_is_said_fits(text: str) -> None:
    sent = fitted(text)
    assert segments(sent) <= SEGMENTS_MAX
    assert sent == text or is_gsm(sent)
