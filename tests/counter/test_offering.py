from __future__ import annotations

from stormops.counter.duties import DUTIES
from stormops.counter.offering import back_said, called, duty_href, grouped, may_do, next_of, undo_of
from stormops.counter.words import said
from tests.counter.conftest import person

WORDS, RITA = said("en"), person("rita", "representative")


def test_a_duty_is_found_by_the_beginnings_of_its_words_and_by_who_may_do_it() -> None:
    assert [link.label for link in called("ref dep", WORDS, RITA, "")] == ["Refund a deposit"]
    assert called("ref dep", WORDS, person("carl", "cashier"), "") == []
    assert called("re", WORDS, RITA, "") == []  # two letters begin too many
    spanish = [link.href for link in called("anotar contacto", said("es"), RITA, "")]
    assert spanish == [link.href for link in called("note contact", WORDS, RITA, "")]


def test_a_duty_that_is_found_is_about_the_account_in_sight() -> None:
    (about,) = called("note contact", WORDS, RITA, "a/1")
    assert about.href == "/counter/do/add_contact?account=a%2F1"
    (beside,) = called("refund deposit", WORDS, RITA, "a1")
    assert beside.href == "/counter/do/request_deposit_refund?here=a1"


def test_duties_are_grouped_and_begin_with_the_account() -> None:
    groups = grouped(WORDS, RITA, [DUTIES["add_contact"], DUTIES["open_account"]], {"account": "a1"})
    assert [group["label"] for group in groups] == ["Contact, promises, medical", "Accounts and service"]
    assert groups[0]["links"][0].href == duty_href(DUTIES["add_contact"], "a1")


def test_what_was_done_leads_back_and_on() -> None:
    back = undo_of(DUTIES["make_promise"], {"account": "a1"}, {"promise": "p1"})
    assert back == ("step_promise", {"promise": "p1", "step": "withdraw"})
    assert undo_of(DUTIES["add_contact"], {}, {}) is None
    again = undo_of(DUTIES["recall_placement"], {"placement": "p1"}, {}, "a1")
    assert again == ("propose_placement", {"account": "a1"})
    assert undo_of(DUTIES["recall_placement"], {"placement": "p1"}, {}) is None  # nobody knows whose
    read = undo_of(DUTIES["estimate_read"], {"point": "sp", "day": "2026-08-30"}, {}, "a1")
    assert read == ("record_read", {"point": "sp", "day": "2026-08-30"})
    after = next_of(WORDS, RITA, DUTIES["request_adjustment"], {"request": "q1"}, "a1")
    assert [link.label for link in after] == ["Attach evidence to a request", "Submit a request"]
    after = next_of(WORDS, RITA, DUTIES["attach_evidence"], {"request": "q1", "evidence": "e1"}, "a1")
    assert [link.href for link in after] == ["/counter/do/submit_request?request=q1&here=a1"]
    assert next_of(WORDS, RITA, DUTIES["submit_request"], {"request": "q1"}, "a1") == []
    (letter,) = next_of(WORDS, RITA, DUTIES["release_guaranty"], {"deposit": "d 1"}, "a1")
    assert letter.href == "/counter/letters/guaranty_release/d%201"
    assert next_of(WORDS, person("carl", "cashier"), DUTIES["release_guaranty"], {"deposit": "d1"}, "a1") == []


def test_before_it_is_done_it_is_said_how_it_is_taken_back() -> None:
    assert back_said(WORDS, DUTIES["make_promise"]) == "Taken back by: Keep or pass on a promise."
    assert "new signed contract" in back_said(WORDS, DUTIES["release_guaranty"])
    assert back_said(WORDS, DUTIES["add_contact"]) == ""


def test_a_duty_about_a_record_begins_with_it_wherever_it_stands_in_the_form() -> None:
    assert duty_href(DUTIES["request_deposit_refund"], "d1", "a1").endswith("?proposal.deposit=d1&here=a1")
    assert duty_href(DUTIES["bank"], "d1").endswith("?drawer=d1")


def test_requests_are_offered_to_those_who_make_them() -> None:
    assert may_do(RITA, DUTIES["request_adjustment"])
    assert not may_do(RITA, DUTIES["request_mass_credit"])  # a manager's
    assert not may_do(RITA, DUTIES["request_loan_write_off"])
    assert may_do(person("mia", "manager"), DUTIES["request_mass_credit"])
