"""All state machines by the name of what lives in them."""

from __future__ import annotations

from stormops.accounts import states_money, states_service, states_work
from stormops.accounts.states import Machine

MACHINES: dict[str, Machine] = {
    name.lower(): value
    for module in (states_service, states_money, states_work)
    for name, value in vars(module).items()
    if isinstance(value, Machine)
}
