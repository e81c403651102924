from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from stormops.accounts.records_money import Arrangement, Deposit, Instalment, Loan, Receivable, RefundCase
from stormops.accounts.records_place import Account, PartyRole, Read, ReadEstimate
from stormops.accounts.records_work import Promise
from stormops.counter.describing import TEXT_CHARACTERS, describe, made_said, schedule
from stormops.counter.words import said


def test_a_record_is_told_by_its_name_amount_day_and_state() -> None:
    owed = Receivable(
        id="r", account="a", charge="electric", fund="electric", due=date(2026, 7, 1), cents=900, owed=500
    )
    assert describe(owed, said("en")) == "Electric · $5.00 · due 1 Jul 2026"
    assert describe(owed, said("es")) == "Electricidad · $5.00 · vence 1 jul 2026"
    deposit = Deposit(id="d", account="a", fund="electric", required=15_000, state="held")
    assert describe(deposit, said("en")) == "Electric · $150.00 · held"


def test_an_account_is_told_by_its_number() -> None:
    account = Account(id="4711", party="p", category="commercial", opened=date(2020, 1, 1))
    assert describe(account, said("es")) == "4711 · Comercial"


def test_long_words_are_cut() -> None:
    promise = Promise(id="p", account="a", text="x" * 500, owner="ann", due_ms=1, state="made")
    assert len(describe(promise, said("en"))) < TEXT_CHARACTERS + 20


def test_a_loan_is_told_by_its_contractor_and_never_by_the_hash_of_its_note() -> None:
    loan = Loan(
        id="l",
        account="a",
        fund="electric",
        charge="loan",
        amount=60_000,
        months=12,
        state="signed",
        made_by="lea",
        contractor="Sun & Sons",
        note="b5" * 32,
    )
    assert describe(loan, said("en")).endswith(": Sun & Sons · $600.00 · signed")


@pytest.mark.parametrize(
    ("source", "en", "es", "ht"),
    [
        ("credit", "Credit balance to give back", "Saldo a favor por devolver", "Balans kredi pou remèt"),
        ("deposit:d1", "Deposit to give back", "Depósito por devolver", "Depo pou remèt"),
        ("overcharge", "Overcharge to give back", "Cobro de más por devolver", "Sa yo te pran an plis pou remèt"),
        ("rebate:r1", "Rebate to pay out", "Reembolso por medida por pagar", "Ranbousman pou peye"),
    ],
)
def test_a_refund_is_told_by_what_it_gives_back(source: str, en: str, es: str, ht: str) -> None:
    refund = RefundCase(
        id="r", account="a", payee="p", fund="general", source=source, state="payable", maker="m", payable=900
    )
    for language, title in (("en", en), ("es", es), ("ht", ht)):
        assert describe(refund, said(language)).startswith(f"{title} · ")


def test_an_arrangement_is_told_by_what_is_due_next() -> None:
    parts = tuple(Instalment(date(2026, month, 15), 5_000) for month in (7, 8, 9))
    kept = Arrangement(id="x", account="a", kind="instalments", state="active", instalments=parts)
    assert describe(kept, said("en")) == "Instalments · $50.00 · due 15 Jul 2026 · active"
    assert describe(replace(kept, paid=6_000), said("en")) == "Instalments · $40.00 · due 15 Aug 2026 · active"
    assert describe(replace(kept, paid=15_000), said("en")) == "Instalments · active"
    assert schedule(kept, said("en")).startswith("15 Jul 2026 $50.00, 15 Aug 2026 $50.00")


def test_what_has_nothing_of_its_own_is_told_by_its_number() -> None:
    read = Read(id="r7", point="p", day=date(2026, 7, 1), register=1, kind="actual")
    assert describe(read, said("en")).startswith("Actual")


def test_a_broken_arrangement_says_since_when_and_what_was_paid() -> None:
    parts = (Instalment(date(2026, 7, 15), 5_000), Instalment(date(2026, 8, 15), 5_000))
    kept = Arrangement(id="g", account="a", kind="instalments", state="active", instalments=parts, paid=2_000)
    assert "broken" not in schedule(kept, said("en"))
    broken = replace(kept, state="broken", broken=date(2026, 7, 19))
    assert schedule(broken, said("en")).endswith(" · paid: $20.00 · broken since 19 Jul 2026")
    assert schedule(broken, said("ht")).endswith(" · kraze depi 19 jiyè 2026")


def test_a_read_says_its_register_and_an_estimate_why_and_a_role_which() -> None:
    read = Read(id="r", point="p", day=date(2026, 8, 30), register=12_000, kind="storm")
    assert describe(read, said("en")) == "Storm · 12,000 · 30 Aug 2026"
    how = ReadEstimate(id="r", cause="storm", hours_out=72)
    assert describe(how, said("es")) == "Una tormenta o un corte impidió leerlo · horas sin servicio: 72"
    role = PartyRole(id="x", party="bo", account="a", role="guarantor", basis="", since=date(2026, 1, 1))
    assert describe(role, said("en")) == "Guarantor"


def test_what_would_be_made_is_told_and_of_many_only_the_kinds() -> None:
    read = Read(id="r", point="p", day=date(2026, 8, 30), register=1, kind="actual")
    assert made_said([read, read], said("en")) == ["Meter read: Actual · 1 · 30 Aug 2026"]
    assert made_said([replace(read, id=f"r{n}") for n in range(13)], said("en")) == ["Meter read"]
