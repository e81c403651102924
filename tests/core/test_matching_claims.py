"""What several fields of a report say together."""

from __future__ import annotations

from typing import Any

import pytest

from stormops.core.matching import Matched, Matcher, NotMatched
from stormops.core.matching_answer import Possible
from stormops.core.matching_claims import TRUST, Claim, decide
from stormops.core.matching_places import Places
from stormops.core.sentence import Sentence, say
from tests.core.english import all_english, english
from tests.core.matching_city import make_city, point, report, row

CITY = make_city()
MATCHER = Matcher(CITY)
HOME, AWAY = row("101", "Palmetto Ave"), row("12", "Oak St")

AS_SAID = say("as_said")


def _matched(**said: Any) -> Matched:
    answer = MATCHER.match(report(**said))
    assert isinstance(answer, Matched), answer
    return answer


def _unmatched(**said: Any) -> NotMatched:
    answer = MATCHER.match(report(**said))
    assert isinstance(answer, NotMatched), answer
    return answer


def test_nothing_said_is_nothing_matched() -> None:
    assert decide([], Places(CITY)) == NotMatched(say("nothing_said"), [])
    assert MATCHER.match(report(address="  ")) == NotMatched(say("nothing_said"), [])


def test_fields_that_agree_confirm() -> None:
    answer = _matched(account="A1007", phone="850-555-0101", address="101 Palmetto Ave", **point(0, 25))
    assert answer == Matched(HOME, 0, "account", [say("as_given", field="account")])


def test_trust_is_in_order() -> None:
    assert TRUST.index("service_point") < TRUST.index("account") < TRUST.index("address") < TRUST.index("phone")
    assert _matched(service_point=f"E-P{AWAY}", phone="850-555-0101").premise == AWAY


def test_two_keys_that_disagree_are_a_matter_for_a_person() -> None:
    answer = _unmatched(service_point=f"E-P{AWAY}", account="A1007")
    assert english(answer.why) == "account is another place"
    assert {c.premise for c in answer.candidates} == {HOME, AWAY}


def test_an_account_and_another_address_are_a_matter_for_a_person() -> None:
    assert {c.premise for c in _unmatched(account="A1007", address="14 Oak St").candidates} == {
        HOME,
        row("14", "Oak St"),
    }


def test_an_address_says_where_a_phone_says_who() -> None:
    answer = _matched(phone="850-555-0101", address="14 Oak St")
    assert (answer.premise, answer.penalty, answer.rule) == (row("14", "Oak St"), 1000, "address")
    assert "phone is another place" in all_english(answer.reasons)


def test_an_unknown_address_weakens_a_phone() -> None:
    answer = _matched(phone="850-555-0101", address="999 Xyzzyville Rd")
    assert (answer.premise, answer.penalty) == (HOME, 500)
    assert english(english(answer.reasons[1])) == "address: no such street is known"


def test_an_account_of_several_premises_is_decided_by_another_field() -> None:
    assert english(_unmatched(account="A1009").why) == "account has 2 premises"
    answer = _matched(account="A1009", address="21 Palmetto Ave")
    assert (answer.premise, answer.rule) == (row("21", "Palmetto Ave"), "account")
    assert english(answer.reasons[-1]) == "account decided by address"


def test_an_account_of_several_premises_and_an_address_elsewhere() -> None:
    assert isinstance(MATCHER.match(report(account="A1009", address="14 Oak St")), NotMatched)


def test_a_point_tells_two_towns_apart() -> None:
    answer = _matched(address="12 Oak St", **point(5010, 10))
    assert answer.premise == row("12", "Oak St", town="Birch")
    assert english(answer.reasons[-1]) == "address decided by coordinates"


def test_a_point_far_from_every_house_still_tells_two_towns_apart() -> None:
    answer = _matched(address="12 Oak St", **point(5100, 150))
    assert answer.premise == row("12", "Oak St", town="Birch")


@pytest.mark.parametrize(
    ("metres", "penalty", "why"),
    [(200, 0, []), (600, 600, ["coordinates 600 m away"]), (5000, 1500, ["coordinates 5.0 km away"])],
)
def test_a_point_away_from_the_address_costs(metres: float, penalty: int, why: list[str]) -> None:
    answer = _matched(address="14 Oak St", **point(400, 30 - metres))
    assert (answer.penalty, all_english(answer.reasons[1:])) == (penalty, why)


def test_a_doubtful_address_far_from_the_point_is_not_matched() -> None:
    answer = _unmatched(address="103 Plmeto", **point(5000, 20))
    assert answer.candidates


def test_suggestions_say_nothing_against_a_key() -> None:
    assert MATCHER.match_address("12 Ok Rd, Birchh").candidates  # type: ignore[union-attr]
    answer = _matched(account="A1007", address="404 Ok Rd")
    assert (answer.premise, answer.penalty) == (HOME, 500)


def test_a_town_that_is_not_ours_speaks_against_a_point() -> None:
    assert isinstance(MATCHER.match(report(address="14 Oak St, Gainesville", **point(0, 22))), NotMatched)


def test_a_point_decides_when_the_address_is_unknown() -> None:
    answer = _matched(address="the blue house", **point(0, 22))
    assert (answer.premise, answer.rule) == (HOME, "coordinates")
    assert answer.penalty > 500


def test_a_phone_and_a_point_far_apart_are_a_matter_for_a_person() -> None:
    assert english(_unmatched(phone="850-555-0101", **point(5000, 0)).why) == "coordinates 5.0 km away"


def test_a_point_away_from_an_account_is_only_noted() -> None:
    answer = _matched(account="A1007", **point(5000, 0))
    assert (answer.premise, answer.penalty) == (HOME, 700)


def test_a_key_that_is_not_known_weakens_the_address() -> None:
    answer = _matched(meter="nonsense", address="14 Oak St")
    assert (answer.penalty, english(answer.reasons[1])) == (300, "meter: meter is not known")


def _unsure(field: str, rows: list[int], why: str) -> Claim:
    options = [Possible(row, 1000, [AS_SAID]) for row in rows]
    return Claim(field, field, sure=False, options=options, why=Sentence(why))


def test_two_unsure_fields_may_leave_one_place() -> None:
    """Account and phone both have two premises, and share one of them only with the address' street."""
    claims = [
        Claim(
            "account",
            "account",
            sure=False,
            options=[Possible(0, 1000, [AS_SAID]), Possible(AWAY, 1000, [AS_SAID])],
            why=say("no_street"),
        ),
        Claim(
            "phone",
            "phone",
            sure=False,
            options=[Possible(AWAY, 1000, [AS_SAID]), Possible(35, 1000, [AS_SAID])],
            why=say("block"),
        ),
    ]
    answer = decide(claims, Places(CITY))
    assert answer == Matched(
        AWAY, 1000, "account", [AS_SAID, say("decided_by", field="account", others=say("field", field="phone"))]
    )


def test_two_unsure_fields_that_share_nothing() -> None:
    claims = [
        _unsure("account", [0], "no_street"),
        _unsure("phone", [35], "block"),
    ]
    answer = decide(claims, Places(CITY))
    both = say("both", first=say("no_street"), second=say("block"))
    assert answer == NotMatched(both, [Possible(0, 1000, [AS_SAID]), Possible(35, 1000, [AS_SAID])])
