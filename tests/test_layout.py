"""The project's shape: every module has a test file of its own, at the same place."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted(
    p.relative_to(ROOT / base)
    for base in ("src/stormops", ".")
    for p in ((ROOT / base).rglob("*.py") if base != "." else (ROOT / "geo").rglob("*.py"))
    if p.name != "__init__.py"
)

PROVED_ELSEWHERE = {
    "__main__.py": "system tests start every process through it",
    "wiring.py": "system tests run what it wires",
    "journal/port.py": "protocols; contract/ runs on every implementation",
    "accounts/records_place.py": "values; test_records holds their references and machines",
    "accounts/records_money.py": "values; test_records holds their references and machines",
    "accounts/records_work.py": "values; test_records holds their references and machines",
    "books/schema.py": "tables; test_database and contract/books_contract",
    "books/writing.py": "contract/books_contract, in SQLite and PostgreSQL (test_store)",
    "books/chain.py": "contract/books_contract",
    "books/checks.py": "contract/books_contract",
    "books/customers.py": "contract/books_contract; test_finding holds that it goes by indexes",
    "books/views.py": "contract/books_contract",
    "books/rosters.py": "contract/books_contract",
    "books/loading.py": "contract/books_contract",
    "books/ahead.py": "test_billing_run holds what it reads against the counter's own pricing",
    "books/inserting.py": "contract/books_contract, in SQLite and PostgreSQL",
    "accounts/asking/pricing.py": "asking/test_billing prices every service",
    "books/migrations/env.py": "test_database",
    "books/migrations/versions/v0001_places.py": "test_database holds the steps against the tables",
    "books/migrations/versions/v0002_money.py": "test_database",
    "books/migrations/versions/v0003_work.py": "test_database",
    "books/migrations/versions/v0004_ledger.py": "test_database",
    "books/migrations/versions/v0008_asked.py": "test_database",
    "books/migrations/versions/v0009_letters.py": "test_database",
    "books/migrations/versions/v0010_numbers.py": "test_database takes books over that the step before left",
    "books/migrations/versions/v0011_parties.py": "test_database",
    "books/migrations/versions/v0012_records.py": "test_database",
    "books/migrations/versions/v0013_lanes.py": "test_database",
    "books/migrations/versions/v0014_rules.py": "test_database",
    "books/migrations/versions/v0015_returns.py": "test_database",
    "books/migrations/versions/v0006_blocks.py": "test_database",
    "books/migrations/versions/v0005_guards.py": "contract/books_contract tries each guard",
    "books/migrations/versions/v0007_runs.py": "test_database",
    "counter/duty.py": "values; counter/test_duties holds what is made of them",
    "counter/duties_money.py": "a table; counter/test_duties holds all of it",
    "core/grouping.py": "protocols; the suites of inference and clustering",
    "feed/ports.py": "protocols",
    "feed/parts.py": "a table of fields",
    "staff/records.py": "tables; test_sign_in works on them",
    "staff/person.py": "plain values; test_sign_in",
    "jobs/tasks.py": "test_worker runs it through RQ",
    "rehearsal/screen.py": "needs the platform: system tests and every rehearsal",
    "rehearsal/run.py": "needs the platform: system tests and every rehearsal",
}
"""Modules without a test file of their own, each with the place that proves it."""


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_every_module_has_a_test_file_of_its_own(module: Path) -> None:
    test = ROOT / "tests" / module.parent / f"test_{module.name}"
    if str(module) in PROVED_ELSEWHERE:
        assert not test.exists(), f"{module} has its own test now: take it off the list"
    else:
        assert test.exists(), f"{module} needs {test.relative_to(ROOT)}"


@pytest.mark.parametrize("folder", ["tests/system", "tests/browser", "loadtests"])
def test_outsiders_never_import_the_product(folder: str) -> None:
    for path in [*(ROOT / folder).rglob("*.py"), ROOT / "tests/platform.py"]:
        assert not re.search(r"^\s*(from|import) (stormops|geo)\b", path.read_text(), re.MULTILINE), path


def test_invariant_6_the_pure_packages_are_pure() -> None:
    """The import linter holds it; here it is run, so that a broken contract fails the tests too."""
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
