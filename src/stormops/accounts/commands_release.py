"""Commands of meter releases: by permit, without one, or as an exception with an end."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from stormops.accounts.command import Command
from stormops.accounts.commands_service import may_be_energised
from stormops.accounts.draft import Draft
from stormops.accounts.record import Hash, Id
from stormops.accounts.records_place import MeterRelease, ServiceAgreement, ServicePoint
from stormops.accounts.refusal import Refused
from stormops.accounts.states_service import RELEASE


class BeginRelease(Command, frozen=True, kw_only=True, tag="begin_release"):
    """A release asked for: by a permit, or without one where only the mast was damaged (`mast_only`)."""

    function = "meter_release"
    permission = "release"

    point: Id
    clearance: str
    permit: str = ""
    mast_only: bool = False
    evidence: tuple[Hash, ...] = ()

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        point = draft.get(ServicePoint, self.point)
        if bool(self.permit) is self.mast_only:
            raise Refused("no_permit", "A release has a permit, or only the mast was damaged.", "permit")
        release = draft.add(
            MeterRelease(
                id=draft.new_id(),
                point=point.id,
                clearance=self.clearance,
                state=RELEASE.start,
                permit=self.permit,
                recorded=draft.envelope.day,
            )
        )
        if self.permit:
            draft.step(release, "apply_for_permit")
        else:
            draft.step(release, "release_without_permit", evidence=draft.attach(self.evidence))
            released(draft, point, release.id)


class RecordException(Command, frozen=True, kw_only=True, tag="record_exception"):
    """Inspected now, permit owed, while the permit system is down; with an end, and so many an inspector and day."""

    function = "meter_release"
    permission = "release_exception"

    point: Id
    clearance: str
    inspector: Id
    evidence: tuple[Hash, ...]

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        point, today = draft.get(ServicePoint, self.point), draft.envelope.day
        evidence = draft.attach(self.evidence)
        made = [
            each
            for each in draft.where(MeterRelease, inspector=self.inspector)
            if each.recorded == today and each.expires is not None
        ]
        if len(made) >= draft.limits.exceptions_per_inspector_day:
            raise Refused("too_many_exceptions", "The inspector's exceptions of this day are used up.", "inspector")
        release = draft.add(
            MeterRelease(
                id=draft.new_id(),
                point=point.id,
                clearance=self.clearance,
                state=RELEASE.start,
                inspector=self.inspector,
                recorded=today,
                expires=today + timedelta(days=draft.limits.exception_days),
                evidence=evidence,
            )
        )
        draft.step(release, "record_exception")
        released(draft, point, release.id)


class StepRelease(Command, frozen=True, kw_only=True, tag="step_release"):
    """A release taken on: inspect, fail, release, bring_permit, lapse (its end is past), withdraw."""

    function = "meter_release"
    permission = "release"

    release: Id
    step: str
    inspector: str = ""
    permit: str = ""
    evidence: tuple[Hash, ...] = ()

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        release = draft.get(MeterRelease, self.release)
        if self.step not in {"inspect", "fail", "release", "bring_permit", "lapse", "withdraw"}:
            raise Refused("illegal_step", "This step has a command of its own.", "step")
        fields: dict[str, object] = {}
        if self.step == "inspect":
            if not self.inspector:
                raise Refused("no_inspector", "An inspection has an inspector.", "inspector")
            fields = {"inspector": self.inspector, "evidence": draft.attach(self.evidence)}
        if self.step == "bring_permit":
            if not self.permit:
                raise Refused("no_permit", "Name the permit that was owed.", "permit")
            fields = {"permit": self.permit}
        if self.step == "lapse" and (release.expires is None or draft.envelope.day <= release.expires):
            raise Refused("not_expired", "The exception still holds.", "release")
        after = draft.step(release, self.step, **fields)
        if after.state == "released":
            released(draft, draft.get(ServicePoint, after.point), after.id)


def released(draft: Draft, point: ServicePoint, release: str) -> None:
    """The point may be energised; agreements that waited for it go on."""
    point = draft.put(replace(point, release=release))
    for agreement in draft.where(ServiceAgreement, point=point.id):
        if agreement.state == "pending_release" and may_be_energised(draft, point):
            draft.step(agreement, "settle_release")
