"""What the core says to people: a key with its values, whose words in each language are made where they are read.

The desk and the wall have the words in `dashboards/src/messages/said*.ts`, the server's papers in their tables. A
journal may hold a sentence of before in English, and what a person typed is a text: `Words` are either.
"""

from __future__ import annotations

import msgspec


class Sentence(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One sentence: a key of `SENTENCES` with its values (names, numbers, words of the contract, or a sentence)."""

    key: str
    args: dict[str, str | int | Sentence] = {}

    def __hash__(self) -> int:
        return hash((self.key, *self.args.items()))


Words = Sentence | str
"""A sentence, or a text as a person (or an older journal) has it."""


def say(key: str, /, **args: str | int | Sentence) -> Sentence:
    """The sentence of a key. That both are as declared is what a test sees to, not every call."""
    return Sentence(key, args)


def words(plain: object) -> Words:
    """Back from plain values, as a snapshot has them. Raises msgspec.ValidationError on what are no words."""
    found: Words = msgspec.convert(plain, Sentence | str)
    return found


SENTENCES: dict[str, tuple[str, ...]] = {
    # where an incident is
    "block_of": ("street", "block"),
    "blocks_of": ("street", "low", "high"),
    "streets": ("first", "second", "count"),
    # why reports are one incident
    "shares": ("kind", "device"),
    "telemetry_open": ("kind", "device"),
    "telemetry_closed": ("device",),
    "meters_unheard": ("kind", "device", "count"),
    "alone": (),
    "close_together": (),
    "seen_closed": ("device", "by"),
    "merged": ("by", "reason"),
    "split_off": ("by", "reason"),
    "split": ("by", "reason"),
    "one_service": ("by", "reason"),
    "opened": ("kind", "device", "by", "reason"),
    "confirmed_in": ("incident",),
    # why an action is refused
    "no_incident": ("incident",),
    "no_report": ("receipt",),
    "no_device": ("device",),
    "no_premise": ("premise",),
    "no_scope": ("scope",),
    "no_sighting": (),
    "no_more_steps": ("incident", "state"),
    "became_part": ("incident", "into"),
    "incident_is_closed": ("incident", "state"),
    "off_path": ("device", "incident"),
    "device_not_in": ("device", "incident"),
    "report_not_in": ("receipt", "incident"),
    "open_by_switching": ("device", "by", "incident"),
    "report_is": ("receipt", "state"),
    "already_back": ("device",),
    "no_danger": ("receipt",),
    "acknowledged": ("receipt", "by"),
    "merge_itself": ("incident",),
    "other_utility": ("incident", "utility", "into", "into_utility"),
    "nothing_to_merge": ("incident",),
    "nothing_to_split": ("incident",),
    "known_open": ("device",),
    "no_service_lost": ("receipt",),
    "no_prediction": ("incident", "state"),
    "made_by_people": ("incident",),
    "not_switchable": ("device", "kind"),
    "already_open": ("device",),
    "already_closed": ("device",),
    "same_mode": ("mode",),
    "only_supervisor": ("was", "mode"),
    # why the platform tightened its mode
    "share_out": ("count", "share"),
    "pace": ("pace",),
    "news_wait": ("count", "seconds"),
    # how a report was taken, and why for nothing
    "placed": ("by", "reason"),
    "nothing_said": (),
    "both": ("first", "second"),
    "and": ("first", "second"),
    "field": ("field",),
    "of_field": ("field", "why"),
    "decided_by": ("field", "others"),
    "contrary": ("field",),
    "away_m": ("field", "metres"),
    "away_km": ("field", "km"),
    "as_given": ("field",),
    "not_known": ("field",),
    "has_premises": ("field", "count"),
    "as_said": (),
    "no_address_near": (),
    "no_house_number": (),
    "no_number": ("number",),
    "no_number_near": ("number", "near"),
    "no_number_there": ("number",),
    "number_missing": (),
    "no_street": (),
    "block": (),
    "several_towns": (),
    "several_fit": (),
    "never_meet": (),
    "name_sounds": ("text", "known"),
    "name_differs": ("count", "text", "known"),
    "suffix_missing": (),
    "suffix_misspelt": ("text", "known"),
    "suffix_unknown": ("text",),
    "suffix_added": ("text",),
    "suffix_differs": ("text", "known"),
    "suffix_in_two": (),
    "suffix_glued": (),
    "direction_elsewhere": (),
    "direction_missing": ("known",),
    "direction_added": ("text",),
    "direction_differs": ("text", "known"),
    "direction_misspelt": (),
    "direction_glued": (),
    "no_class": ("known",),
    "last_word_unit": (),
    "letter_unit": (),
    "no_town": ("text",),
    "town_differs": ("text", "known"),
    "town_misspelt": ("text", "known"),
    "postcode_differs": ("text",),
    "stands_often": ("count",),
    "only_unit": ("known",),
    "no_units": ("unit",),
    "unit_unknown": ("unit", "count"),
    "unit_missing": ("count",),
    "not_one_place": ("why",),
    "from_point": ("metres",),
    "nothing_at_point": ("metres",),
    "equally_near": (),
    "point_units": ("count",),
    "several_named": (),
    "nothing_at_place": ("metres",),
    "several_around": (),
    "no_place_like": (),
    "place_units": ("count",),
    "from_place": ("metres",),
    "landmark": ("known",),
    "landmark_like": ("known",),
    "street_like": ("text", "known"),
    "corner": ("first", "second"),
}
"""Every sentence of the core with the names of its values, each of one kind wherever it stands.

`count`, `metres` and `seconds` are numbers; `kind` (of a device), `state`, `utility`, `into_utility`, `mode`, `was` and
`field` are words of the contract; `why`, `others`, `first` and `second` may be sentences; the rest are names.
"""
