"""Deciding a command: what is read, who asks and the circumstances in; a refusal, or all its effects, out."""

from __future__ import annotations

import msgspec

from stormops.accounts.audit import AuditEvent
from stormops.accounts.command import Circumstances, Command, Envelope, fingerprint, name_of
from stormops.accounts.controls import Grants
from stormops.accounts.draft import Draft, Reader
from stormops.accounts.ledger import Journal
from stormops.accounts.record import Record, kind_name
from stormops.accounts.refusal import Refusal, Refused


class Effects(msgspec.Struct, frozen=True):
    """Everything that follows from a command, to be written in one transaction or not at all."""

    records: tuple[Record, ...]
    journals: tuple[Journal, ...]
    ended: tuple[Journal, ...]
    """Pending journals that are now posted or voided."""
    answer: dict[str, str]
    """What who asked needs to know: ids of what was made, a receipt's number."""
    audit: AuditEvent


def decide(
    reader: Reader, command: Command, envelope: Envelope, grants: Grants, now: Circumstances, *, text: bytes = b""
) -> Refusal | Effects:
    """The effects of a command, or why it is not done. The same values give the same answer.

    `text`: the command's (`command.text_of`), where it is known.
    """
    draft = Draft(reader, envelope, grants, now)
    try:
        command.decide(draft)
    except Refused as refused:
        return refused.refusal
    return Effects(
        records=tuple(draft.changed.values()),
        journals=tuple(draft.journals),
        ended=tuple(draft.ended),
        answer=draft.answer,
        audit=audited(command, envelope, draft, text=text),
    )


def audited(
    command: Command, envelope: Envelope, draft: Draft | None = None, outcome: str = "done", text: bytes = b""
) -> AuditEvent:
    """The audit's event of a command that was done (`draft`) or refused (`outcome` is the code); `text` as above."""
    return AuditEvent(
        key=envelope.key,
        command=name_of(command),
        fingerprint=fingerprint(command, envelope, text),
        at_ms=envelope.at_ms,
        actor=envelope.actor,
        channel=envelope.channel,
        desk=envelope.desk,
        shift=envelope.shift,
        mode=envelope.mode,
        as_of=-1 if envelope.as_of is None else envelope.as_of,
        outcome=outcome,
        subjects=() if draft is None else tuple(f"{kind_name(kind)}:{key}" for kind, key in draft.changed),
        journals=() if draft is None else tuple(entry.id for entry in (*draft.journals, *draft.ended)),
        evidence=() if draft is None else tuple(draft.evidence),
        policy="" if draft is None else draft.policy,
        correlation=envelope.correlation,
    )
