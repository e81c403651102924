"""A month's billing run: accounts of a cycle are read, priced by the policy and billed, each exactly once.

Some hundred accounts a transaction; what was committed stays when the run is interrupted, and the same run taken up
again makes the rest. A bill's idempotency key is the run's and the account's. What cannot be billed is a task of
billing's with the reason; the same run bills it later, once the reason is gone.
"""

from __future__ import annotations

import gc
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

import msgspec
from sqlalchemy import select

from stormops.accounts import abridged, estimating
from stormops.accounts.asking.asked import Work
from stormops.accounts.asking.billing import BILLED, TERMS, accounts_of, never_billed, on_roster, shared
from stormops.accounts.asking.memo import Memo
from stormops.accounts.asking.pricing import Pricing
from stormops.accounts.command import Circumstances, Command, Envelope
from stormops.accounts.commands_billing import Share
from stormops.accounts.commands_run import AdvanceRun, BeginRun, Estimated, ExceptBill, RunBill
from stormops.accounts.controls import Grants
from stormops.accounts.cycles import EVERY, of_cycle
from stormops.accounts.decision import Decision
from stormops.accounts.money import Cents
from stormops.accounts.policy import Pack
from stormops.accounts.record import ID_MAX
from stormops.accounts.records_money import BillingRun, BillLine, ChargeType
from stormops.accounts.records_place import Account, Member, Read, ServiceAgreement, Umbrella
from stormops.accounts.refusal import Refusal, Refused
from stormops.accounts.rules import estimates, proration, use_check
from stormops.books import among
from stormops.books.ahead import Ahead
from stormops.books.collecting import without_collecting
from stormops.books.columns import from_row
from stormops.books.schema import TABLES
from stormops.books.store import Batch, Books

AT_ONCE = 500
"""Accounts in one transaction: others wait some tenths of a second for it."""
COLLECTED = 8
"""Batches after which garbage is looked for: hardly anything leaves cycles."""
KEY_MAX = 64
LONG_DAYS = 45
"""A longer time without a bill is no month's: somebody looks at it."""
METERED = ("electric", "water", "gas")
READ_DAYS = 5
"""A read so many days before the end closes the bill."""
DAY_MS = 86_400_000
TASK_DAYS = 3


class Order(NamedTuple):
    """What is to be billed: the accounts of a cycle (`EVERY` = all), up to and without a day, payable by another."""

    until: date
    due: date
    cycle: int = EVERY
    cycles: int = 20

    @property
    def run(self) -> str:
        """The run's name; the same order is the same run."""
        return f"run-{self.until}-{self.cycle}of{self.cycles}"


class Person(NamedTuple):
    """Who starts it, with what holds then."""

    grants: Grants
    now: Circumstances
    at_ms: int
    day: date
    mode: str = "normal"


class Done(msgspec.Struct, frozen=True):
    """What a run came to, this time."""

    run: str
    accounts: int
    bills: int
    cents: Cents
    billed_before: int
    """Bills that this run had made when it was interrupted."""
    not_due: int
    """Without service in the time, billed up to the day already, or in a first period that waits for the next."""
    held: int
    """Under a stay: what is owed before a petition is not billed again."""
    estimated: int
    exceptions: dict[str, int]
    """By their reason; each is a task."""


Progress = Callable[[int, int], None]
"""Told how many accounts are done, of how many."""


def bill_all(
    books: Books, pack: Pack, order: Order, person: Person, progress: Progress = lambda *_: None
) -> Done | Refusal:
    """Run it to its end. Raises BooksUnavailable; then, or interrupted, the same order goes on where it stopped."""
    with without_collecting():
        return _Run(books, pack, order, person).go(progress)


class _Skip(Exception):
    """Nothing to bill, and nothing wrong."""


class _Made(NamedTuple):
    """A bill before its decisions are put together; `more` are those that no memo has."""

    shares: tuple[Share, ...]
    roof: str
    estimated: tuple[Estimated, ...]
    more: list[msgspec.Raw]
    warnings: list[str]


class _Before(NamedTuple):
    """What recent bills have already."""

    until: date | None
    """The last day of the account's own services, None where no bill has any."""
    agreements: set[str]
    used: dict[tuple[str, str], list[tuple[int, int]]]
    """Units and days by agreement and charge, of those whose use is looked at."""


class _At(NamedTuple):
    """One account in its batch."""

    batch: Batch
    reader: Ahead
    known: set[str]
    account: str
    key: str


class _Run:
    def __init__(self, books: Books, pack: Pack, order: Order, person: Person) -> None:
        self._books, self._pack, self._order, self._person = books, pack, order, person
        self._run = order.run
        self._memo = Memo(pack)
        self._counts: Counter[str] = Counter()
        self._exceptions: Counter[str] = Counter()
        self._roofs: dict[str, Umbrella] = {}
        """Umbrellas by the account that has the building's services."""
        self._kinds: list[ChargeType] = []
        self._checks = {
            service: terms
            for service in METERED
            if (terms := pack.terms(use_check.UseCheck, person.day, service)) is not None
        }

    def go(self, progress: Progress) -> Done | Refusal:
        refusal = self._begin()
        if refusal is not None:
            return refusal
        accounts, counts = self._accounts(), self._counts
        for start in range(0, len(accounts), AT_ONCE):
            self._batch(accounts[start : start + AT_ONCE])
            if start // AT_ONCE % COLLECTED == COLLECTED - 1:
                gc.collect(1)  # of these batches alone
            progress(min(start + AT_ONCE, len(accounts)), len(accounts))
        finish = AdvanceRun(run=self._run, finish=True)
        refusal = self._send(finish, "finish")
        if refusal is not None:
            return refusal
        return Done(
            run=self._run,
            accounts=len(accounts),
            bills=counts["bills"],
            cents=counts["cents"],
            billed_before=counts["before"],
            not_due=counts["not_due"],
            held=counts["held"],
            estimated=counts["estimated"],
            exceptions=dict(self._exceptions),
        )

    def _begin(self) -> Refusal | None:
        order = self._order
        clauses = abridged.clauses(self._pack, self._person.day, TERMS)
        begin = BeginRun(
            run=self._run,
            cycle=order.cycle,
            cycles=order.cycles,
            until=str(order.until),
            due=str(order.due),
            city=self._pack.name,
            clauses={name: msgspec.to_builtins(each) for name, each in clauses.items()},
        )
        return self._send(begin, "begin")

    def _send(self, command: Command, what: str) -> Refusal | None:
        """A command of the run itself; taken up again it has a key of its own."""
        key = f"{self._run}:{what}:{self._books.position()}"
        return self._books.execute(command, self._envelope(key), self._person.grants, self._person.now).refusal

    # --- what is there -----------------------------------------------------------------------------------

    def _accounts(self) -> list[str]:
        account, order = TABLES["account"], self._order
        with self._books.database.reading(long=True) as connection:
            every = connection.scalars(select(account.c.id).where(account.c.closed.is_(None))).all()
            mine = of_cycle(every, order.cycle, order.cycles)
            umbrella = TABLES["umbrella"]
            there = umbrella.c.account.in_(among.among(connection.dialect.name))
            roofs = select(umbrella).where(there).order_by(umbrella.c.id)
            for row in connection.execute(roofs, {"keys": among.keys(mine)}).mappings():
                roof = from_row(Umbrella, row)
                self._roofs[roof.account] = roof
            rows = connection.execute(select(TABLES["charge_type"])).mappings()
            self._kinds = [from_row(ChargeType, row) for row in rows]
        return mine

    def _members(self, account: str) -> list[Member]:
        roof = self._roofs.get(account)
        return [] if roof is None else on_roster(roof, self._person.day)

    # --- billing -----------------------------------------------------------------------------------------

    def _batch(self, accounts: Sequence[str]) -> None:
        keys = {account: key_of(self._run, account) for account in accounts}
        before = Counter(self._counts), self._exceptions.total()
        with self._books.batch() as batch:
            known = batch.known([*keys.values(), *(f"{key}:x" for key in keys.values())])
            left = [account for account in accounts if keys[account] not in known]
            self._counts["before"] += len(accounts) - len(left)
            members = {each for account in left for each in accounts_of(self._members(account))}
            reader = Ahead(batch.connection, left, members, self._order.until)
            reader.keep(ChargeType, self._kinds)
            reader.keep(Umbrella, self._roofs.values())
            run = reader.get(BillingRun, self._run)
            reader.keep(BillingRun, [] if run is None else [run])
            for account in left:
                self._one(_At(batch, reader, known, account, keys[account]))
            bills, cents = (self._counts[name] - before[0][name] for name in ("bills", "cents"))
            exceptions = self._exceptions.total() - before[1]
            if bills or exceptions:
                self._do(
                    _At(batch, reader, known, "", f"{self._run}:at:{batch.position}"),
                    AdvanceRun(run=self._run, bills=bills, cents=cents, exceptions=exceptions),
                )

    def _do(self, at: _At, command: Command) -> Refusal | None:
        person = self._person
        answer = at.batch.do(at.reader, command, self._envelope(at.key), person.grants, person.now)
        return answer if isinstance(answer, Refusal) else None

    def _one(self, at: _At) -> None:
        try:
            made = self._priced(at.reader, at.account)
        except _Skip as skip:
            self._counts[str(skip)] += 1
            return
        except Refused as refused:
            self._except(at, refused.refusal)
            return
        finally:
            parts = self._memo.take()
        whole = abridged.together(self._pack, self._run, parts + made.more)
        command = RunBill(
            run=self._run, shares=made.shares, decision=whole, umbrella=made.roof, estimated=made.estimated
        )
        at.reader.absent([at.key])
        if len(command.shares) > 1:
            new = sum(1 + len(share.lines) for share in command.shares)
            at.reader.absent(f"{at.key}~{number}" for number in range(2, new + 1))
        refusal = self._do(at, command)
        if refusal is not None:
            self._except(at, refusal)
            return
        self._counts["bills"] += len(command.shares)
        self._counts["cents"] += sum(line.cents for share in command.shares for line in share.lines)
        self._counts["estimated"] += len(command.estimated)
        for warning in made.warnings:
            self._except(at, Refusal(warning, EXPLAINED[warning]))

    def _priced(self, reader: Ahead, key: str) -> _Made:
        """The bill. Raises Refused, _Skip."""
        account = reader.get(Account, key)
        if account is None or account.stayed_by:
            raise _Skip("held")
        members = self._members(key)
        billed = accounts_of(members) or (key,)
        self._free(reader, billed)
        until = self._order.until
        agreements = [
            each for each in reader.where(ServiceAgreement, account=key) if each.state in BILLED and each.since < until
        ]
        before = self._before(reader, agreements, billed)
        since = before.until or min((each.since for each in agreements), default=until)
        if since >= until or all(each.until is not None and each.until <= since for each in agreements):
            raise _Skip("not_due")
        if (until - since).days > LONG_DAYS:
            raise Refused("long_period", f"There is no bill since {since}: look at it, and bill it by hand.")
        work = Work(reader, self._pack, self._person.day, self._person.grants.person, memo=self._memo)
        self._first(work, agreements, since)
        late = never_billed(agreements, before.agreements, since)
        if any((until - day).days > LONG_DAYS for day in late.values()):
            raise Refused("long_period", f"A meter has no bill since {min(late.values())}: look at it.")
        estimated, verdicts = self._estimates(reader, agreements, since, late)
        served = [each for each in agreements if each.until is None or each.until > since]
        lines = tuple(each.line for each in Pricing(work, account, since, until, late).lines(served))
        if not any(line.cents for line in lines):
            raise _Skip("not_due")
        self._look_at_use(reader, agreements, lines, before.used)
        shares = shared(work, self._roofs[key], members, lines)[0] if members else (Share(key, lines),)
        roof = self._roofs[key].id if members else ""
        warnings = [name for name in EXPLAINED if any(getattr(verdict.value, name) for verdict in verdicts)]
        return _Made(shares, roof, estimated, [abridged.of_decision(verdict) for verdict in verdicts], warnings)

    def _look_at_use(
        self,
        reader: Ahead,
        agreements: Sequence[ServiceAgreement],
        lines: Iterable[BillLine],
        earlier: Mapping[tuple[str, str], Sequence[tuple[int, int]]],
    ) -> None:
        """Raise Refused where a use is far from what is usual: somebody looks at it, and bills it by hand."""
        points = {each.id: each.point for each in agreements}
        for line in lines:
            terms, point = self._checks.get(line.charge), points.get(line.agreement)
            before = earlier.get((line.agreement, line.charge))
            if terms is None or point is None or before is None:
                continue
            used = use_check.Used(line.quantity, (line.until - line.since).days)
            usual = use_check.Used(sum([units for units, _ in before]), sum([days for _, days in before]))
            if used.days < 1 or usual.days < 1 or not use_check.far(terms, used, usual):
                continue  # last year's need not be looked up: the rule wants a use that is far from both
            year = estimating.used_a_year_ago(reader.all_reads(point), line.since, line.until)
            given = use_check.Checked(
                used=used,
                before=tuple(use_check.Used(*each) for each in before),
                last_year=None if year is None else use_check.Used(*year),
            )
            verdict = use_check.check(self._pack, self._person.day, given, line.charge).value.unusual
            if verdict:
                said = f"{used.units} in {used.days} days, {usual.units} in {usual.days} days before"
                raise Refused(f"{verdict}_use", f"The use of {line.charge} is {verdict}: {said}.")

    def _free(self, reader: Ahead, billed: Sequence[str]) -> None:
        """Raise Refused where one who would be billed is under a stay, or close to who runs the billing."""
        for key in billed:
            member = reader.get(Account, key)
            if key in self._person.grants.related:
                raise Refused("own_account", "Who runs the billing is close to this customer: another must bill it.")
            if member is not None and member.stayed_by:
                raise Refused("stayed", f"{key} of the building's roster is under a stay.")

    def _before(self, reader: Ahead, agreements: Sequence[ServiceAgreement], billed: Sequence[str]) -> _Before:
        mine = {each.id for each in agreements}
        end: date | None = None
        known: set[str] = set()
        used: dict[tuple[str, str], list[tuple[int, int]]] = {}
        for account in billed:
            for charge, _, since, until, agreement, quantity in reader.lines(account):
                known.add(agreement)
                if agreement not in mine:
                    continue
                if end is None or until > end:
                    end = until
                if charge in self._checks:
                    used.setdefault((agreement, charge), []).append((quantity, (until - since).days))
        return _Before(end, known, used)

    def _first(self, work: Work, agreements: Sequence[ServiceAgreement], since: date) -> None:
        """Raise _Skip where a short first period waits for the next bill."""
        first = all(each.since >= since for each in agreements)
        final = all(each.until is not None for each in agreements)
        period = proration.Period(days=(self._order.until - since).days, first=first, final=final)
        if not work.decide(proration.bill_now, period).value:
            raise _Skip("not_due")
        self._memo.take()  # that it is billed now is no part of what it costs

    def _estimates(
        self, reader: Ahead, agreements: Sequence[ServiceAgreement], since: date, late: Mapping[str, date]
    ) -> tuple[tuple[Estimated, ...], list[Decision[estimates.Verdict]]]:
        """Reads for meters that have none at the end. Raises Refused where none can or may be estimated."""
        made: list[Estimated] = []
        verdicts: list[Decision[estimates.Verdict]] = []
        cause: estimates.Cause = "storm" if self._person.now.episode else "utility"
        for agreement in agreements:
            if agreement.point is None:
                continue
            end = min(agreement.until or self._order.until, self._order.until)
            first = late.get(agreement.id) or max(since, agreement.since)
            if end <= first or _is_read(reader, agreement.point, first, end):
                continue
            reads = reader.all_reads(agreement.point)
            if _is_read(reader, agreement.point, first, end):
                continue
            before = [read for read in reads if read.day < end]
            register = estimating.register_at(before, end)
            if register is None:
                raise Refused("no_read", f"The meter of {agreement.service} has no read, and none to estimate from.")
            earlier = tuple(
                estimates.Estimate(read.day, "storm" if read.kind == "storm" else "utility")
                for read in before
                if read.kind != "actual"
            )
            verdict = estimates.allowed(self._pack, self._person.day, estimates.Wanted(cause=cause, earlier=earlier))
            if verdict.refusal is not None:
                raise Refused(verdict.refusal.code, verdict.refusal.sentence)
            verdicts.append(verdict)
            kind = "storm" if cause == "storm" else "estimated"
            made.append(Estimated(agreement.point, end.isoformat(), register, kind))
            new = f"{self._run}:{agreement.point}"[:ID_MAX]
            reader.add(Read(id=new, point=agreement.point, day=end, register=register, kind=kind))
        return tuple(made), verdicts

    def _except(self, at: _At, refusal: Refusal) -> None:
        """A task for billing, once a run and account."""
        self._exceptions[refusal.code] += 1
        key = f"{at.key}:x"
        if key in at.known:
            return
        at.known.add(key)
        at.reader.absent([key])
        command = ExceptBill(
            run=self._run,
            account=at.account,
            text=f"{at.account} · {refusal.sentence}",
            due_ms=self._person.at_ms + TASK_DAYS * DAY_MS,
        )
        self._do(at._replace(key=key), command)

    def _envelope(self, key: str) -> Envelope:
        person = self._person
        return Envelope(
            key=key,
            at_ms=person.at_ms,
            day=person.day,
            actor=person.grants.person,
            desk="",
            shift=0,
            channel="batch",
            mode=person.mode,
        )


def _is_read(reader: Ahead, point: str, first: date, end: date) -> bool:
    """Whether the meter has a read to begin from, and one that closes the bill."""
    began = closed = False
    least = end - timedelta(days=READ_DAYS)
    for read in reader.where(Read, point=point):
        if read.day <= first:
            began = True
        elif least <= read.day <= end:
            closed = True
    return began and closed


EXPLAINED = {
    "exception": "It is estimated more often than the policy allows: have the meter read.",
    "explain": "It is estimated again: the bill needs a written explanation.",
}
"""What goes with an estimate, by the rule's verdict."""


def key_of(run: str, account: str) -> str:
    """The idempotency key of an account's bill."""
    key = f"{run}:{account}"
    if len(key) + 2 <= KEY_MAX and key.isascii() and key.replace("-", "").replace(":", "").replace(".", "").isalnum():
        return key
    return f"{run}:{hashlib.sha256(account.encode()).hexdigest()[:24]}"
