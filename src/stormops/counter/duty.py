"""What a duty of the counter is made of: fields, and the short names by which the tables of duties are written."""

from __future__ import annotations

from typing import NamedTuple


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


def text(name: str, default: str = "") -> Field:
    """One line of text."""
    return Field(name, "text", default=default)


def long(name: str) -> Field:
    """Text of several lines."""
    return Field(name, "long")


def money(name: str) -> Field:
    """An amount."""
    return Field(name, "money")


def day(name: str, default: str = "") -> Field:
    """A day."""
    return Field(name, "day", default=default)


def moment(name: str) -> Field:
    """A day and a time."""
    return Field(name, "moment")


def count(name: str) -> Field:
    """A whole number."""
    return Field(name, "count")


def flag(name: str) -> Field:
    """Yes or no."""
    return Field(name, "flag", needed=False)


def file(name: str) -> Field:
    """One uploaded file, by its hash."""
    return Field(name, "file")


def files(name: str) -> Field:
    """Uploaded files, by their hashes."""
    return Field(name, "files")


def choice(name: str, *choices: str) -> Field:
    """One of these words."""
    return Field(name, "choice", choices)


def record(name: str, kind: str = "") -> Field:
    """A record, of the kind that the name ends with, or of another."""
    return Field(name, "record", (kind or name.rpartition(".")[2],))


def step(kind: str, *steps: str) -> Field:
    """What can be done with the record: of these steps, those that its state allows."""
    return Field("step", "step", (kind, *steps))


def maybe(field: Field) -> Field:
    """The same field, not needed."""
    return field._replace(needed=False)


def inside(place: str, *fields: Field) -> tuple[Field, ...]:
    """The fields as parts of one value of the body."""
    return tuple(field._replace(name=f"{place}.{field.name}") for field in fields)


ACCOUNT = record("account")
TENDER = choice("tender", "cash", "cheque", "card", "bank")
DRAWER = maybe(record("drawer"))
LANGUAGE = choice("language", "en", "es", "ht")
OWNER = Field("owner", "owner", default="{person}")
NEW_OWNER = Field("owner", "owner", needed=False)
"""A colleague, by the name with which they sign in."""
EVIDENCE = files("evidence")
SERVICES = ("electric", "water", "sewer", "gas", "solid_waste", "stormwater", "fire")
FUNDS = ("electric", "water", "sewer", "gas", "solid_waste", "stormwater", "general")
CHARGES = (*SERVICES, "late_fee", "returned_payment", "reconnect_fee", "utility_tax")
MONTHLY = Field("monthly_bills", "moneys", needed=False)
START = (
    record("premise"),
    choice("service", *SERVICES),
    text("rate", "residential"),
    day("since", "{today}"),
    file("occupancy"),
    maybe(record("point", "service_point")),
    flag("demand_own_debt"),
    MONTHLY,
)


def request(kind: str, *fields: Field, about: str = "account") -> Duty:
    """A duty that drafts a request of a kind."""
    return Duty(
        f"request_{kind}",
        "draft_request",
        "requests",
        (*inside("proposal", *fields), long("reason")),
        about,
        (("proposal.kind", kind),),
        ("judge_request", "withdraw"),
    )


def duty(name: str, group: str, *fields: Field, about: str = "account", undo: tuple[str, str] | None = None) -> Duty:
    """A duty that is a command by its own name."""
    return Duty(name, name, group, fields, about, (), undo)
