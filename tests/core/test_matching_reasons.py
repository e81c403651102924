"""Reasons for people."""

from __future__ import annotations

import pytest

from stormops.core.matching_address import AddressBook
from stormops.core.matching_reasons import reasons
from tests.core.english import all_english
from tests.core.matching_city import make_city

BOOK = AddressBook(make_city())


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("101 Palmetto Ave", []),
        ("101 Palmeto Ave", ["street name differs by 1 letter: 'PALMETO' for 'Palmetto Ave'"]),
        ("101 Pxlmeto Ave", ["street name differs by 2 letters: 'PXLMETO' for 'Palmetto Ave'"]),
        ("101 Palmitoe Ave", ["street name sounds alike: 'PALMITOE' for 'Palmetto Ave'"]),
        ("101 Palmetto", ["suffix missing"]),
        ("101 Palmetto Road", ["suffix differs: 'ROAD' for 'AVENUE'"]),
        ("101 Palmetto Avenie", ["suffix misspelt: 'AVENIE' for 'AVENUE'"]),
        ("101 Palmettoave", ["name and suffix are written as one"]),
        ("101 N Palmetto Ave", ["direction added: 'N'"]),
        ("14 Main St", ["direction missing: 'S'"]),
        ("14 Main St S", ["direction stands elsewhere"]),
        ("6 1/2 Route 7", ["route given without its class: 'US Highway 7'"]),
        ("14 Oak St, Alderr", ["town is misspelt: 'ALDERR' for 'Alder'"]),
        ("101 Palmetto Ave, Birch", ["town differs: 'BIRCH' for 'Alder'"]),
        ("101 Palmetto Ave, Oz", ["'OZ' is not a place in this city"]),
        ("101 Palmetto Ave 34310", ["postcode differs: '34310'"]),
    ],
)
def test_reasons(text: str, why: list[str]) -> None:
    assert all_english(reasons(BOOK.hear(text).there[0], BOOK)) == why


def test_a_street_without_the_number_has_reasons_too() -> None:
    absent = BOOK.hear("107 Palmeto Ave").absent[0]
    assert all_english(reasons(absent, BOOK)) == ["street name differs by 1 letter: 'PALMETO' for 'Palmetto Ave'"]
