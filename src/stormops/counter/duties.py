"""Every duty of the counter as data: its command, what is asked for, and what undoes it.

Screens are made from this table and from nothing else; labels and help stand in `words/`, by the names used here. A
field's name is its place in the command's body (`proposal.account` is inside `proposal`). Who may do a duty is the
command's permission (`rights`), what it costs is computed by the rules (`accounts.asking`).
"""

from __future__ import annotations

from typing import NamedTuple

from stormops.accounts.commands_records import EXPORTED
from stormops.accounts.disclosure import FILES
from stormops.accounts.letters import LETTERS
from stormops.accounts.record import MACHINE_OF, Record
from stormops.accounts.records import KINDS


class Field(NamedTuple):
    """One field. `kind` says how it is asked for and read (`forms`); `of` is a kind of record, or the choices."""

    name: str
    kind: str = "text"
    of: tuple[str, ...] = ()
    needed: bool = True
    default: str = ""

    @property
    def label(self) -> str:
        """By which words it is labelled: the last part of its name."""
        return self.name.rpartition(".")[2]


class Duty(NamedTuple):
    """One duty. `about`: the kind of record that it begins with. `undo`: the duty, and the step, that take it back."""

    name: str
    command: str
    group: str
    fields: tuple[Field, ...]
    about: str = "account"
    fixed: tuple[tuple[str, str], ...] = ()
    undo: tuple[str, str] | None = None

    @property
    def begins(self) -> Field:
        """The field that names the record it begins with: of that kind, else the first."""
        return next(
            (field for field in self.fields if field.kind == "record" and field.of == (self.about,)), self.fields[0]
        )


# --- how fields are asked for ------------------------------------------------------------------------------


def _text(name: str, default: str = "") -> Field:
    return Field(name, "text", default=default)


def _long(name: str) -> Field:
    return Field(name, "long")


def _money(name: str) -> Field:
    return Field(name, "money")


def _day(name: str, default: str = "") -> Field:
    return Field(name, "day", default=default)


def _moment(name: str) -> Field:
    return Field(name, "moment")


def _count(name: str) -> Field:
    return Field(name, "count")


def _flag(name: str) -> Field:
    return Field(name, "flag", needed=False)


def _file(name: str) -> Field:
    return Field(name, "file")


def _files(name: str) -> Field:
    return Field(name, "files")


def _choice(name: str, *choices: str) -> Field:
    return Field(name, "choice", choices)


def _record(name: str, kind: str = "") -> Field:
    return Field(name, "record", (kind or name.rpartition(".")[2],))


def _step(kind: str, *steps: str) -> Field:
    """What can be done with the record: of these steps, those that its state allows."""
    return Field("step", "step", (kind, *steps))


def _maybe(field: Field) -> Field:
    return field._replace(needed=False)


def _inside(place: str, *fields: Field) -> tuple[Field, ...]:
    return tuple(field._replace(name=f"{place}.{field.name}") for field in fields)


ACCOUNT = _record("account")
TENDER = _choice("tender", "cash", "cheque", "card", "bank")
DRAWER = _maybe(_record("drawer"))
LANGUAGE = _choice("language", "en", "es", "ht")
OWNER = Field("owner", "owner", default="{person}")
NEW_OWNER = Field("owner", "owner", needed=False)
"""A colleague, by the name with which they sign in."""
EVIDENCE = _files("evidence")
SERVICES = ("electric", "water", "sewer", "gas", "solid_waste", "stormwater", "fire")
FUNDS = ("electric", "water", "sewer", "gas", "solid_waste", "stormwater", "general")
CHARGES = (*SERVICES, "late_fee", "returned_payment", "reconnect_fee", "utility_tax")
MONTHLY = Field("monthly_bills", "moneys", needed=False)
START = (
    _record("premise"),
    _choice("service", *SERVICES),
    _text("rate", "residential"),
    _day("since", "{today}"),
    _file("occupancy"),
    _maybe(_record("point", "service_point")),
    _flag("demand_own_debt"),
    MONTHLY,
)


def _request(kind: str, *fields: Field, about: str = "account") -> Duty:
    return Duty(
        f"request_{kind}",
        "draft_request",
        "requests",
        (*_inside("proposal", *fields), _long("reason")),
        about,
        (("proposal.kind", kind),),
        ("judge_request", "withdraw"),
    )


def _duty(name: str, group: str, *fields: Field, about: str = "account", undo: tuple[str, str] | None = None) -> Duty:
    return Duty(name, name, group, fields, about, (), undo)


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
    _duty("add_contact", "contact", ACCOUNT, _long("text"), LANGUAGE, _flag("relay")),
    _duty(
        "update_contact",
        "contact",
        ACCOUNT,
        _choice("kind", "phone", "mobile", "email", "relay", "mailing", "language"),
        _text("value"),
        _flag("messages"),
    ),
    _duty(
        "issue_letter",
        "contact",
        _choice("kind", *LETTERS),
        Field("about", "subject"),
        about="",
        undo=("void_letter", ""),
    ),
    _duty("void_letter", "contact", _record("letter"), _long("reason"), about="letter"),
    _duty(
        "open_escalation",
        "contact",
        ACCOUNT,
        _choice("kind", "billing", "service", "safety", "medical", "other"),
        _long("text"),
        OWNER,
        _moment("due_ms"),
    ),
    _duty(
        "step_escalation",
        "contact",
        _record("escalation"),
        _step("escalation", "acknowledge", "raise", "assign", "resolve", "close", "reopen"),
        _maybe(_long("note")),
        NEW_OWNER,
        _maybe(_moment("due_ms")),
        about="escalation",
    ),
    _duty(
        "make_promise", "contact", ACCOUNT, _long("text"), OWNER, _moment("due_ms"), undo=("step_promise", "withdraw")
    ),
    _duty(
        "step_promise",
        "contact",
        _record("promise"),
        _step("promise", "keep", "miss", "pass_on", "withdraw"),
        NEW_OWNER,
        about="promise",
    ),
    _duty(
        "add_task", "contact", _maybe(ACCOUNT), _long("text"), OWNER, _moment("due_ms"), undo=("step_task", "cancel")
    ),
    _duty(
        "step_task",
        "contact",
        _record("task"),
        _step("task", "complete", "pass_on", "cancel"),
        NEW_OWNER,
        about="task",
    ),
    _duty(
        "offer_hand_over",
        "contact",
        Field("taker", "owner"),
        _long("note"),
        about="",
        undo=("step_hand_over", "withdraw"),
    ),
    _duty(
        "step_hand_over",
        "contact",
        _record("hand_over"),
        _step("hand_over", "accept", "refuse", "withdraw"),
        _maybe(_long("note")),
        about="hand_over",
    ),
    _duty(
        "file_certificate",
        "contact",
        ACCOUNT,
        _day("expires"),
        _file("document"),
        _maybe(_count("battery_hours")),
    ),
    _duty(
        "step_certificate",
        "contact",
        _record("certificate", "medical_cert"),
        _step("medical_cert", "certify", "renew", "decline", "withdraw", "expire"),
        _maybe(_day("expires")),
        about="medical_cert",
    ),
    # --- service: accounts, agreements, field work ---------------------------------------------------------
    _duty(
        "open_account",
        "service",
        _text("name"),
        _choice("verified", "photo_id", "passport", "knowledge", "in_person", "business_record"),
        _choice("category", "residential", "commercial", "multi_unit"),
        _flag("organisation"),
        LANGUAGE,
        _flag("relay"),
        _maybe(_long("mailing")),
        _text("account", "{number}"),
        _text("party", "p-{number}"),
        about="",
    ),
    _duty(
        "add_role",
        "service",
        ACCOUNT,
        _text("party"),
        _choice("role", "liable", "authorised", "guarantor", "landlord", "agent"),
        _file("basis"),
        _day("since", "{today}"),
    ),
    _duty("start_service", "service", ACCOUNT, *START, undo=("step_service", "cancel")),
    _duty(
        "transfer_service",
        "service",
        _record("agreement", "service_agreement"),
        _day("until"),
        *_inside("start", ACCOUNT, *START),
        undo=("step_service", "withdraw_stop"),
        about="service_agreement",
    ),
    _duty(
        "stop_service",
        "service",
        _record("agreement", "service_agreement"),
        _day("until", "{today}"),
        about="service_agreement",
        undo=("step_service", "withdraw_stop"),
    ),
    _duty(
        "step_service",
        "service",
        _record("agreement", "service_agreement"),
        _step("service_agreement", "cancel", "withdraw_stop", "finalise", "close", "reactivate"),
        about="service_agreement",
    ),
    _duty(
        "energise",
        "service",
        _record("agreement", "service_agreement"),
        _count("register"),
        _maybe(_day("on", "{today}")),
        about="service_agreement",
    ),
    _duty(
        "order_field_work",
        "service",
        ACCOUNT,
        _choice("kind", "read", "meter_set", "check", "meter_test", "turn_on", "turn_off"),
        _day("due", "{today}"),
        _maybe(_long("note")),
        undo=("step_field_work", "cancel"),
    ),
    _duty(
        "step_field_work",
        "service",
        _record("order", "service_order"),
        _step("service_order", "dispatch", "complete", "cancel"),
        _maybe(_long("note")),
        about="service_order",
    ),
    _duty(
        "take_service_request",
        "service",
        _maybe(ACCOUNT),
        _choice("kind", "start", "stop", "move"),
        _text("number", "{number}"),
        Field("services", "names"),
        _day("day"),
        _text("address"),
        _maybe(_text("new_address")),
        _text("name"),
        _maybe(_text("phone")),
        _maybe(_text("email")),
        LANGUAGE,
        _maybe(_long("note")),
        undo=("step_service_request", "cancel"),
    ),
    _duty(
        "step_service_request",
        "service",
        _record("request", "service_request"),
        _step("service_request", "take", "put_back", "complete", "decline", "cancel"),
        _maybe(_long("reply")),
        about="service_request",
    ),
    # --- place: premises, points, releases, buildings ------------------------------------------------------
    _duty(
        "add_premise",
        "place",
        _long("address"),
        _maybe(Field("longitude", "number")),
        _maybe(Field("latitude", "number")),
        _maybe(_text("known_as")),
        about="",
        undo=("end_premise", ""),
    ),
    _duty(
        "make_premise_official",
        "place",
        _record("premise"),
        _long("address"),
        _choice("jurisdiction", "city", "county"),
        Field("tax_code", "text", needed=False, default=""),
        _text("parcel"),
        _text("feeder"),
        _text("fire_class"),
        _count("impervious_square_feet"),
        _maybe(_long("duplicate_reason")),
        about="premise",
    ),
    _duty("end_premise", "place", _record("premise"), _maybe(_text("into")), about="premise"),
    _duty("add_unit", "place", _record("premise"), _text("name"), _day("since", "{today}"), about="premise"),
    _duty("retire_unit", "place", _record("unit"), _day("until", "{today}"), about="unit"),
    _duty(
        "sign_owner_agreement",
        "place",
        _record("premise"),
        _text("party"),
        _day("since", "{today}"),
        _file("document"),
        about="premise",
        undo=("end_owner_agreement", ""),
    ),
    _duty(
        "end_owner_agreement",
        "place",
        _record("owner_agreement"),
        _day("until", "{today}"),
        about="owner_agreement",
    ),
    _duty(
        "add_service_point",
        "place",
        _record("premise"),
        _choice("utility", "electric", "water", "gas"),
        _maybe(_text("meter")),
        _maybe(_record("unit")),
        _flag("needs_release"),
        about="premise",
    ),
    _duty(
        "damage_service_point",
        "place",
        _record("point", "service_point"),
        EVIDENCE,
        about="service_point",
        undo=("begin_release", ""),
    ),
    _duty(
        "begin_release",
        "place",
        _record("point", "service_point"),
        _choice("clearance", "reconnect", "permanent", "temporary"),
        _maybe(_text("permit")),
        _flag("mast_only"),
        _maybe(EVIDENCE),
        about="service_point",
        undo=("step_release", "withdraw"),
    ),
    _duty(
        "record_exception",
        "place",
        _record("point", "service_point"),
        _choice("clearance", "reconnect", "permanent", "temporary"),
        _text("inspector"),
        EVIDENCE,
        about="service_point",
        undo=("step_release", "lapse"),
    ),
    _duty(
        "step_release",
        "place",
        _record("release", "meter_release"),
        _step("meter_release", "inspect", "fail", "release", "bring_permit", "lapse", "withdraw"),
        _maybe(_text("inspector")),
        _maybe(_text("permit")),
        _maybe(EVIDENCE),
        about="meter_release",
    ),
    _duty(
        "set_umbrella",
        "place",
        _text("umbrella"),
        ACCOUNT,
        _choice("rule", "dwelling_units", "equal", "square_feet", "use"),
        Field("members", "members"),
        _file("document"),
    ),
    # --- deposits ------------------------------------------------------------------------------------------
    _duty(
        "require_deposit",
        "deposit",
        ACCOUNT,
        _choice("service", *SERVICES[:4]),
        _maybe(_day("due")),
        MONTHLY,
        undo=("step_deposit", "waive"),
    ),
    _duty("bill_deposit", "deposit", _record("deposit"), _day("due"), _flag("energise_now"), about="deposit"),
    _duty(
        "pay_deposit",
        "deposit",
        _record("deposit"),
        _money("cents"),
        TENDER,
        DRAWER,
        _text("number", "{receipt}"),
        about="deposit",
        undo=("return_payment", ""),
    ),
    _duty(
        "furnish_deposit",
        "deposit",
        _record("deposit"),
        _choice("instrument", "bond", "letter_of_credit", "guarantor"),
        _money("cents"),
        _file("document"),
        _maybe(_day("expires")),
        about="deposit",
    ),
    _duty(
        "step_deposit",
        "deposit",
        _record("deposit"),
        _step("deposit", "waive", "expire", "release", "lift"),
        _maybe(EVIDENCE),
        about="deposit",
    ),
    _duty("accrue_deposit_interest", "deposit", _record("deposit"), _day("held_from"), _day("since"), about="deposit"),
    _duty("credit_deposit_interest", "deposit", _record("deposit"), about="deposit"),
    _duty("apply_deposit", "deposit", _record("deposit"), about="deposit"),
    _duty("move_deposit", "deposit", _record("deposit"), _text("account"), EVIDENCE, about="deposit"),
    # --- cash ----------------------------------------------------------------------------------------------
    _duty(
        "take_payment",
        "cash",
        ACCOUNT,
        _money("cents"),
        TENDER,
        DRAWER,
        _maybe(_text("memo")),
        _text("number", "{receipt}"),
        undo=("return_payment", ""),
    ),
    _duty(
        "stand_in_payment",
        "cash",
        ACCOUNT,
        _money("cents"),
        _choice("tender", "cash", "cheque"),
        _record("drawer"),
        _text("number", "{receipt}"),
    ),
    _duty("post_stand_in", "cash", _record("receipt"), about="receipt"),
    _duty("authorise_card", "cash", ACCOUNT, _money("cents"), _text("number", "{receipt}")),
    _duty("settle_card", "cash", _record("receipt"), _flag("paid"), about="receipt"),
    _duty("apply_credit", "cash", ACCOUNT),
    _duty("return_payment", "cash", _record("receipt"), about="receipt"),
    _duty("open_drawer", "cash", _maybe(_money("change")), about=""),
    _duty(
        "issue_receipt_block",
        "cash",
        _text("desk"),
        _text("prefix"),
        _count("first"),
        _count("last"),
        about="",
        undo=("close_receipt_block", ""),
    ),
    _duty(
        "close_receipt_block",
        "cash",
        _record("receipt_block"),
        Field("spoiled", "names", needed=False),
        about="receipt_block",
    ),
    _duty("bank", "cash", _money("cents"), DRAWER, about="drawer"),
    _duty("count_drawer", "cash", _record("drawer"), _money("counted"), about="drawer"),
    _duty("close_drawer", "cash", _record("drawer"), _money("counted"), about="drawer"),
    # --- billing -------------------------------------------------------------------------------------------
    _duty(
        "record_read",
        "billing",
        _record("point", "service_point"),
        _day("day", "{today}"),
        _count("register"),
        _choice("kind", "actual", "estimated", "storm"),
        about="service_point",
    ),
    _duty(
        "post_bill",
        "billing",
        ACCOUNT,
        _day("since"),
        _day("until", "{today}"),
        _day("due"),
        undo=("request_overcharge", ""),
    ),
    _duty(
        "bill_umbrella",
        "billing",
        _record("umbrella"),
        _day("since"),
        _day("until", "{today}"),
        _day("due"),
        about="umbrella",
    ),
    _duty("charge_fee", "billing", ACCOUNT, _day("due"), undo=("request_adjustment", "")),
    _duty("allow_for_bad_debt", "billing", _choice("fund", *FUNDS), _money("cents"), about=""),
    # --- requests: what others approve ---------------------------------------------------------------------
    _request(
        "adjustment",
        ACCOUNT,
        _choice("type", "late_fee", "leak", "courtesy", "tax_exemption", "other"),
        Field("parts", "parts"),
        Field("waiver_reason", "choice", ("", "hardship", "autopay"), needed=False),
    ),
    _request(
        "back_bill",
        ACCOUNT,
        _choice("charge", *CHARGES),
        Field("months", "moneys"),
        _choice("cause", "utility", "customer"),
        _day("since"),
        _day("until"),
        _day("due"),
    ),
    _request(
        "overcharge",
        ACCOUNT,
        _choice("charge", *CHARGES),
        Field("months", "moneys"),
        _day("since"),
        _day("until"),
        _flag("refund"),
    ),
    _request("leak", ACCOUNT, _record("bill"), _day("repaired"), _flag("unsewered")),
    _request(
        "mass_credit", _text("event"), _choice("fund", *FUNDS), Field("accounts", "names"), _money("cents"), about=""
    ),
    _request("transfer", ACCOUNT, _text("to"), Field("parts", "parts")),
    _request(
        "credit_refund",
        ACCOUNT,
        _money("amount"),
        _choice("pay_to", "cheque", "card", "transfer", "cash"),
        _flag("card_closed_proof"),
        _maybe(_long("hardship")),
    ),
    _request("deposit_refund", ACCOUNT, _record("deposit"), about="deposit"),
    _request(
        "rebate", _record("rebate"), _choice("pay", "credit", "cheque", "loan"), _maybe(_record("loan")), about="rebate"
    ),
    _request(
        "disbursement",
        _record("loan"),
        _file("quote"),
        _file("invoice"),
        _file("inspection"),
        _money("quote_cents"),
        _money("invoice_cents"),
        about="loan",
    ),
    _request("loan_write_off", _record("loan"), about="loan"),
    _request("write_off", _record("placement"), _text("resolution"), about="placement"),
    _duty(
        "attach_evidence",
        "requests",
        _record("request"),
        _files("hashes"),
        _choice("kind", "document", "photo", "bill", "letter"),
        about="request",
    ),
    _duty("submit_request", "requests", _record("request"), about="request", undo=("judge_request", "withdraw")),
    _duty("approve_request", "requests", _record("request"), about="request", undo=("judge_request", "undo_approval")),
    _duty(
        "judge_request",
        "requests",
        _record("request"),
        _step("request", "send_back", "decline", "undo_approval", "withdraw"),
        _long("reason"),
        about="request",
    ),
    _duty("post_request", "requests", _record("request"), about="request", undo=("reverse_request", "")),
    _duty("reverse_request", "requests", _record("request"), _long("reason"), about="request"),
    _duty(
        "issue_refund",
        "requests",
        _record("refund", "refund_case"),
        _choice("method", "cheque", "card", "bank"),
        _text("reference"),
        _maybe(_file("card_closed")),
        about="refund_case",
    ),
    _duty("turn_over_refund", "requests", _record("refund", "refund_case"), about="refund_case"),
    # --- credit and collections ----------------------------------------------------------------------------
    _duty(
        "offer_arrangement",
        "credit",
        ACCOUNT,
        _maybe(_money("down")),
        _count("instalments"),
        _day("first_due"),
        undo=("step_arrangement", "decline"),
    ),
    _duty("extend_due_date", "credit", ACCOUNT, _count("days"), undo=("step_arrangement", "cancel")),
    _duty(
        "step_arrangement",
        "credit",
        _record("arrangement"),
        _step("arrangement", "accept", "decline", "pay", "extend", "fulfil", "break", "reinstate", "cancel"),
        _maybe(_money("paid")),
        about="arrangement",
    ),
    _duty(
        "notice_cut",
        "credit",
        _record("agreement", "service_agreement"),
        about="service_agreement",
        undo=("step_cut", "cancel"),
    ),
    _duty(
        "step_cut",
        "credit",
        _record("cut", "cut_order"),
        _step("cut_order", "order", "cut", "cancel"),
        about="cut_order",
        undo=("reconnect", ""),
    ),
    _duty(
        "declare_weather_hold",
        "credit",
        _choice("kind", "heat", "frost", "flood", "smoke", "other"),
        Field("area", "choice", ("", "city", "county"), needed=False),
        _day("since", "{today}"),
        _day("until", "{today}"),
        _long("reason"),
        about="",
        undo=("lift_weather_hold", ""),
    ),
    _duty("lift_weather_hold", "credit", _record("hold", "weather_hold"), _long("reason"), about="weather_hold"),
    _duty("reconnect", "credit", _record("cut", "cut_order"), _flag("done"), about="cut_order"),
    _duty("propose_placement", "credit", ACCOUNT, _text("agency"), undo=("step_placement", "drop")),
    _duty(
        "step_placement",
        "credit",
        _record("placement"),
        _step("placement", "approve", "place", "drop", "recall", "return", "settle"),
        about="placement",
        undo=("step_placement", "recall"),
    ),
    _duty("record_recovery", "credit", _record("placement"), _money("cents"), about="placement"),
    # --- bankruptcy ----------------------------------------------------------------------------------------
    _duty(
        "notice_bankruptcy",
        "bankruptcy",
        ACCOUNT,
        _text("court"),
        _text("number"),
        Field("chapter", "whole"),
        _day("petition"),
        _maybe(_text("counsel")),
        _maybe(EVIDENCE),
    ),
    _duty(
        "split_at_petition",
        "bankruptcy",
        _record("case", "bankruptcy_case"),
        _text("new_account", "{number}"),
        about="bankruptcy_case",
    ),
    _duty(
        "step_bankruptcy",
        "bankruptcy",
        _record("case", "bankruptcy_case"),
        _step("bankruptcy_case", "require_assurance", "default", "discharge", "dismiss", "close"),
        _maybe(_file("order")),
        about="bankruptcy_case",
    ),
    _duty(
        "give_assurance", "bankruptcy", _record("case", "bankruptcy_case"), _text("deposit"), about="bankruptcy_case"
    ),
    _duty(
        "receive_dividend", "bankruptcy", _record("case", "bankruptcy_case"), _money("cents"), about="bankruptcy_case"
    ),
    _duty(
        "set_off_deposit",
        "bankruptcy",
        _record("case", "bankruptcy_case"),
        _record("deposit"),
        about="bankruptcy_case",
    ),
    _duty("review_payment", "bankruptcy", _record("receipt"), _long("note"), about="receipt"),
    # --- loans and rebates ---------------------------------------------------------------------------------
    _duty(
        "apply_for_loan",
        "lending",
        ACCOUNT,
        _text("programme", "general"),
        _money("cents"),
        _count("months"),
        _text("contractor"),
        _file("quote"),
        Field("measures", "names", needed=False),
        Field("on_file", "names", needed=False),
        undo=("step_loan", "withdraw"),
    ),
    _duty(
        "step_loan",
        "lending",
        _record("loan"),
        _step("loan", "sign", "decline", "withdraw", "defer", "resume"),
        _maybe(_file("note")),
        _maybe(_count("months")),
        about="loan",
        undo=("step_loan", "resume"),
    ),
    _duty("accrue_loan_interest", "lending", _record("loan"), about="loan"),
    _duty("bill_instalment", "lending", _record("loan"), about="loan"),
    _duty(
        "prepay_loan",
        "lending",
        _record("loan"),
        _money("cents"),
        TENDER,
        DRAWER,
        _text("number", "{receipt}"),
        about="loan",
        undo=("return_payment", ""),
    ),
    _duty(
        "apply_for_rebate",
        "lending",
        ACCOUNT,
        _record("premise"),
        _text("measure"),
        _choice("fund", *FUNDS),
        _money("invoice"),
        _day("completed"),
        _money("budget_left"),
        EVIDENCE,
        Field("on_file", "names", needed=False),
        undo=("step_rebate", "withdraw"),
    ),
    _duty(
        "step_rebate",
        "lending",
        _record("rebate"),
        _step("rebate", "inspect", "decline", "withdraw"),
        _maybe(EVIDENCE),
        about="rebate",
    ),
    # --- review and quality --------------------------------------------------------------------------------
    _duty(
        "open_case",
        "review",
        ACCOUNT,
        _choice("kind", "review", "dispute", "billing_error", "privacy"),
        _long("text"),
        _maybe(_money("disputed")),
        undo=("step_case", "withdraw"),
    ),
    _duty(
        "step_case",
        "review",
        _record("case"),
        _step("case", "record_findings", "close", "reopen", "withdraw"),
        _maybe(_long("findings")),
        _maybe(EVIDENCE),
        about="case",
    ),
    _duty(
        "add_finding",
        "review",
        _text("about"),
        _choice(
            "rule",
            *("friction", "amount", "evidence", "split", "own_account", "interaction", "process"),
            *("unproved", "not_recomputed", "one_hand", "round", "one_giver", "after_hours", "undone"),
        ),
        _long("text"),
        about="",
        undo=("step_finding", "dismiss"),
    ),
    _duty(
        "step_finding",
        "review",
        _record("finding"),
        _step("finding", "plan", "complete", "verify", "reopen", "dismiss"),
        _maybe(_long("action")),
        NEW_OWNER,
        _maybe(_moment("due_ms")),
        _maybe(EVIDENCE),
        about="finding",
    ),
    _duty(
        "draw_review",
        "review",
        _record("contact"),
        _text("form"),
        _text("seed"),
        _count("of_ten_thousand"),
        about="contact",
        undo=("settle_review", "drop"),
    ),
    _duty(
        "score_review",
        "review",
        _record("review", "qa_review"),
        Field("points", "points"),
        Field("failures", "names", needed=False),
        _maybe(_long("note")),
        about="qa_review",
    ),
    _duty(
        "settle_review",
        "review",
        _record("review", "qa_review"),
        _step("qa_review", "accept", "dispute", "uphold", "overturn", "drop"),
        _maybe(_long("note")),
        about="qa_review",
    ),
    # --- walk-in centre ------------------------------------------------------------------------------------
    _duty(
        "take_ticket",
        "walk_in",
        _choice("topic", "billing", "start_service", "payment", "outage", "other"),
        LANGUAGE,
        _text("ticket", "{ticket}"),
        about="",
        undo=("step_visit", "leave"),
    ),
    _duty(
        "step_visit",
        "walk_in",
        _record("visit"),
        _step("visit", "call", "serve", "miss", "return", "finish", "pass_on", "leave", "move_to_phone"),
        _maybe(_text("account")),
        about="visit",
    ),
    # --- public records: asked for, prepared by one, released by another ------------------------------------
    _duty(
        "take_records_request",
        "records",
        _long("text"),
        _maybe(_text("requester")),
        _maybe(_text("reply_to")),
        _day("received", "{today}"),
        about="",
        undo=("step_records_request", "withdraw"),
    ),
    _duty(
        "prepare_records",
        "records",
        _record("request", "records_request"),
        _day("since"),
        _day("until", "{today}"),
        *(_flag(each) for each in FILES),
        about="records_request",
    ),
    _duty("fetch_records", "records", _record("request", "records_request"), about="records_request"),
    _duty("release_records", "records", _record("request", "records_request"), about="records_request"),
    _duty(
        "step_records_request",
        "records",
        _record("request", "records_request"),
        _step("records_request", "put_back", "deny", "withdraw"),
        _long("reason"),
        about="records_request",
    ),
)

DUTIES: dict[str, Duty] = {duty.name: duty for duty in _TABLE}
"""By name, in the order of the screens."""


def duties_about(kind: str) -> list[Duty]:
    """The duties that begin with a record of a kind."""
    return [duty for duty in _TABLE if duty.about == kind]


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
    "record_recovery": ("recover", "recover_late"),
    "split_at_petition": ("split",),
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
}
"""A duty that never is about a record in which this field has this value."""


def offered(duty: Duty, record: Record) -> bool:
    """Whether the record that the duty begins with, and its state, allow it."""
    if duty.name in UNFIT:
        field, value = UNFIT[duty.name]
        if getattr(record, field) == value:
            return False
    if duty.name == "fetch_records":
        return getattr(record, "state", "") in EXPORTED
    steps = next((field for field in duty.fields if field.kind == "step"), None)
    if steps is not None:
        return bool(steps_now(steps, record))
    if duty.name not in TAKES:
        return True
    return not MACHINE_OF[type(record)].edges[str(getattr(record, "state", ""))].keys().isdisjoint(TAKES[duty.name])


def steps_now(field: Field, record: Record | None) -> list[str]:
    """Of a step's field: what the record's state allows now; everything where there is no record."""
    kind, steps = KINDS[field.of[0]], list(field.of[1:])
    if record is None:
        return steps
    edges = MACHINE_OF[kind].edges[str(getattr(record, "state", ""))]
    return [step for step in steps if step in edges]
