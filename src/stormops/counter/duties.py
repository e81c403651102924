"""Every duty of the counter as data: its command, what is asked for, and what undoes it.

Screens are made from this table and from nothing else; labels and help stand in `words/`, by the names used here. A
field's name is its place in the command's body (`proposal.account` is inside `proposal`). Who may do a duty is the
command's permission (`rights`), what it costs is computed by the rules (`accounts.asking`).
"""

from __future__ import annotations

from functools import cache

from stormops.accounts.commands_records import EXPORTED
from stormops.accounts.disclosure import FILES
from stormops.accounts.letters import LETTERS
from stormops.accounts.record import MACHINE_OF, Record
from stormops.accounts.records import KINDS
from stormops.accounts.records_money import GUARANTOR
from stormops.counter.duties_money import MONEY
from stormops.counter.duty import (
    ACCOUNT,
    EVIDENCE,
    LANGUAGE,
    NEW_OWNER,
    OWNER,
    START,
    Duty,
    Field,
    choice,
    count,
    day,
    duty,
    file,
    flag,
    inside,
    long,
    maybe,
    moment,
    money,
    record,
    step,
    text,
)

GROUPS = (
    "contact",
    "service",
    "place",
    "deposit",
    "cash",
    "billing",
    "requests",
    "credit",
    "bankruptcy",
    "lending",
    "review",
    "walk_in",
    "records",
)

_TABLE = (
    # --- contact: who is speaking, what was said and promised ----------------------------------------------
    duty("add_contact", "contact", ACCOUNT, long("text"), LANGUAGE, flag("relay")),
    duty(
        "update_contact",
        "contact",
        ACCOUNT,
        choice("kind", "phone", "mobile", "email", "relay", "mailing", "language"),
        text("value"),
        flag("messages"),
    ),
    duty(
        "issue_letter",
        "contact",
        choice("kind", *LETTERS),
        Field("about", "subject"),
        about="",
        undo=("void_letter", ""),
    ),
    duty("void_letter", "contact", record("letter"), long("reason"), about="letter"),
    duty(
        "open_escalation",
        "contact",
        ACCOUNT,
        choice("kind", "billing", "service", "safety", "medical", "other"),
        long("text"),
        OWNER,
        moment("due_ms"),
    ),
    duty(
        "step_escalation",
        "contact",
        record("escalation"),
        step("escalation", "acknowledge", "raise", "assign", "resolve", "close", "reopen"),
        maybe(long("note")),
        NEW_OWNER,
        maybe(moment("due_ms")),
        about="escalation",
    ),
    duty("make_promise", "contact", ACCOUNT, long("text"), OWNER, moment("due_ms"), undo=("step_promise", "withdraw")),
    duty(
        "step_promise",
        "contact",
        record("promise"),
        step("promise", "keep", "miss", "pass_on", "withdraw"),
        NEW_OWNER,
        about="promise",
    ),
    duty("add_task", "contact", maybe(ACCOUNT), long("text"), OWNER, moment("due_ms"), undo=("step_task", "cancel")),
    duty(
        "step_task",
        "contact",
        record("task"),
        step("task", "complete", "pass_on", "cancel"),
        NEW_OWNER,
        about="task",
    ),
    duty(
        "offer_hand_over",
        "contact",
        Field("taker", "owner"),
        long("note"),
        about="",
        undo=("step_hand_over", "withdraw"),
    ),
    duty(
        "step_hand_over",
        "contact",
        record("hand_over"),
        step("hand_over", "accept", "refuse", "withdraw"),
        maybe(long("note")),
        about="hand_over",
    ),
    duty(
        "file_certificate",
        "contact",
        ACCOUNT,
        day("expires"),
        file("document"),
        maybe(count("battery_hours")),
    ),
    duty(
        "step_certificate",
        "contact",
        record("certificate", "medical_cert"),
        step("medical_cert", "certify", "renew", "decline", "withdraw", "expire"),
        maybe(day("expires")),
        about="medical_cert",
    ),
    # --- service: accounts, agreements, field work ---------------------------------------------------------
    duty(
        "open_account",
        "service",
        text("name"),
        choice("verified", "photo_id", "passport", "knowledge", "in_person", "business_record"),
        choice("category", "residential", "commercial", "multi_unit"),
        flag("organisation"),
        LANGUAGE,
        flag("relay"),
        maybe(long("mailing")),
        text("account", "{number}"),
        text("party", "p-{number}"),
        about="",
    ),
    duty(
        "add_role",
        "service",
        ACCOUNT,
        text("party"),
        choice("role", "liable", "authorised", "landlord", "agent"),
        file("basis"),
        day("since", "{today}"),
    ),
    duty("start_service", "service", ACCOUNT, *START, undo=("step_service", "cancel")),
    duty(
        "transfer_service",
        "service",
        record("agreement", "service_agreement"),
        day("until"),
        *inside("start", ACCOUNT, *START),
        undo=("step_service", "withdraw_stop"),
        about="service_agreement",
    ),
    duty(
        "stop_service",
        "service",
        record("agreement", "service_agreement"),
        day("until", "{today}"),
        about="service_agreement",
        undo=("step_service", "withdraw_stop"),
    ),
    duty(
        "step_service",
        "service",
        record("agreement", "service_agreement"),
        step("service_agreement", "cancel", "withdraw_stop", "finalise", "close", "reactivate"),
        about="service_agreement",
    ),
    duty(
        "energise",
        "service",
        record("agreement", "service_agreement"),
        count("register"),
        maybe(day("on", "{today}")),
        about="service_agreement",
    ),
    duty(
        "order_field_work",
        "service",
        ACCOUNT,
        choice("kind", "read", "meter_set", "check", "meter_test", "turn_on", "turn_off"),
        day("due", "{today}"),
        maybe(long("note")),
        undo=("step_field_work", "cancel"),
    ),
    duty(
        "step_field_work",
        "service",
        record("order", "service_order"),
        step("service_order", "dispatch", "complete", "cancel"),
        maybe(long("note")),
        about="service_order",
    ),
    duty(
        "take_service_request",
        "service",
        maybe(ACCOUNT),
        choice("kind", "start", "stop", "move"),
        text("number", "{number}"),
        Field("services", "names"),
        day("day"),
        text("address"),
        maybe(text("new_address")),
        text("name"),
        maybe(text("phone")),
        maybe(text("email")),
        LANGUAGE,
        maybe(long("note")),
        undo=("step_service_request", "cancel"),
    ),
    duty(
        "step_service_request",
        "service",
        record("request", "service_request"),
        step("service_request", "take", "put_back", "complete", "decline", "cancel"),
        maybe(long("reply")),
        about="service_request",
    ),
    # --- place: premises, points, releases, buildings ------------------------------------------------------
    duty(
        "add_premise",
        "place",
        long("address"),
        maybe(Field("longitude", "number")),
        maybe(Field("latitude", "number")),
        maybe(text("known_as")),
        about="",
        undo=("end_premise", ""),
    ),
    duty(
        "make_premise_official",
        "place",
        record("premise"),
        long("address"),
        choice("jurisdiction", "city", "county"),
        Field("tax_code", "text", needed=False, default=""),
        text("parcel"),
        text("feeder"),
        text("fire_class"),
        count("impervious_square_feet"),
        maybe(long("duplicate_reason")),
        about="premise",
    ),
    duty("end_premise", "place", record("premise"), maybe(text("into")), about="premise"),
    duty("add_unit", "place", record("premise"), text("name"), day("since", "{today}"), about="premise"),
    duty("retire_unit", "place", record("unit"), day("until", "{today}"), about="unit"),
    duty(
        "sign_owner_agreement",
        "place",
        record("premise"),
        text("party"),
        day("since", "{today}"),
        file("document"),
        about="premise",
        undo=("end_owner_agreement", ""),
    ),
    duty(
        "end_owner_agreement",
        "place",
        record("owner_agreement"),
        day("until", "{today}"),
        about="owner_agreement",
    ),
    duty(
        "add_service_point",
        "place",
        record("premise"),
        choice("utility", "electric", "water", "gas"),
        maybe(text("meter")),
        maybe(record("unit")),
        flag("needs_release"),
        about="premise",
    ),
    duty(
        "damage_service_point",
        "place",
        record("point", "service_point"),
        EVIDENCE,
        about="service_point",
        undo=("begin_release", ""),
    ),
    duty(
        "begin_release",
        "place",
        record("point", "service_point"),
        choice("clearance", "reconnect", "permanent", "temporary"),
        maybe(text("permit")),
        flag("mast_only"),
        maybe(EVIDENCE),
        about="service_point",
        undo=("step_release", "withdraw"),
    ),
    duty(
        "record_exception",
        "place",
        record("point", "service_point"),
        choice("clearance", "reconnect", "permanent", "temporary"),
        text("inspector"),
        EVIDENCE,
        about="service_point",
        undo=("step_release", "lapse"),
    ),
    duty(
        "step_release",
        "place",
        record("release", "meter_release"),
        step("meter_release", "inspect", "fail", "release", "bring_permit", "lapse", "withdraw"),
        maybe(text("inspector")),
        maybe(text("permit")),
        maybe(EVIDENCE),
        about="meter_release",
    ),
    duty(
        "set_umbrella",
        "place",
        text("umbrella"),
        ACCOUNT,
        choice("rule", "dwelling_units", "equal", "square_feet", "use"),
        Field("members", "members"),
        file("document"),
    ),
    *MONEY,
    # --- review and quality --------------------------------------------------------------------------------
    duty(
        "open_case",
        "review",
        ACCOUNT,
        choice("kind", "review", "dispute", "billing_error", "privacy"),
        long("text"),
        maybe(money("disputed")),
        undo=("step_case", "withdraw"),
    ),
    duty(
        "step_case",
        "review",
        record("case"),
        step("case", "record_findings", "close", "reopen", "withdraw"),
        maybe(long("findings")),
        maybe(EVIDENCE),
        about="case",
    ),
    duty(
        "add_finding",
        "review",
        text("about"),
        choice(
            "rule",
            *("friction", "amount", "evidence", "split", "own_account", "interaction", "process"),
            *("unproved", "not_recomputed", "one_hand", "round", "one_giver", "after_hours", "undone"),
        ),
        long("text"),
        about="",
        undo=("step_finding", "dismiss"),
    ),
    duty(
        "step_finding",
        "review",
        record("finding"),
        step("finding", "plan", "complete", "verify", "reopen", "dismiss"),
        maybe(long("action")),
        NEW_OWNER,
        maybe(moment("due_ms")),
        maybe(EVIDENCE),
        about="finding",
    ),
    duty(
        "draw_review",
        "review",
        record("contact"),
        text("form"),
        text("seed"),
        count("of_ten_thousand"),
        about="contact",
        undo=("settle_review", "drop"),
    ),
    duty(
        "score_review",
        "review",
        record("review", "qa_review"),
        Field("points", "points"),
        Field("failures", "names", needed=False),
        maybe(long("note")),
        about="qa_review",
    ),
    duty(
        "settle_review",
        "review",
        record("review", "qa_review"),
        step("qa_review", "accept", "dispute", "uphold", "overturn", "drop"),
        maybe(long("note")),
        about="qa_review",
    ),
    # --- walk-in centre ------------------------------------------------------------------------------------
    duty(
        "take_ticket",
        "walk_in",
        choice("topic", "billing", "start_service", "payment", "outage", "other"),
        LANGUAGE,
        text("ticket", "{ticket}"),
        about="",
        undo=("step_visit", "leave"),
    ),
    duty(
        "step_visit",
        "walk_in",
        record("visit"),
        step("visit", "call", "serve", "miss", "return", "finish", "pass_on", "leave", "move_to_phone"),
        maybe(text("account")),
        about="visit",
    ),
    # --- public records: asked for, prepared by one, released by another ------------------------------------
    duty(
        "take_records_request",
        "records",
        long("text"),
        maybe(text("requester")),
        maybe(text("reply_to")),
        day("received", "{today}"),
        about="",
        undo=("step_records_request", "withdraw"),
    ),
    duty(
        "prepare_records",
        "records",
        record("request", "records_request"),
        day("since"),
        day("until", "{today}"),
        *(flag(each) for each in FILES),
        about="records_request",
    ),
    duty("fetch_records", "records", record("request", "records_request"), about="records_request"),
    duty("release_records", "records", record("request", "records_request"), about="records_request"),
    duty(
        "step_records_request",
        "records",
        record("request", "records_request"),
        step("records_request", "put_back", "deny", "withdraw"),
        long("reason"),
        about="records_request",
    ),
)

DUTIES: dict[str, Duty] = {duty.name: duty for duty in _TABLE}
"""By name, in the order of the screens."""


@cache
def duties_about(kind: str) -> tuple[Duty, ...]:
    """The duties that begin with a record of a kind."""
    return tuple(duty for duty in _TABLE if duty.about == kind)


TAKES: dict[str, tuple[str, ...]] = {
    "prepare_records": ("prepare",),
    "release_records": ("release",),
    "energise": ("energise",),
    "stop_service": ("request_stop",),
    "transfer_service": ("request_stop",),
    "notice_cut": ("request_stop", "withdraw_stop"),
    "make_premise_official": ("make_official",),
    "end_premise": ("merge", "retire"),
    "bill_deposit": ("bill",),
    "pay_deposit": ("pay",),
    "furnish_deposit": ("furnish", "renew"),
    "furnish_guaranty": ("furnish", "renew"),
    "release_guaranty": ("release",),
    "accrue_deposit_interest": ("accrue",),
    "credit_deposit_interest": ("credit_interest",),
    "apply_deposit": ("apply",),
    "move_deposit": ("transfer",),
    "request_deposit_refund": ("refund",),
    "post_stand_in": ("post",),
    "settle_card": ("settle",),
    "return_payment": ("return",),
    "review_payment": ("review",),
    "bank": ("bank",),
    "close_receipt_block": ("close",),
    "count_drawer": ("count",),
    "close_drawer": ("close",),
    "attach_evidence": ("attach",),
    "submit_request": ("submit",),
    "approve_request": ("endorse", "approve"),
    "post_request": ("post",),
    "reverse_request": ("reverse",),
    "request_rebate": ("grant",),
    "request_disbursement": ("disburse",),
    "request_loan_write_off": ("write_off",),
    "request_write_off": ("write_off",),
    "issue_refund": ("pay",),
    "turn_over_refund": ("turn_over",),
    "reconnect": ("order_reconnect", "reconnect"),
    "break_arrangement": ("break",),
    "recall_placement": ("recall",),
    "record_recovery": ("recover", "recover_late"),
    "split_at_petition": ("split",),
    "demand_assurance": ("require_assurance",),
    "withdraw_assurance": ("withdraw_demand",),
    "give_assurance": ("assure",),
    "accrue_loan_interest": ("accrue",),
    "bill_instalment": ("bill",),
    "prepay_loan": ("prepay",),
    "score_review": ("score",),
}
"""Steps of the record's machine that a duty takes, where the duty has no field for the step."""


UNFIT: dict[str, tuple[str, object]] = {
    "notice_cut": ("point", None),
    "energise": ("point", None),
    "return_payment": ("tender", "cash"),
    "step_deposit": ("instrument", GUARANTOR),
}
"""A duty that never is about a record in which this field has this value."""

ONLY: dict[str, tuple[str, object]] = {"release_guaranty": ("instrument", GUARANTOR)}
"""A duty that is only about a record in which this field has this value."""


def offered(duty: Duty, record: Record) -> bool:
    """Whether the record that the duty begins with, and its state, allow it."""
    if duty.name in UNFIT:
        field, value = UNFIT[duty.name]
        if getattr(record, field) == value:
            return False
    if duty.name in ONLY:
        field, value = ONLY[duty.name]
        if getattr(record, field) != value:
            return False
    if duty.name == "fetch_records":
        return getattr(record, "state", "") in EXPORTED
    steps = next((field for field in duty.fields if field.kind == "step"), None)
    if steps is not None:
        return bool(steps_now(steps, record))
    if duty.name not in TAKES:
        return True
    return not MACHINE_OF[type(record)].edges[str(getattr(record, "state", ""))].keys().isdisjoint(TAKES[duty.name])


def again(duty: Duty, record: Record) -> bool:
    """Whether it was done with the record already and would be done once more: its step leads to where it is."""
    state = str(getattr(record, "state", ""))
    edges = MACHINE_OF[type(record)].edges[state] if duty.name in TAKES else {}
    return any(edges.get(step) == state for step in TAKES.get(duty.name, ()))


def steps_now(field: Field, record: Record | None) -> list[str]:
    """Of a step's field: what the record's state allows now; everything where there is no record."""
    kind, steps = KINDS[field.of[0]], list(field.of[1:])
    if record is None:
        return steps
    edges = MACHINE_OF[kind].edges[str(getattr(record, "state", ""))]
    return [step for step in steps if step in edges]
