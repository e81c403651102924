"""All commands by name, and how one is read from JSON."""

from __future__ import annotations

from typing import Any, Union

import msgspec

from stormops.accounts import (
    commands_asked,
    commands_bankruptcy,
    commands_billing,
    commands_blocks,
    commands_breach,
    commands_budget,
    commands_cash,
    commands_collect,
    commands_cut,
    commands_deposit,
    commands_guaranty,
    commands_hand_over,
    commands_letter,
    commands_loan,
    commands_owner,
    commands_party,
    commands_payment,
    commands_place,
    commands_quality,
    commands_recall,
    commands_records,
    commands_release,
    commands_request,
    commands_review,
    commands_service,
    commands_weather,
    commands_work,
)
from stormops.accounts.command import Command
from stormops.accounts.refusal import Refusal

COMMANDS: dict[str, type[Command]] = {
    str(value.__struct_config__.tag): value
    for module in (
        commands_asked,
        commands_bankruptcy,
        commands_billing,
        commands_blocks,
        commands_breach,
        commands_budget,
        commands_cash,
        commands_collect,
        commands_cut,
        commands_deposit,
        commands_guaranty,
        commands_hand_over,
        commands_letter,
        commands_loan,
        commands_owner,
        commands_party,
        commands_payment,
        commands_place,
        commands_quality,
        commands_recall,
        commands_records,
        commands_release,
        commands_request,
        commands_review,
        commands_service,
        commands_weather,
        commands_work,
    )
    for value in vars(module).values()
    if isinstance(value, type) and issubclass(value, Command) and value is not Command
}
"""By their name on the wire."""

ANY: Any = Union[tuple(COMMANDS.values())]  # noqa: UP007 - a union of a table
_decoder = msgspec.json.Decoder(ANY)


def read(body: bytes) -> Command | Refusal:
    """A command from JSON (`command` names it; unknown fields are refused), or why it is none."""
    if rb"\u0000" in body:  # no database keeps it in a text
        return Refusal("malformed", "This is no command: it has a character that no text has.", "body")
    try:
        command: Command = _decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        return Refusal("malformed", f"This is no command: {error}.", "body")
    return command
