"""Why an address was taken for what was said: sentences for the desk, built only for what is shown."""

from __future__ import annotations

from stormops.core.address import Street
from stormops.core.matching_address import AddressBook
from stormops.core.matching_meaning import Meaning
from stormops.core.matching_streets import LONG_TYPES, WITH_KIND, WITH_PRE, WITHOUT_CLASS, misspelt
from stormops.core.matching_towns import UNKNOWN


def _name(meaning: Meaning, title: str) -> list[str]:
    like, said = meaning.like, meaning.reading.street.name
    if not like.distance:
        return []
    if like.sounds:
        return [f"street name sounds alike: '{said}' for '{title}'"]
    letters = "1 letter" if like.distance == 1 else f"{like.distance} letters"
    return [f"street name differs by {letters}: '{said}' for '{title}'"]


def _kind(said: Street, known: Street, flags: int) -> list[str]:
    kind = "" if flags & WITH_KIND else known.kind
    if said.kind == kind:
        return []
    if not said.kind:
        return ["suffix missing"]
    if said.kind not in LONG_TYPES:
        near = kind and misspelt(said.kind, kind)
        return [f"suffix misspelt: '{said.kind}' for '{kind}'" if near else f"'{said.kind}' is not a known suffix"]
    return [f"suffix added: '{said.kind}'"] if not kind else [f"suffix differs: '{said.kind}' for '{kind}'"]


def _direction(said: Street, known: Street, flags: int) -> list[str]:
    pre = "" if flags & WITH_PRE else known.pre
    if said.pre == pre and said.post == known.post:
        return []
    ours, theirs = said.pre + said.post, pre + known.post
    if ours == theirs:
        return ["direction stands elsewhere"]
    if not ours:
        return [f"direction missing: '{theirs}'"]
    return [f"direction added: '{ours}'"] if not theirs else [f"direction differs: '{ours}' for '{theirs}'"]


def _town(meaning: Meaning, book: AddressBook) -> list[str]:
    reading = meaning.reading
    if reading.town == UNKNOWN:
        return [f"'{reading.town_text}' is not a place in this city"]
    if not reading.town:
        return []
    if meaning.locality >= 0 and meaning.locality not in reading.town:
        return [f"town differs: '{reading.town_text}' for '{book.towns.title[meaning.locality]}'"]
    if reading.town_letters:
        return [f"town is misspelt: '{reading.town_text}' for '{book.towns.title[reading.town[0]]}'"]
    return []


def _postcode(meaning: Meaning, book: AddressBook) -> list[str]:
    code = meaning.reading.postcode
    if not code or not meaning.rows or not min(book.postcodes.penalty(code, r, meaning.locality) for r in meaning.rows):
        return []
    return [f"postcode differs: '{code}'"]


def reasons(meaning: Meaning, book: AddressBook) -> list[str]:
    """Everything that is not as the city has it, in reading order; none when nothing is."""
    if not meaning.penalty:
        return []
    known = book.streets.parts[meaning.street]
    title = book.streets.title[meaning.street]
    said, flags = meaning.reading.street, meaning.like.flags
    found = _name(meaning, title) + _kind(said, known, flags) + _direction(said, known, flags)
    if flags & WITHOUT_CLASS:
        found.append(f"route given without its class: '{title}'")
    if meaning.reading.note:
        found.append(meaning.reading.note)
    return found + _town(meaning, book) + _postcode(meaning, book)
