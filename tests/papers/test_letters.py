"""Every kind of letter has what composes it, in the customer's language; what each says is in test_letters_…"""

from __future__ import annotations

import pytest

from stormops.accounts.letters import LETTERS
from stormops.accounts.refusal import Refused
from stormops.papers.letters import COMPOSERS
from tests.papers.city import customer, said, written


def test_every_kind_that_may_be_issued_can_be_composed() -> None:
    assert set(COMPOSERS) == set(LETTERS)


@pytest.mark.parametrize(
    ("kind", "about", "code"),
    [
        ("poem", "x", "unknown_letter"),
        ("cut_notice", "x", "unknown_cut_order"),
        ("stop", "g-electric", "no_letter"),
        ("returned_payment", "receipt", "no_letter"),
    ],
)
def test_what_is_not_there_or_not_so_is_refused(kind: str, about: str, code: str) -> None:
    world, _, receipt = customer()
    with pytest.raises(Refused) as refused:
        written(world, kind, receipt if about == "receipt" else about)
    assert refused.value.refusal.code == code


def test_a_letter_is_in_the_customers_language_or_the_one_asked_for() -> None:
    world, second, _ = customer("ht")
    assert "Sa pou ou peye" in said(written(world, "statement", second))
    assert "1 septanm 2026" in said(written(world, "statement", second))
    spanish = written(world, "statement", second, language="es")
    assert spanish.language == "es"
    assert "Pague a más tardar el 20 de septiembre de 2026" in said(spanish)
