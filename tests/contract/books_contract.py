"""What the books keep to, in SQLite and in PostgreSQL. A test file runs it by subclassing with a `where` fixture."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Barrier, Thread

import pytest
from msgspec.structs import replace
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, IntegrityError

from stormops.accounts.commands_bankruptcy import NoticeBankruptcy
from stormops.accounts.commands_billing import PostBill
from stormops.accounts.commands_budget import SetRebateBudget
from stormops.accounts.commands_cash import OpenDrawer
from stormops.accounts.commands_collect import FileCertificate, StepCertificate
from stormops.accounts.commands_loan import ApplyForRebate
from stormops.accounts.commands_party import OpenAccount, UpdateContact
from stormops.accounts.commands_payment import AuthoriseCard, PostStandIn, SettleCard, StandInPayment, TakePayment
from stormops.accounts.commands_place import AddServicePoint, AddUnit, SetUmbrella
from stormops.accounts.commands_release import BeginRelease
from stormops.accounts.commands_work import AddContact, MakePromise
from stormops.accounts.ledger import Head
from stormops.accounts.postings import Against, Piece, billed
from stormops.accounts.records_money import BillLine, RebateBudget, Receipt, Receivable
from stormops.accounts.records_place import Account, Member, Party
from stormops.books import checks, loading, views
from stormops.books.customers import opened as customer_opened
from stormops.books.customers import view
from stormops.books.database import Database
from stormops.books.finding import find
from stormops.books.rosters import roster
from stormops.books.store import Books
from stormops.books.views import Look
from tests.accounts.test_commands_service import bill, start
from tests.accounts.world import HASH, PROOF, premise
from tests.books.desk import SqlWorld, opened

ROOT = Path(__file__).parents[2]


def sound(world: SqlWorld) -> checks.Soundness:
    """The books as they are; not sound fails the test."""
    found = checks.soundness(world.store.database)
    assert (found.unbalanced_funds, found.differences, found.broken_at, found.ends_early) == ({}, (), None, False)
    return found


def desk(where: Path | str, *words: str) -> subprocess.Popen[str]:
    """A desk in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.books.desk", str(where), *words],
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'src'}"},
        stdout=subprocess.PIPE,
        text=True,
    )


def finished(process: subprocess.Popen[str]) -> int:
    process.communicate(timeout=100)
    return process.returncode


class BooksContract:
    """Subclass it with a fixture `where`: the place of books that are not there yet."""

    @pytest.fixture
    def world(self, where: Path | str) -> Iterator[SqlWorld]:
        world = opened(where)
        yield world
        world.store.close()

    # --- commands ----------------------------------------------------------------------------------------

    def test_a_command_is_done_once_however_often_it_is_sent(self, world: SqlWorld) -> None:
        pay = TakePayment(account="a1", number="n1", cents=700, tender="bank")
        first = world.send(pay, key="one")
        again = world.send(pay, key="one")
        assert (first.refusal, first.replayed, again.replayed) == (None, False, True)
        assert replace(again, replayed=False) == first
        assert world.store.outcome("one") == again
        assert world.store.outcome("two") is None
        assert world.get(Account, "a1").credit == 700
        assert world.store.position() == first.position
        assert sound(world).trial["1010"] == {"general": 700}

    def test_a_key_that_comes_with_something_else_is_refused_and_changes_nothing(self, world: SqlWorld) -> None:
        world.send(TakePayment(account="a1", number="n1", cents=700, tender="bank"), key="one")
        before = world.store.position()
        other = TakePayment(account="a1", number="n1", cents=701, tender="bank")
        assert world.refused(other, key="one") == "key_reused"
        same = TakePayment(account="a1", number="n1", cents=700, tender="bank")
        assert world.refused(same, "bea", key="one") == "key_reused"
        assert world.store.position() == before
        assert world.get(Account, "a1").credit == 700

    def test_a_refusal_is_kept_too(self, world: SqlWorld) -> None:
        note = AddContact(account="s1", text="x")
        assert world.refused(note, "sam", key="one") == "own_account"
        world.related = {}
        assert world.refused(note, "sam", key="one") == "own_account"
        assert world.send(note, "sam", key="two").refusal is None
        sound(world)

    def test_what_others_changed_since_it_was_seen_is_named(self, world: SqlWorld) -> None:
        seen = world.store.position()
        change = UpdateContact(account="a1", kind="mailing", value="1 Elm St")
        assert world.send(change, as_of=seen).overtaken == ()
        late = world.send(change, as_of=seen, key="late")
        assert late.overtaken == ("account:a1",)
        assert world.send(change, as_of=seen, key="late").overtaken == ("account:a1",)
        assert world.send(change, as_of=world.store.position()).overtaken == ()
        assert world.send(change).overtaken == ()

    def test_100_a_desks_whole_log_twice_gives_the_same_balances_and_receipts(self, world: SqlWorld) -> None:
        line = (BillLine("energy", 900, world.day, world.day),)
        log = [
            OpenDrawer(change=100),
            PostBill(account="a1", due="2026-04-01", lines=line, decision=PROOF),
            StandInPayment(account="a1", number="n1", cents=500, tender="cash", drawer="log-0"),
            AuthoriseCard(account="a1", number="n2", cents=300),
            PostStandIn(receipt="log-2"),
            SettleCard(receipt="log-3", paid=True),
            TakePayment(account="a1", number="n1", cents=5, tender="bank"),
            UpdateContact(account="a1", kind="phone", value="850 555 0001"),
        ]
        runs = []
        for _ in range(2):
            outcomes = [world.send(command, key=f"log-{place}") for place, command in enumerate(log)]
            runs.append(([replace(each, replayed=False) for each in outcomes], sound(world)))
        assert runs[0] == runs[1]
        refusals = [outcome.refusal and outcome.refusal.code for outcome in runs[0][0]]
        assert refusals == [None] * 6 + ["receipt_taken", None]
        assert runs[0][1].trial["1100"] == {"electric": 100}

    def test_all_or_nothing(self, world: SqlWorld, monkeypatch: pytest.MonkeyPatch) -> None:
        before = world.store.position()

        def fail(*_: object) -> None:
            raise RuntimeError("the process dies here")

        monkeypatch.setattr("stormops.books.store.chain.append", fail)
        with pytest.raises(RuntimeError):
            world.send(TakePayment(account="a1", number="n1", cents=700, tender="bank"), key="one")
        monkeypatch.undo()
        assert world.store.position() == before
        assert world.store.get(Receipt, "one") is None
        assert world.store.outcome("one") is None
        assert not any(sound(world).trial.get("1010", {}).values())

    def test_what_was_written_is_there_after_opening_again(self, world: SqlWorld, where: Path | str) -> None:
        bill(world, "a1", 900)
        again = Books(where)
        assert again.position() == world.store.position()
        assert again.get(Party, "ada") == world.get(Party, "ada")
        again.close()

    # --- several processes -------------------------------------------------------------------------------

    def test_of_two_who_see_the_same_dollars_left_one_is_refused(self, world: SqlWorld, where: Path | str) -> None:
        """Each decides over the books as they are when it writes: what the first encumbered is gone for the second."""
        for round_ in range(5):
            measure = f"measure {round_}"
            budget = SetRebateBudget(
                measure=measure, fund="electric", cents=60_000, since="2026-01-01", until="2026-12-31", document=HASH
            )
            key = world.do(budget)["rebate_budget"]
            places = [premise(world, f"{number} Elm St, {round_}") for number in (1, 2)]
            ready, outcomes = Barrier(2), []

            def apply(at: str, person: str, measure: str = measure, key: str = key) -> None:
                store = Books(where)
                mine = SqlWorld(store)
                asked = ApplyForRebate(
                    account="a1",
                    premise=at,
                    measure=measure,
                    budget=key,
                    cents=45_000,
                    completed="2026-02-01",
                    evidence=(HASH,),
                    decision=PROOF,
                )
                ready.wait(30)  # noqa: B023 - the thread ends within the round
                outcomes.append(mine.send(asked, person, key=f"{measure} {person}".replace(" ", "-")))  # noqa: B023
                store.close()

            threads = [
                Thread(target=apply, args=(at, person)) for at, person in zip(places, ("ann", "bob"), strict=True)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
            refusals = [outcome.refusal.code for outcome in outcomes if outcome.refusal is not None]
            assert (len(outcomes), refusals) == (2, ["budget"])
            kept = world.get(RebateBudget, key)
            assert (kept.encumbered, kept.left) == (45_000, 15_000)
        sound(world)

    def test_two_processes_with_the_same_keys_post_each_once(self, world: SqlWorld, where: Path | str) -> None:
        desks = [desk(where, "x", "0", "40", "both"), desk(where, "y", "0", "40", "both"), desk(where, "z", "0", "20")]
        assert [finished(each) for each in desks] == [0, 0, 0]
        assert world.get(Account, "a1").credit == 60
        assert sound(world).journals == 60

    def test_a_process_that_is_killed_leaves_what_it_acknowledged_and_nothing_by_halves(
        self, world: SqlWorld, where: Path | str
    ) -> None:
        acknowledged = 0
        for _ in range(3):
            killed = desk(where, "x", "0", "100000")
            assert killed.stdout is not None
            for _ in range(acknowledged + 7):
                assert killed.stdout.readline().startswith("x-")
            acknowledged += 7
            killed.send_signal(signal.SIGKILL)
            killed.communicate()
        credit = world.get(Account, "a1").credit
        assert credit >= acknowledged
        assert sound(world).journals == credit
        assert finished(desk(where, "x", "0", str(credit + 5))) == 0
        assert world.get(Account, "a1").credit == credit + 5
        sound(world)

    # --- guards in the database --------------------------------------------------------------------------

    def test_the_database_itself_refuses_a_journal_that_does_not_balance(self, world: SqlWorld) -> None:
        head = "INSERT INTO journal VALUES (901, 'j1', 'x', '2026-03-05', 5, '', '[]', 'posted', NULL)"
        line = "INSERT INTO line VALUES (901, {0}, '{1}', '{2}', {3}, '{4}', '', '', '{5}', '')"
        good = [line.format(0, "1010", "Dr", 5, "general", ""), line.format(1, "4090", "Cr", 5, "general", "")]
        due = [line.format(2, "2350", "Cr", 5, "general", ""), line.format(3, "1300", "Dr", 5, "water", "")]
        across = [good[0], line.format(1, "4090", "Cr", 5, "water", "")]
        wrong = [
            [head],
            [good[0], head],
            [good[0], line.format(1, "4090", "Cr", 4, "general", ""), head],
            [*across, head],
            [line.format(0, "1300", "Dr", 5, "general", ""), good[1], head],
            [head, *good],
            good,
            [*good, head, line.format(2, "1010", "Dr", 5, "general", "")],
            [line.format(0, "1010", "Dr", 0, "general", ""), line.format(1, "4090", "Cr", 0, "general", ""), head],
            [line.format(0, "1010", "Dr", 5, "", ""), line.format(1, "4090", "Cr", 5, "", ""), head],
            [line.format(0, "1020", "Dr", 5, "general", ""), good[1], head],
            [line.format(0, "1110", "Dr", 5, "general", "r"), good[1], head],
        ]
        for statements in wrong:
            self._refused(world.store.database, *statements)
        for statements in ([*good, head], [*across, *due, head]):
            self._allowed(
                world.store.database,
                *(
                    each.replace("j1", f"g{len(statements)}").replace("901", f"90{len(statements)}")
                    for each in statements
                ),
            )

    def test_the_database_itself_refuses_every_edit(self, world: SqlWorld) -> None:
        card = world.do(AuthoriseCard(account="a1", number="n1", cents=300))["receipt"]
        world.do(SettleCard(receipt=card, paid=True))
        for table, column in (
            ("journal", "posted_ms = 0"),
            ("line", "cents = 1"),
            ("journal_end", "at_ms = 0"),
            ("journal_party", "party = 'a2'"),
            ("command", "position = 0"),
            ("audit", "sealed = ''"),
        ):
            self._refused(world.store.database, f"UPDATE {table} SET {column}")
            self._refused(world.store.database, f"DELETE FROM {table}")
        if world.store.database.dialect == "postgresql":
            self._refused(world.store.database, "TRUNCATE audit")
        self._refused(world.store.database, f"INSERT INTO journal_end VALUES ('{card}', 'voided', 5)")
        sound(world)

    def test_the_database_itself_refuses_a_second_mirror_and_an_end_of_what_is_not_pending(
        self, world: SqlWorld
    ) -> None:
        key = world.do(TakePayment(account="a1", number="n1", cents=5, tender="bank"))["key"]
        self._refused(world.store.database, f"INSERT INTO journal_end VALUES ('{key}', 'voided', 5)")
        mirror = [
            "INSERT INTO line VALUES (801, 0, '1010', 'Cr', 5, 'general', '', '', '', '')",
            "INSERT INTO line VALUES (801, 1, '2150', 'Dr', 5, 'general', 'a1', '', 'a1', '')",
            f"INSERT INTO journal VALUES (801, 'm1', 'x', '2026-03-05', 5, '', '[]', 'posted', '{key}')",
        ]
        self._allowed(world.store.database, *mirror)
        self._refused(world.store.database, *(each.replace("m1", "m2").replace("801", "802") for each in mirror))
        of_mirror = [each.replace("'m1'", "'m3'").replace("801", "803").replace(key, "m1") for each in mirror]
        self._refused(world.store.database, *of_mirror)

    def test_the_database_itself_refuses_records_that_cannot_be(self, world: SqlWorld) -> None:
        bill(world, "a1", 900)
        for statement in (
            "UPDATE account SET credit = -1",
            "UPDATE receivable SET owed = -1",
            "UPDATE receivable SET account = 'nobody'",
            "INSERT INTO task VALUES ('t1', 0, 'x', 'ann', 5, 'lost', NULL)",
            "DELETE FROM party WHERE id = 'ada'",
            "INSERT INTO head VALUES (2, 0, '')",
        ):
            self._refused(world.store.database, statement)

    @staticmethod
    def _refused(database: Database, *statements: str) -> None:
        with pytest.raises(DatabaseError):
            BooksContract._allowed(database, *statements)

    @staticmethod
    def _allowed(database: Database, *statements: str) -> None:
        with database.writing() as connection:
            for statement in statements:
                connection.execute(text(statement))

    # --- checks ------------------------------------------------------------------------------------------

    def test_a_control_account_that_differs_is_found_item_by_item(self, world: SqlWorld) -> None:
        bill(world, "a1", 900)
        receivable = view(world.store.database, "a1")
        assert receivable is not None
        item = receivable.receivables[0].id
        self._allowed(world.store.database, "UPDATE receivable SET owed = 899", "UPDATE account SET credit = 3")
        found = {
            (each.account, each.item): (each.control, each.item_cents)
            for each in checks.differences(world.store.database)
        }
        assert found == {("1100", item): (900, 899), **{("2150", key): (0, 3) for key in ("a1", "a2", "b1", "s1")}}

    def test_a_line_about_nothing_known_is_found(self, world: SqlWorld) -> None:
        self._allowed(
            world.store.database,
            "INSERT INTO line VALUES (901, 0, '1100', 'Dr', 5, 'water', 'a1', '', 'ghost', '')",
            "INSERT INTO line VALUES (901, 1, '4020', 'Cr', 5, 'water', 'a1', '', '', '')",
            "INSERT INTO journal VALUES (901, 'j1', 'x', '2026-03-05', 5, '', '[]', 'posted', NULL)",
        )
        assert checks.differences(world.store.database) == [checks.Difference("1100", "ghost", 5, 0)]

    def test_what_is_pending_is_in_no_balance(self, world: SqlWorld) -> None:
        card = world.do(AuthoriseCard(account="a1", number="n1", cents=300))["receipt"]
        assert checks.trial_balance(world.store.database) == {}
        world.do(SettleCard(receipt=card, paid=True))
        assert checks.trial_balance(world.store.database) == {("1030", "general"): 300, ("2150", "general"): -300}
        other = world.do(AuthoriseCard(account="a1", number="n2", cents=300))["receipt"]
        world.do(SettleCard(receipt=other, paid=False))
        assert checks.trial_balance(world.store.database)["1030", "general"] == 300

    def test_a_forged_audit_is_found_where_it_was_forged(self, world: SqlWorld) -> None:
        for number in range(4):
            world.do(TakePayment(account="a1", number=f"n{number}", cents=5, tender="bank"))
        last = sound(world).position
        unguarded = {
            "sqlite": ["DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete"],
            "postgresql": ["ALTER TABLE audit DISABLE TRIGGER USER"],
        }[world.store.database.dialect]
        self._allowed(world.store.database, *unguarded)
        self._allowed(world.store.database, f"DELETE FROM audit WHERE position = {last}")
        assert checks.soundness(world.store.database).ends_early
        for words in ("""'"ann"', '"bob"'""", "'{', '['"):
            forged = f"UPDATE audit SET body = replace(body, {words}) WHERE position = {last - 1}"
            self._allowed(world.store.database, forged)
            assert checks.soundness(world.store.database).broken_at == last - 1
        self._allowed(world.store.database, f"DELETE FROM audit WHERE position = {last - 3}")
        assert checks.soundness(world.store.database).broken_at == last - 2

    # --- reads -------------------------------------------------------------------------------------------

    def test_a_customer_on_one_page_as_of_one_position(self, world: SqlWorld) -> None:
        at = premise(world, "12 Elm St")
        world.do(start(at))
        bill(world, "a1", 900)
        world.do(TakePayment(account="a1", number="n1", cents=300, tender="bank"))
        world.do(UpdateContact(account="a1", kind="phone", value="850-555-0001"))
        world.do(UpdateContact(account="a1", kind="phone", value="850-555-0002"))
        world.do(AddContact(account="a1", text="called"))
        world.do(MakePromise(account="a1", text="call back", owner="ann", due_ms=10**13))
        page = view(world.store.database, "a1")
        assert page is not None
        assert page.position == world.store.position()
        assert (page.owed, page.stayed, page.party.name) == (600, 0, "Ada Núñez O'Neil")
        assert [point.value for point in page.contacts] == ["850-555-0002"]
        assert [each.address for each in page.premises] == ["12 Elm St"]
        assert [each.cents for each in page.bills] == [900]
        assert [each.number for each in page.receipts] == ["n1"]
        assert (len(page.notes), len(page.promises), page.other_accounts) == (1, 1, ["a2"])
        assert not page.cut_short
        world.do(NoticeBankruptcy(account="a1", court="x", number="26-1", chapter=7, petition="2026-03-01"))
        stayed = view(world.store.database, "a1")
        assert stayed is not None
        assert stayed.account.stayed_by == stayed.bankruptcies[0].id
        assert view(world.store.database, "nobody") is None

    def test_beside_a_customer_are_the_own_meter_and_the_house_s_not_a_neighbour_s(self, world: SqlWorld) -> None:
        at, elsewhere = premise(world, "12 Elm St"), premise(world, "14 Elm St")
        units = [world.do(AddUnit(premise=at, name=name, since="2026-01-01"))["unit"] for name in ("1", "2")]
        made = {
            name: world.do(AddServicePoint(premise=where, utility=utility, meter=name, unit=unit))["service_point"]
            for name, where, utility, unit in (
                ("mine", at, "electric", units[0]),
                ("neighbour's", at, "electric", units[1]),
                ("the house's", at, "water", None),
                ("next door's", elsewhere, "water", None),
            )
        }
        releases = [
            world.do(BeginRelease(point=made[name], clearance="reconnect", permit="P-1"))["meter_release"]
            for name in ("mine", "neighbour's")
        ]
        world.do(start(at, point=made["mine"]))
        found = customer_opened(world.store.database, "a1")
        assert found is not None
        assert found.customer == view(world.store.database, "a1")
        beside = {each.id for each in found.beside}
        assert beside >= {*units, made["mine"], made["the house's"], releases[0]}
        assert beside.isdisjoint({made["neighbour's"], made["next door's"], releases[1]})
        assert customer_opened(world.store.database, "nobody") is None

    def test_found_by_name_address_telephone_account_and_meter(self, world: SqlWorld) -> None:
        at = premise(world, "12 Elm St, Apt 4")
        meter = AddServicePoint(premise=at, utility="electric", meter="MX-77", needs_release=False)
        point = world.do(meter)["service_point"]
        world.do(start(at, "b1", point=point))
        world.do(UpdateContact(account="b1", kind="phone", value="(850) 555-0199"))
        for said in ("b1", "lee", "Lee, Bo", "12 elm", "ELM ST apt 4", "850 555 0199", "555-0199", "0199", "mx-77"):
            assert [found.account for found in find(world.store.database, said)] == ["b1"], said
        assert [found.account for found in find(world.store.database, "nunez")] == ["a1", "a2"]
        assert [found.account for found in find(world.store.database, "NÚÑEZ oneil")] == ["a1", "a2"]
        found = find(world.store.database, "lee")[0]
        assert (found.name, found.address, found.stayed, found.closed) == ("Bo Lee", "12 Elm St, Apt 4", False, False)
        for said in ("", " . ", "b", "lee smith", "%", "_", "l_e", "'; DROP TABLE account; --", "x" * 5_000, "\x00"):
            assert find(world.store.database, said) == [], said

    def test_what_is_no_longer_so_is_no_longer_found(self, world: SqlWorld) -> None:
        world.do(UpdateContact(account="b1", kind="phone", value="850 555 0199"))
        world.do(UpdateContact(account="b1", kind="phone", value="850 555 0200"))
        assert find(world.store.database, "8505550199") == []
        assert [found.account for found in find(world.store.database, "8505550200")] == ["b1"]
        world.do(OpenAccount(account="b2", category="commercial", party="bo"))
        assert [found.account for found in find(world.store.database, "bo lee")] == ["b1", "b2"]

    def test_whole_words_come_before_beginnings_and_never_too_many(self, world: SqlWorld) -> None:
        parties = [Party(id=f"p{n}", name=f"Leeward {n}", verified="x") for n in range(40)]
        accounts = [Account(id=f"A{n}", party=f"p{n}", category="residential", opened=world.day) for n in range(40)]
        loading.load(world.store.database, [*parties, *accounts], [], "city", 5)
        found = find(world.store.database, "lee")
        assert len(found) == 20
        assert found[0].account == "b1"

    def test_a_building_with_who_depends_on_power(self, world: SqlWorld) -> None:
        at = premise(world, "12 Elm St")
        world.do(start(at, "b1"))
        members = (
            Member("b1", "1B", 1, world.day),
            Member("a1", "1A", 1, world.day),
            Member("a2", "1C", 1, world.day, world.day),
        )
        world.do(SetUmbrella(umbrella="u1", account="a2", rule="even", members=members, document=HASH))
        certificate = FileCertificate(account="a1", expires=str(world.day), document=HASH, battery_hours=4)
        world.do(certificate)
        made = world.do(replace(certificate, battery_hours=2))["medical_cert"]
        world.do(StepCertificate(certificate=made, step="certify"))
        found = roster(world.store.database, "u1", world.day)
        assert found is not None
        assert found.position == world.store.position()
        assert [(each.unit, each.account, each.name, each.medical) for each in found.units] == [
            ("1A", "a1", "Ada Núñez O'Neil", True),
            ("1B", "b1", "Bo Lee", False),
        ]
        assert [each.battery_hours for each in found.units] == [2, None]
        assert roster(world.store.database, "nothing", world.day) is None

    def test_who_looked_at_whom_is_kept(self, world: SqlWorld) -> None:
        made = [Look("a1", at_ms, actor, "north", "a call") for at_ms, actor in ((5, "ann"), (7, "bob"), (6, "ann"))]
        views.note(world.store.database, made)
        views.note(world.store.database, [Look("b1", 9, "ann", "north", "a visit")])
        views.note(world.store.database, [])
        assert views.looks(world.store.database, account="a1") == [made[1], made[2], made[0]]
        assert [look.at_ms for look in views.looks(world.store.database, actor="ann")] == [9, 6, 5]
        assert views.looks(world.store.database, actor="ann", before_ms=6) == [made[0]]
        with pytest.raises(ValueError, match="by account or by person"):
            views.looks(world.store.database)
        self._refused(world.store.database, "DELETE FROM viewed")
        self._refused(world.store.database, "UPDATE viewed SET actor = 'bob'")

    # --- loading -----------------------------------------------------------------------------------------

    def test_what_is_taken_over_is_sound_or_nothing_is(self, world: SqlWorld) -> None:
        owed = Receivable(id="r1", account="a1", charge="energy", fund="electric", due=world.day, cents=900, owed=900)
        head = Head("open-1", world.day, 5)
        piece = Piece("r1", "a1", "energy", "electric", 900)
        opening = billed(head, [Against(piece, "3000")], "opening")
        before = world.store.position()
        for records, entries in (
            ([owed], []),
            ([replace(owed, owed=899)], [opening]),
            ([], [opening]),
            ([owed], [replace(opening, lines=opening.lines[:1])]),
        ):
            with pytest.raises(loading.NotSound):
                loading.load(world.store.database, records, entries, "city", 5)
        with pytest.raises(IntegrityError):
            loading.load(world.store.database, [replace(owed, account="nobody", owed=0)], [], "city", 5)
        assert world.store.position() == before
        loaded = loading.load(world.store.database, [owed], [opening], "city", 5)
        assert loaded == loading.Loaded(1, 1, before + 1)
        world.do(TakePayment(account="a1", number="n1", cents=900, tender="bank"))
        assert world.get(Receivable, "r1").owed == 0
        sound(world)
        with pytest.raises(IntegrityError):
            loading.load(world.store.database, [owed], [], "city", 5)
