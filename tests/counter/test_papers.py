"""Papers from outside: looked at by whom, kept who looked, issued by whose work it is, and the same bytes for ever."""

from __future__ import annotations

import hashlib
from urllib.parse import urlencode

from stormops.accounts.records_work import Letter
from stormops.counter.papers import kept
from stormops.papers.pdf import pdf
from stormops.staff.roles import ROLES
from tests.counter.conftest import API, Desk, billed, billed_by_run, customer
from tests.counter.test_doing import through


async def test_a_bill_is_a_statement_on_a_page_and_in_a_file_in_the_language_of_its_reader(desk: Desk) -> None:
    bill = await billed(desk)
    page = await desk.get("representative", f"/counter/bills/{bill}/statement")
    assert page.status_code == 200
    assert "$109.07" in page.text
    assert "Palmetto Springs" in page.text
    assert "Call 850" not in page.text
    assert 'href="/counter/bills/' in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    file = await desk.get("representative", f"/counter/bills/{bill}/statement.pdf?in=ht")
    assert file.headers["content-type"] == "application/pdf"
    assert file.content.startswith(b"%PDF-")
    assert b"/Lang (ht)" in file.content
    assert f"/counter/bills/{bill}/statement" in (await desk.get("representative", "/counter/accounts/a1")).text
    style = await desk.get("", "/counter/assets/paper.css")
    assert (style.status_code, style.headers["content-type"]) == (200, "text/css; charset=utf-8")


async def test_a_bill_of_a_run_is_a_statement_with_its_unit_and_its_sources(desk: Desk) -> None:
    await billed(desk)
    bill = f"{(await billed_by_run(desk)).run}:a1"
    page = await desk.get("representative", f"/counter/bills/{bill}/statement")
    assert page.status_code == 200
    assert "900 kWh" in page.text
    assert "Tallahassee rate plans" in page.text


async def test_every_look_at_a_paper_is_kept(desk: Desk) -> None:
    bill = await billed(desk)
    await desk.get("representative", f"/counter/bills/{bill}/statement")
    await desk.get("representative", f"/counter/bills/{bill}/statement.pdf")
    looks = (await desk.get("auditor", f"{API}/looks?account=a1")).json()["looks"]
    assert [(each["actor"], each["why"]) for each in looks[:2]] == [
        ("representative", "statement pdf"),
        ("representative", "statement page"),
    ]


async def test_no_paper_without_the_right_and_none_of_what_is_not_there(desk: Desk) -> None:
    bill = await billed(desk)
    paths = [
        f"bills/{bill}/statement",
        f"bills/{bill}/statement.pdf",
        "letters/welcome/x",
        "letters/x",
        "letters/x.pdf",
    ]
    for path in paths:
        for role, may in ROLES.items():
            answer = await desk.get(role, f"/counter/{path}")
            right = "read_accounts" in may.permissions
            assert answer.status_code == (403 if not right else 200 if bill in path else 404), (role, path)
        assert (await desk.get("", f"/counter/{path}")).status_code == 303
    agreement = (await desk.get("auditor", f"{API}/accounts/a1")).json()["agreements"][0]["id"]
    assert (await desk.get("auditor", f"/counter/letters/stop/{agreement}")).status_code == 409
    assert (await desk.get("auditor", f"/counter/letters/poem/{agreement}")).status_code == 404


async def test_a_letter_is_issued_by_its_screen_kept_and_printed_again_byte_for_byte(desk: Desk) -> None:
    agreement = await customer(desk)
    draft = (await desk.get("representative", f"/counter/letters/welcome/{agreement}")).text
    assert "Welcome: your service" in draft
    assert f"/counter/do/issue_letter?kind=welcome&amp;about={agreement}&amp;here=a1" in draft
    _, done = await through(desk, "representative", "issue_letter", {"kind": "welcome", "about": agreement})
    assert "/counter/do/void_letter" in done
    letter = (await desk.get("representative", f"{API}/accounts/a1")).json()["letters"][0]
    assert (letter["kind"], letter["about"], letter["by"]) == ("welcome", agreement, "representative")
    first = (await desk.get("auditor", f"/counter/letters/{letter['id']}.pdf")).content
    assert hashlib.sha256(first).hexdigest() == letter["hash"]

    # The books go on; the letter stays as it was.
    await desk.do("representative", "update_contact", account="a1", kind="mailing", value="9 New St")
    desk.later(400)
    again = await desk.get("auditor", f"/counter/letters/{letter['id']}.pdf")
    assert again.content == first
    assert again.headers["stormops-same-bytes"] == "yes"
    page = (await desk.get("representative", f"/counter/letters/{letter['id']}")).text
    assert "1 Palm Ave" in page
    assert f"/counter/letters/{letter['id']}" in (await desk.get("representative", "/counter/accounts/a1")).text
    assert "9 New St" in (await desk.get("representative", f"/counter/letters/welcome/{agreement}")).text


async def test_what_a_letter_can_be_about_is_chosen_from_the_accounts_records(desk: Desk) -> None:
    agreement = await customer(desk)

    async def offered(**query: str) -> str:
        return (await desk.get("credit", f"/counter/do/issue_letter?{urlencode(query)}")).text

    assert f'<option value="{agreement}">Welcome letter: Electric' in await offered(here="a1")
    assert f'<option value="{agreement}">' in await offered(here="a1", kind="welcome")
    assert agreement not in await offered(here="a1", kind="stop")  # as the books would refuse it
    assert "Find the customer first" in await offered()


async def test_a_voided_letter_prints_as_void_and_says_so_in_its_language(desk: Desk) -> None:
    agreement = await customer(desk)
    letter = (await desk.do("representative", "issue_letter", kind="welcome", about=agreement))["letter"]
    assert await desk.refused("representative", "issue_letter", kind="welcome", about=agreement) == "letter_stands"
    before = (await desk.get("auditor", f"/counter/letters/{letter}.pdf")).content
    await desk.do("representative", "void_letter", letter=letter, reason="the wrong address")
    assert "Void: this paper was withdrawn." in (await desk.get("auditor", f"/counter/letters/{letter}")).text
    after = await desk.get("auditor", f"/counter/letters/{letter}.pdf")
    assert after.content != before
    assert "stormops-same-bytes" not in after.headers
    found = desk.clerk.books.get(Letter, letter)
    assert found is not None
    assert pdf(kept(found)) == before


async def test_who_may_not_collect_issues_no_notice_and_nobody_brings_a_letter_along(desk: Desk) -> None:
    await billed(desk)
    desk.later(10)
    agreement = (await desk.get("auditor", f"{API}/accounts/a1")).json()["agreements"][0]["id"]
    cut = (await desk.do("credit", "notice_cut", agreement=agreement))["cut_order"]
    assert "issue_letter" not in (await desk.get("cashier", f"/counter/letters/cut_notice/{cut}")).text
    assert await desk.refused("cashier", "issue_letter", kind="cut_notice", about=cut) == "no_permission"
    own = {"document": {"title": "Pay me"}, "account": "a1", "language": "en", "hash": "a" * 64}
    assert await desk.refused("credit", "issue_letter", kind="cut_notice", about=cut, **own) == "invalid"
    assert (await desk.do("credit", "issue_letter", kind="cut_notice", about=cut))["letter"]
