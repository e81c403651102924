"""Re-roling for a storm: the same person works the outage desk until the storm is over, or until it is taken back.

What a storm role brings ends with the declared mode's episode; money never widens by it (`accounts.controls.rerole`).
Every grant is kept: who gave it to whom, why, and who ended it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy import Engine, insert, select, update

from stormops.accounts.controls import Grants, rerole
from stormops.accounts.refusal import Refusal
from stormops.clock import Clock
from stormops.staff.records import PERSON, STORM_ROLE
from stormops.staff.roles import ROLES, Role

STORM_ROLES = ("dispatcher",)
"""Roles that a storm may add: the outage desk's, which decides on no money."""

HISTORY_MAX = 100


class StormGrant(NamedTuple):
    """One grant of a storm role. `ended_by` is "" while nobody has taken it back."""

    id: int
    person: str
    role: str
    episode: str
    reason: str
    given_by: str
    given_ms: int
    ended_by: str
    ended_ms: int | None


class Colleague(NamedTuple):
    """Somebody with an account, and the storm role that holds (None: their own work)."""

    name: str
    role: str
    storm: StormGrant | None


class StormRoles:
    """Over the staff records. `episode` gives the storm's name, "" on a quiet day; times are the wall's."""

    def __init__(self, records: Engine, clock: Clock, episode: Callable[[], str]) -> None:
        self.records, self._clock, self.episode = records, clock, episode

    def added(self, name: str, own: Role) -> tuple[Role, tuple[str, ...]]:
        """A person's role with what the storm adds to it now, and the names of the roles added."""
        episode = self.episode()
        held = self._held(episode).get(name) if episode else None
        if held is None or held.role not in STORM_ROLES:
            return own, ()
        storm = ROLES[held.role]
        grants = rerole(Grants(name, own.grants), storm.grants, episode)
        if isinstance(grants, Refusal):
            return own, ()
        return Role(own.permissions | storm.permissions, grants.given, own.home), (held.role,)

    def colleagues(self) -> list[Colleague]:
        """Everybody with an account, by name."""
        held = self._held(self.episode())
        with self.records.connect() as db:
            rows = db.execute(select(PERSON.c.name, PERSON.c.role).order_by(PERSON.c.name)).all()
        return [Colleague(row.name, row.role, held.get(row.name)) for row in rows]

    def history(self) -> list[StormGrant]:
        """Grants of this storm and of those before, the latest first."""
        query = select(STORM_ROLE).order_by(STORM_ROLE.c.id.desc()).limit(HISTORY_MAX)
        with self.records.connect() as db:
            return [StormGrant(*row) for row in db.execute(query)]

    def give(self, name: str, role: str, by: str, reason: str) -> str:
        """Add a storm role; "" when it is done, else the code of why not."""
        episode = self.episode()
        if not episode:
            return "no_episode"
        if role not in STORM_ROLES or not reason.strip():
            return "no_reason" if role in STORM_ROLES else "no_storm_role"
        with self.records.begin() as db:
            own = db.execute(select(PERSON.c.role).where(PERSON.c.name == name)).scalar()
            if own is None:
                return "unknown"
            if own == role or name in self._held(episode):
                return "has_it"
            row = {"person": name, "role": role, "episode": episode, "reason": reason.strip()[:500], "given_by": by}
            db.execute(insert(STORM_ROLE).values(**row, given_ms=self._clock.now_ms(), ended_by=""))
        return ""

    def end(self, grant: int, by: str) -> bool:
        """Take a storm role back; False when it has ended or never was."""
        ended = {"ended_by": by, "ended_ms": self._clock.now_ms()}
        open_one = (STORM_ROLE.c.id == grant) & STORM_ROLE.c.ended_ms.is_(None)
        with self.records.begin() as db:
            return db.execute(update(STORM_ROLE).where(open_one).values(**ended)).rowcount == 1

    def _held(self, episode: str) -> dict[str, StormGrant]:
        """By person, the grants of an episode that nobody has taken back."""
        if not episode:
            return {}
        query = select(STORM_ROLE).where(STORM_ROLE.c.episode == episode, STORM_ROLE.c.ended_ms.is_(None))
        with self.records.connect() as db:
            return {row.person: StormGrant(*row) for row in db.execute(query)}
