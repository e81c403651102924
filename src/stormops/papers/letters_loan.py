"""Papers of loans: what ends one today, and the notice that instalments are late."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from stormops.accounts.asking.asked import Work, plain
from stormops.accounts.asking.lending import billed_of, late_of, payoff_of, schedule_of
from stormops.accounts.decision import said, usd
from stormops.accounts.records_money import Loan
from stormops.accounts.rules import loans
from stormops.papers.document import Document, Due, Note, Points, Say
from stormops.papers.writing import Desk, Writing


def _work(desk: Desk) -> Work:
    return Work(desk.books, desk.pack, desk.day)


def _facts(writing: Writing, record: Loan) -> list[tuple[str, str]]:
    words = writing.words
    return [(words("loan.number"), record.id), (words("loan.lent"), usd(record.amount))]


def loan_payoff(desk: Desk, record: Loan) -> Document:
    """What ends the loan on the day, what each further day adds, and what was billed and is owed beside it."""
    writing = Writing(desk, record.account)
    words, decision = writing.words, payoff_of(_work(desk), record)
    payoff, billed = decision.value, sum(each.owed for each in billed_of(_work(desk), record))
    amounts = [
        (words("loan.principal"), record.principal),
        (words("loan.interest"), payoff.amount - record.principal),
        *([(words("loan.billed"), billed)] if billed else []),
    ]
    per_day = f"${said(round(payoff.per_diem, 4))}"
    return writing.paper(
        "loan_payoff",
        words("loan_payoff.title"),
        [
            Due(
                words("loan_payoff.amount"),
                usd(payoff.amount + billed),
                words("loan_payoff.through", day=writing.day(desk.day)),
            ),
            Say(words("common.dear", name=writing.party.name)),
            Say(words("loan_payoff.said", day=writing.day(desk.day))),
            writing.charges(words("loan_payoff.table"), amounts),
            Points(
                (
                    words("loan_payoff.per_day", amount=per_day),
                    words("loan_payoff.next_bill"),
                    writing.phoned("loan_payoff.pay"),
                )
            ),
            writing.decided(plain(decision)),
        ],
        _facts(writing, record),
    )


def loan_default(desk: Desk, record: Loan) -> Document:
    """Which instalments are late, by when they are to be paid, and what is then asked. Raises Refused if none is."""
    writing = Writing(desk, record.account)
    words = writing.words
    late = late_of(_work(desk), record)
    decision, _ = schedule_of(record)
    terms: Any = desk.pack.terms(loans.Loan, desk.day, decision.of)
    days = None if terms is None else terms.cure_days
    by = "" if days is None else writing.day(desk.day + timedelta(days=days))
    owed = sum(each.owed for each in late)
    return writing.paper(
        "loan_default",
        words("loan_default.title"),
        [
            Due(words("loan_default.amount"), usd(owed), words("loan_default.by", day=by) if by else ""),
            Say(words("common.dear", name=writing.party.name)),
            Note(words("loan_default.said", count=len(late), since=writing.day(late[0].due))),
            writing.charges(
                words("loan_default.table"),
                [(words("loan_default.instalment", day=writing.day(each.due)), each.owed) for each in late],
            ),
            Points(
                (
                    writing.phoned("loan_default.pay"),
                    words("loan_default.whole", amount=usd(payoff_of(_work(desk), record).value.amount)),
                    writing.phoned("loan_default.help"),
                    words("loan_default.bankruptcy"),
                )
            ),
            writing.clause(loans.Loan, desk.day, decision.of),
        ],
        _facts(writing, record),
    )
