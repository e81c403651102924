"""Commands of review and field work: cases and disputes, findings and corrective actions, tasks, field orders."""

from __future__ import annotations

from msgspec.structs import replace

from stormops.accounts.command import Command
from stormops.accounts.commands_recall import must_be_called_back
from stormops.accounts.commands_work import must_come, needs_text
from stormops.accounts.draft import Draft
from stormops.accounts.record import Amount, Day, Hash, Id, Ms, Text
from stormops.accounts.records_place import ServiceOrder
from stormops.accounts.records_work import Case, Finding, Task
from stormops.accounts.refusal import Refused


class OpenCase(Command, frozen=True, kw_only=True, tag="open_case"):
    """A review of an account; a dispute's amount stops a cut until it is decided."""

    function = "account_case"
    permission = "contact"

    account: Id
    kind: str
    text: Text
    disputed: Amount = 0

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        needs_text(self.text)
        made = draft.add(
            Case(
                id=draft.new_id(),
                account=draft.account(self.account).id,
                kind=self.kind,
                state="open",
                opened_by=draft.envelope.actor,
                text=self.text,
                disputed=self.disputed,
            )
        )
        if made.disputed:
            must_be_called_back(draft, made.account, "it is disputed")


class StepCase(Command, frozen=True, kw_only=True, tag="step_case"):
    """record_findings (with the recomputation's hash), close, reopen, withdraw; not by who opened it."""

    function = "account_case"
    permission = "review"

    case: Id
    step: str
    findings: Text = ""
    evidence: tuple[Hash, ...] = ()

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        case = draft.get(Case, self.case)
        draft.account(case.account)
        if self.step != "withdraw" and case.opened_by == draft.envelope.actor:
            raise Refused("maker_is_checker", "Who opened the case does not review it.", "actor")
        if self.step != "record_findings":
            draft.step(case, self.step)
            return
        needs_text(self.findings, "findings")
        evidence = (*case.evidence, *draft.attach(self.evidence))
        draft.step(case, self.step, findings=self.findings, reviewer=draft.envelope.actor, evidence=evidence)


class AddFinding(Command, frozen=True, kw_only=True, tag="add_finding"):
    """A doubtful transaction, or what went wrong at the desk (one key: `rule` is friction)."""

    function = "deficiency_note"
    permission = "contact"

    about: Id
    rule: str
    text: Text

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        needs_text(self.text)
        draft.add(Finding(id=draft.new_id(), about=self.about, rule=self.rule, state="open", text=self.text))


class StepFinding(Command, frozen=True, kw_only=True, tag="step_finding"):
    """plan (an action, an owner, a time), complete, verify (another than the owner), reopen, dismiss."""

    function = "audit_disposition"
    permission = "review"

    finding: Id
    step: str
    action: Text = ""
    owner: str = ""
    due_ms: Ms | None = None
    evidence: tuple[Hash, ...] = ()

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow("corrective_action" if self.step in {"complete", "verify"} else self.function, self.permission)
        finding = draft.get(Finding, self.finding)
        fields: dict[str, object] = {}
        if self.step == "plan":
            needs_text(self.action, "action")
            if not self.owner or self.due_ms is None:
                raise Refused("no_owner", "An action has an owner and a time.", "owner")
            fields = {"action": self.action, "owner": self.owner, "due_ms": self.due_ms}
        if self.step == "complete":
            fields = {"evidence": (*finding.evidence, *draft.attach(self.evidence))}
        if self.step == "verify" and finding.owner == draft.envelope.actor:
            raise Refused("maker_is_checker", "Who owns the action does not verify it.", "actor")
        draft.step(finding, self.step, **fields)


class AddTask(Command, frozen=True, kw_only=True, tag="add_task"):
    """Anything else to be done, with an owner and a time."""

    function = "customer_contact"
    permission = "contact"

    text: Text
    owner: Id
    due_ms: Ms
    account: Id | None = None

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        needs_text(self.text)
        must_come(draft, self.due_ms)
        account = None if self.account is None else draft.account(self.account).id
        task = Task(
            id=draft.new_id(), text=self.text, owner=self.owner, due_ms=self.due_ms, state="open", account=account
        )
        draft.add(task)


class StepTask(Command, frozen=True, kw_only=True, tag="step_task"):
    """complete, pass_on, cancel."""

    function = "customer_contact"
    permission = "contact"

    task: Id
    step: str
    owner: str = ""

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        task = draft.get(Task, self.task)
        if task.account is not None:
            draft.account(task.account)
        if self.step == "pass_on" and not self.owner:
            raise Refused("no_owner", "Say to whom.", "owner")
        draft.step(task, self.step, owner=self.owner or task.owner)


class OrderFieldWork(Command, frozen=True, kw_only=True, tag="order_field_work"):
    """A read, a meter set, a check in the field."""

    function = "service_start"
    permission = "service"

    account: Id
    kind: str
    due: Day
    note: Text = ""

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        account = draft.account(self.account).id
        order = ServiceOrder(
            id=draft.new_id(),
            account=account,
            kind=self.kind,
            state="requested",
            due=draft.day(self.due),
            note=self.note,
        )
        draft.add(order)


class StepFieldWork(Command, frozen=True, kw_only=True, tag="step_field_work"):
    """dispatch, complete, cancel."""

    function = "service_start"
    permission = "field"

    order: Id
    step: str
    note: Text = ""

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        order = draft.get(ServiceOrder, self.order)
        draft.account(order.account)
        after = draft.step(order, self.step)
        if self.note:
            draft.put(replace(after, note=f"{order.note}\n{self.note}".strip()))
