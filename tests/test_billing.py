from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from geo.generate import generate_city
from stormops import billing
from stormops.accounts.records_place import Account
from stormops.books.billing_run import Order
from stormops.books.store import Books
from stormops.clock import Clock
from stormops.command import add_staff
from stormops.settings import Settings, load_city_file
from tests.customers import parts

CITY_FILE = Path(__file__).parents[1] / "deploy/cities/palmetto.toml"
CITY = load_city_file(CITY_FILE)


@pytest.fixture
def settings(customers: Path, tmp_path: Path) -> Settings:
    shutil.copy(customers, tmp_path / billing.BOOKS)
    return Settings(data=tmp_path, city_file=CITY_FILE)


def quiet(*_: int) -> None:
    pass


def test_somebody_of_billing_runs_it_and_nobody_else(settings: Settings) -> None:
    order = Order(date(2026, 11, 8), date(2026, 11, 28), 7)
    for role in ("billing", "viewer"):
        add_staff(settings.data, role, role, "a long password")
    with pytest.raises(billing.BillingError, match="wrong password"):
        billing.run(settings, CITY, ("billing", "another password"), order, quiet)
    with pytest.raises(billing.BillingError, match="may not do this"):
        billing.run(settings, CITY, ("viewer", "a long password"), order, quiet)
    done = billing.run(settings, CITY, ("billing", "a long password"), order, quiet)
    assert done.bills > 0
    assert billing.run(settings, CITY, ("billing", "a long password"), order, quiet).billed_before > 0


def test_new_books_are_told_of_and_never_written_over(settings: Settings, tmp_path: Path) -> None:
    told: list[int] = []
    new = replace(settings, data=tmp_path / "new")
    told_parts = billing.counted(parts(), lambda part: part.customers, told.append)
    loaded = billing.new_books(new, told_parts, 5)
    assert loaded.journals > 1_000
    assert told[-1] == sum(part.customers for part in parts())
    position = Books(new.data / billing.BOOKS).position()
    with pytest.raises(billing.BillingError, match="nothing was changed"):
        billing.new_books(new, parts(), 5)
    assert Books(new.data / billing.BOOKS).position() == position


def test_what_is_missing_is_said(settings: Settings, tmp_path: Path) -> None:
    today = billing.today(CITY, Clock())
    with pytest.raises(billing.BillingError, match="names no `policy`"):
        billing.policy(settings, replace(CITY, policy=""), today)
    with pytest.raises(billing.BillingError, match="no pack called"):
        billing.policy(settings, replace(CITY, policy="atlantis"), today)
    nowhere = replace(settings, data=tmp_path / "nowhere")
    with pytest.raises(billing.BillingError, match="no books in"):
        billing.run(nowhere, CITY, ("x", "y"), Order(today, today + timedelta(days=20)), quiet)
    with pytest.raises(billing.BillingError, match="only for books of this machine"):
        billing.new_books(replace(settings, journal_url="postgresql://a@b/c"), parts(), 5)


def test_a_generated_city_is_filled_and_one_without_account_numbers_is_not(settings: Settings, tmp_path: Path) -> None:
    city, how = generate_city(200), billing.Fill(date(2026, 5, 14), 1, 5)
    new = replace(settings, data=tmp_path / "filled")
    loaded = billing.fill(new, CITY, city, how, lambda _: None)
    books = Books(new.data / billing.BOOKS)
    assert books.get(Account, city.premises.account[4]) is not None
    assert books.get(Account, city.premises.account[5]) is None
    assert loaded.journals >= 5
    books.close()
    city.premises.account[3] = ""
    with pytest.raises(billing.BillingError, match="no generated city"):
        billing.fill(replace(settings, data=tmp_path / "odd"), CITY, city, how, lambda _: None)
