"""All kinds of records."""

from __future__ import annotations

from stormops.accounts import records_money, records_place, records_work
from stormops.accounts.record import Record, kind_name

KINDS: dict[str, type[Record]] = {
    kind_name(value): value
    for module in (records_place, records_money, records_work)
    for value in vars(module).values()
    if isinstance(value, type) and issubclass(value, Record) and value is not Record
}
"""By name."""
