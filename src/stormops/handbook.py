"""The pages of `docs/` that are made from the code, so that they cannot lag behind.

`stormops docs` writes them; a test fails while they differ.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import get_args, get_type_hints

import msgspec

from stormops.accounts.catalogue import KINDS, RULES
from stormops.accounts.policy import Figures
from stormops.core.functions import PLATFORM
from stormops.core.functions_customer import ACCOUNTS, TRANSIT
from stormops.core.mode import FOR_STAFF, FOR_THE_PUBLIC, Function, Mode
from stormops.core.mode_rules import LEAST_MS, ModeRules
from stormops.counter.openapi import document as counter_document
from stormops.feed.openapi import document as feed_document
from stormops.feed.publish.openapi import document as tree_document
from stormops.intake.openapi import document
from stormops.settings import CityFile, Settings
from stormops.staff.roles import ROLES, Role
from stormops.telemetry import EVENTS, METRICS


def _rows(table: type[msgspec.Struct], name: Callable[[str], str]) -> list[str]:
    hints = get_type_hints(table, include_extras=True)
    rows = []
    for field in msgspec.structs.fields(table):
        said = next((m.description for m in get_args(hints[field.name]) if isinstance(m, msgspec.Meta)), "")
        default: object = field.default
        if default is msgspec.NODEFAULT:
            made = field.default_factory
            default = "required" if made is msgspec.NODEFAULT else made()
        rows.append(f"| `{name(field.name)}` | `{default}` | {said} |")
    return rows


def settings_page() -> str:
    """Every setting and every field of a city file."""
    head = ["| name | default | what it is |", "|---|---|---|"]
    return "\n".join(
        [
            "# Settings",
            "",
            "Made by `stormops docs` from `src/stormops/settings.py`. Environment variables of every process:",
            "",
            *head,
            *_rows(Settings, lambda f: f"STORMOPS_{f.upper()}"),
            "",
            "Fields of a city file (`deploy/cities/*.toml`):",
            "",
            *head,
            *_rows(CityFile, lambda f: f),
            "",
            "Roles of staff (`stormops staff add NAME --role ROLE`), from `src/stormops/staff/roles.py`:",
            "",
            "| role | sees | does | decides alone up to |",
            "|---|---|---|---|",
            *(_role(name, role) for name, role in ROLES.items()),
            "",
        ]
    )


def _role(name: str, role: Role) -> str:
    does = ", ".join(grant.permission for grant in role.grants if grant.limit is None)
    alone = ", ".join(f"{grant.permission} ${grant.limit // 100:,}" for grant in role.grants if grant.limit is not None)
    return f"| `{name}` | {', '.join(sorted(role.permissions))} | {does} | {alone} |"


def telemetry_page() -> str:
    """Every metric and every log event, with what to do about it."""
    return "\n".join(
        [
            "# Metrics and log events",
            "",
            "Made by `stormops docs` from `src/stormops/telemetry.py`. Metrics are at `/metrics` of each process;",
            "logs are JSON lines on standard error. Neither carries personal data.",
            "",
            "| metric | kind | what it counts | labels |",
            "|---|---|---|---|",
            *(f"| `{n}` | {kind} | {said} | {', '.join(labels)} |" for n, (kind, said, labels) in METRICS.items()),
            "",
            "| event | what it means and what to do |",
            "|---|---|",
            *(f"| `{name}` | {said} |" for name, said in EVENTS.items()),
            "",
        ]
    )


def openapi_page() -> str:
    """The API of intake as it is served at `/openapi.json`, sign-in included."""
    made = document("http://127.0.0.1:8311", "Stormops", ["/staff/sign-in", "/staff/sign-out"])
    return msgspec.json.format(made, indent=2).decode() + "\n"


def feed_openapi_page() -> str:
    """The API of feed as it is served at `/openapi.json` there."""
    return msgspec.json.format(feed_document("http://127.0.0.1:8312", "Stormops"), indent=2).decode() + "\n"


def counter_openapi_page() -> str:
    """The API of the counter as it is served at `/openapi.json` there."""
    return msgspec.json.format(counter_document("http://127.0.0.1:8318", "Stormops"), indent=2).decode() + "\n"


def modes_page() -> str:
    """The ladder, when it is climbed by itself, and every function's class and level in each mode."""
    rules = ModeRules()
    return "\n".join(
        [
            "# Modes",
            "",
            "Made by `stormops docs` from `src/stormops/core/` (`mode`, `functions*`, `mode_rules`).",
            "",
            "| mode | for staff | for the public |",
            "|---|---|---|",
            *(f"| {mode.value} | {FOR_STAFF[mode]} | {FOR_THE_PUBLIC[mode]} |" for mode in Mode),
            "",
            "A person declares a mode with a reason; a dispatcher may tighten, only a supervisor relaxes. The platform",
            f"tightens by itself, never twice within {LEAST_MS // 1000} s of platform time, and never relaxes. Any of:",
            "",
            "| to | customers out | reports a minute for every 10,000 customers | news behind, a minute late |",
            "|---|---|---|---|",
            *(
                f"| {rung.mode.value} | {rung.out:.0%} | {rung.pace:g} | {rung.behind or ''} |"
                for rung in reversed(rules.rungs)
            ),
            "",
            f"Fewer than {rules.least} customers or reports are no storm. After a person relaxed, only a mode harsher",
            f"than the one they left is due for {rules.leave_ms // 60_000} minutes. Island is a person's to declare.",
            "",
            *_functions("The platform", PLATFORM),
            *_functions("Accounts and service", ACCOUNTS),
            *_functions("Transit", TRANSIT),
        ]
    )


def _functions(title: str, functions: Sequence[Function]) -> list[str]:
    head = " | ".join(mode.value for mode in Mode)
    return [
        f"## {title}",
        "",
        f"| function | class | {head} | what it means |",
        f"|---|---|{'---|' * len(Mode)}---|",
        *(
            f"| `{f.name}`: {f.title} | {f.criticality.name} | "
            f"{' | '.join(level.value.replace('_', '-') for level in f.levels)} | {f.sentence} |"
            for f in functions
        ),
        "",
    ]


def openapi_public_page() -> str:
    """The public tree, for programs."""
    return msgspec.json.format(msgspec.json.encode(tree_document()), indent=2).decode() + "\n"


def policies_page() -> str:
    """Every kind of clause that a policy pack may hold, its terms, and the rules that go by it."""
    parts = [
        "# Policy packs",
        "",
        "Made by `stormops docs` from `src/stormops/accounts/`. A pack (`deploy/cities/policies/*.toml`) has `name`,",
        "`title`, `version`, perhaps `parent`, and `[sources]`; then clauses, `[[kind]]`, each with `from`, perhaps",
        "`to` and `of` (the plan, class or service it is for), and `cite`. What a pack is silent about its parent",
        "decides. Amounts are dollars, `percent` is per cent. A city's attorney signs a pack off before it is used.",
        "",
    ]
    for kind in sorted(KINDS):
        rules = [rule for rule in RULES.values() if rule.kind is KINDS[kind]]
        parts += [f"## `{kind}`", "", _first_words(KINDS[kind]), "", "| term | what | default |", "|---|---|---|"]
        parts += _terms(KINDS[kind], "")
        parts += ["", *(f"- `{rule.name}`: {_first_words(rule)}" for rule in rules), ""]
    return "\n".join(parts)


def _first_words(thing: object) -> str:
    return " ".join((thing.__doc__ or "").split())


def _terms(table: type[msgspec.Struct], under: str) -> list[str]:
    rows = []
    for field in msgspec.structs.fields(table):
        default: object = "required" if field.required else field.default
        if default is msgspec.NODEFAULT:
            default = "empty"
        kind = re.sub(r"(?:\w+\.)+(?=\w)|<class '|'>", "", str(field.type)).replace("|", "\\|")
        kind = re.sub(r"tuple\[(.+), \.\.\.\]", r"list of \1", kind)
        rows.append(f"| `{under}{field.name}` | {kind} | {'empty' if default == () else default} |")
        for part in (field.type, *get_args(field.type)):
            if isinstance(part, type) and issubclass(part, Figures):
                rows += _terms(part, f"{under}{field.name}.")
    return rows


PAGES: dict[str, Callable[[], str]] = {
    "settings.md": settings_page,
    "telemetry.md": telemetry_page,
    "openapi.json": openapi_page,
    "openapi-feed.json": feed_openapi_page,
    "openapi-public.json": openapi_public_page,
    "openapi-counter.json": counter_openapi_page,
    "modes.md": modes_page,
    "policies.md": policies_page,
}


def write_pages(folder: Path) -> list[Path]:
    """Write every page below a folder; gives their places."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        (folder / name).write_text(page())
    return [folder / name for name in PAGES]
