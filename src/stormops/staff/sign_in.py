"""Signing in: argon2id passwords, attempts limited, a session and a shift.

A session lasts `SESSION_HOURS` (longer than the longest shift); when it ends, the same person signs in
again in place and goes on in the same shift. What a role may do is `roles.ROLES`.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable, Collection
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import Engine, delete, func, insert, select, update
from sqlalchemy.exc import OperationalError

from stormops.clock import Clock
from stormops.staff.person import SESSION_HOURS, Granted, Person, Refused
from stormops.staff.records import FAILURE, PERSON, RELATED, SESSION, SHIFT
from stormops.staff.roles import ROLES, Role

FAILURES_MAX = 8
"""Failed sign-ins for one name, or four times as many from one address, before waiting is asked."""

FAILURE_MINUTES = 15
"""How long a failed sign-in counts."""

UNAVAILABLE_SECONDS = 5
"""When to try again after the records could not be written."""

PASSWORD_LENGTH_MIN, PASSWORD_LENGTH_MAX = 10, 200


class StaffError(Exception):
    """An account cannot be made as asked; the message says why."""


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class SignIn:
    """Sign-in over the staff records. `clock` must be the wall clock: sessions are not rehearsed."""

    def __init__(
        self,
        records: Engine,
        clock: Clock,
        hasher: PasswordHasher | None = None,
        added: Callable[[str, Role], tuple[Role, tuple[str, ...]]] = lambda _, own: (own, ()),
    ) -> None:
        """`added` gives a person's role with what a storm adds to it (`storm_roles`)."""
        self._records = records
        self._clock = clock
        self._added = added
        self._hasher = hasher or PasswordHasher()

    @cached_property
    def _nobody(self) -> str:
        """Verified for unknown names, so that the answer's time does not tell who exists.

        Made at the first sign-in, whoever's: a process that only looks at sessions, or adds people, needs none.
        """
        return self._hasher.hash(secrets.token_urlsafe())

    def add(self, name: str, role: str, password: str) -> None:
        """Make an account, or give an existing one a new role and password (its sessions end).

        Raises StaffError.
        """
        if not re.fullmatch(r"[a-z][a-z0-9._-]{1,63}", name):
            raise StaffError(f"{name!r}: a name is 2-64 of a-z, 0-9, '.', '_', '-' and begins with a letter")
        if role not in ROLES:
            raise StaffError(f"{role!r} is no role; choose one of {', '.join(ROLES)}")
        if not PASSWORD_LENGTH_MIN <= len(password) <= PASSWORD_LENGTH_MAX:
            raise StaffError(f"a password has {PASSWORD_LENGTH_MIN} to {PASSWORD_LENGTH_MAX} characters")
        row = {"role": role, "password_hash": self._hasher.hash(password), "added_ms": self._clock.now_ms()}
        with self._records.begin() as db:
            if db.execute(select(PERSON.c.name).where(PERSON.c.name == name)).first():
                db.execute(update(PERSON).where(PERSON.c.name == name).values(**row))
                db.execute(delete(SESSION).where(SESSION.c.person == name))
            else:
                db.execute(insert(PERSON).values(name=name, **row))

    def sign_in(self, name: str, password: str, desk: str, address: str) -> Granted | Refused:
        """Check a password and open a session. CPU-bound for tens of milliseconds: call it in a thread."""
        try:
            return self._sign_in(name, password, desk, address)
        except OperationalError:  # the disk is full, read-only or gone
            return Refused("unavailable", UNAVAILABLE_SECONDS)

    def _sign_in(self, name: str, password: str, desk: str, address: str) -> Granted | Refused:
        subjects = {_digest(f"name:{name}"): FAILURES_MAX, _digest(f"address:{address}"): 4 * FAILURES_MAX}
        wait_s = self._limited(subjects)
        if wait_s:
            return Refused("too_many_attempts", wait_s)
        with self._records.begin() as db:
            row = db.execute(select(PERSON).where(PERSON.c.name == name)).mappings().first()
        nobody = self._nobody
        try:
            self._hasher.verify(row["password_hash"] if row else nobody, password[:PASSWORD_LENGTH_MAX])
        except VerifyMismatchError:
            row = None
        if row is None:
            with self._records.begin() as db:
                now = self._clock.now_ms()
                db.execute(insert(FAILURE), [{"subject": s, "at_ms": now} for s in subjects])
            return Refused("wrong_password", 0)
        return self._open(name, str(row["role"]), desk[:64] or "desk", next(iter(subjects)))

    def _limited(self, subjects: dict[str, int]) -> int:
        """Seconds to wait before another attempt, 0 when free to try."""
        now = self._clock.now_ms()
        since = now - FAILURE_MINUTES * 60_000
        with self._records.begin() as db:
            db.execute(delete(FAILURE).where(FAILURE.c.at_ms < since))
            for subject, most in subjects.items():
                count, oldest = db.execute(
                    select(func.count(), func.min(FAILURE.c.at_ms)).where(FAILURE.c.subject == subject)
                ).one()
                if count >= most:
                    return int((oldest - since) // 1000 + 1)
        return 0

    def _open(self, name: str, role: str, desk: str, subject: str) -> Granted:
        now = self._clock.now_ms()
        token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(24)
        with self._records.begin() as db:
            db.execute(delete(FAILURE).where(FAILURE.c.subject == subject))
            db.execute(delete(SESSION).where(SESSION.c.expires_ms < now))
            shift = db.execute(
                select(SHIFT.c.id, SHIFT.c.opened_ms).where(
                    SHIFT.c.person == name,
                    SHIFT.c.desk == desk,
                    SHIFT.c.closed_ms.is_(None),
                    SHIFT.c.opened_ms > now - SESSION_HOURS * 3_600_000,
                )
            ).first()
            if shift is None:
                opened = insert(SHIFT).values(person=name, desk=desk, opened_ms=now)
                shift = db.execute(opened.returning(SHIFT.c.id, SHIFT.c.opened_ms)).one()
            db.execute(
                insert(SESSION).values(
                    token_hash=_digest(token),
                    person=name,
                    shift=shift.id,
                    csrf=csrf,
                    expires_ms=now + SESSION_HOURS * 3_600_000,
                )
            )
        return Granted(token, self._person(name, role, desk=desk, shift=shift.id, csrf=csrf, opened_ms=shift.opened_ms))

    def who(self, token: str | None) -> Person | None:
        """The person of a session token, None when there is none or it has ended."""
        if not token:
            return None
        query = (
            select(PERSON.c.name, PERSON.c.role, SHIFT.c.desk, SHIFT.c.id, SHIFT.c.opened_ms, SESSION.c.csrf)
            .join_from(SESSION, PERSON)
            .join(SHIFT, SESSION.c.shift == SHIFT.c.id)
            .where(SESSION.c.token_hash == _digest(token), SESSION.c.expires_ms > self._clock.now_ms())
        )
        with self._records.connect() as db:
            row = db.execute(query).first()
        if row is None:
            return None
        return self._person(row.name, row.role, desk=row.desk, shift=row.id, csrf=row.csrf, opened_ms=row.opened_ms)

    def _person(self, name: str, role: str, *, desk: str, shift: int, csrf: str, opened_ms: int) -> Person:
        """Somebody in a role. A role that no longer is may nothing."""
        may, more = self._added(name, ROLES.get(role, Role(frozenset())))
        with self._records.connect() as db:
            related = frozenset(db.scalars(select(RELATED.c.account).where(RELATED.c.person == name)))
        return Person(name, desk, shift, [role, *more], may.permissions, csrf, opened_ms, may.grants, related, may.home)

    def relate(self, name: str, accounts: Collection[str]) -> None:
        """Say which accounts are a person's own, a relative's or the household's: nobody works on their own.

        It replaces what was said before. Raises StaffError.
        """
        with self._records.begin() as db:
            if not db.execute(select(PERSON.c.name).where(PERSON.c.name == name)).first():
                raise StaffError(f"{name!r} has no account; add it first")
            db.execute(delete(RELATED).where(RELATED.c.person == name))
            if rows := [{"person": name, "account": account} for account in sorted(set(accounts))]:
                db.execute(insert(RELATED), rows)

    def sign_out(self, token: str | None) -> bool:
        """End a session and close its shift. False when the records cannot be written: it goes on."""
        person = self.who(token)
        if person is None or token is None:
            return True
        try:
            with self._records.begin() as db:
                db.execute(delete(SESSION).where(SESSION.c.token_hash == _digest(token)))
                db.execute(update(SHIFT).where(SHIFT.c.id == person.shift).values(closed_ms=self._clock.now_ms()))
        except OperationalError:
            return False
        return True
