"""Why an address was taken for what was said: built only for what is shown."""

from __future__ import annotations

from stormops.core.address import Street
from stormops.core.matching_address import AddressBook
from stormops.core.matching_meaning import Meaning
from stormops.core.matching_streets import LONG_TYPES, WITH_KIND, WITH_PRE, WITHOUT_CLASS, misspelt
from stormops.core.matching_towns import UNKNOWN
from stormops.core.sentence import Sentence, say


def _name(meaning: Meaning, title: str) -> list[Sentence]:
    like, said = meaning.like, meaning.reading.street.name
    if not like.distance:
        return []
    if like.sounds:
        return [say("name_sounds", text=said, known=title)]
    return [say("name_differs", count=like.distance, text=said, known=title)]


def _kind(said: Street, known: Street, flags: int) -> list[Sentence]:
    kind = "" if flags & WITH_KIND else known.kind
    if said.kind == kind:
        return []
    if not said.kind:
        return [say("suffix_missing")]
    if said.kind not in LONG_TYPES:
        if kind and misspelt(said.kind, kind):
            return [say("suffix_misspelt", text=said.kind, known=kind)]
        return [say("suffix_unknown", text=said.kind)]
    if not kind:
        return [say("suffix_added", text=said.kind)]
    return [say("suffix_differs", text=said.kind, known=kind)]


def _direction(said: Street, known: Street, flags: int) -> list[Sentence]:
    pre = "" if flags & WITH_PRE else known.pre
    if said.pre == pre and said.post == known.post:
        return []
    ours, theirs = said.pre + said.post, pre + known.post
    if ours == theirs:
        return [say("direction_elsewhere")]
    if not ours:
        return [say("direction_missing", known=theirs)]
    if not theirs:
        return [say("direction_added", text=ours)]
    return [say("direction_differs", text=ours, known=theirs)]


def _town(meaning: Meaning, book: AddressBook) -> list[Sentence]:
    reading = meaning.reading
    if reading.town == UNKNOWN:
        return [say("no_town", text=reading.town_text)]
    if not reading.town:
        return []
    if meaning.locality >= 0 and meaning.locality not in reading.town:
        return [say("town_differs", text=reading.town_text, known=book.towns.title[meaning.locality])]
    if reading.town_letters:
        return [say("town_misspelt", text=reading.town_text, known=book.towns.title[reading.town[0]])]
    return []


def _postcode(meaning: Meaning, book: AddressBook) -> list[Sentence]:
    code = meaning.reading.postcode
    if not code or not meaning.rows or not min(book.postcodes.penalty(code, r, meaning.locality) for r in meaning.rows):
        return []
    return [say("postcode_differs", text=code)]


def reasons(meaning: Meaning, book: AddressBook) -> list[Sentence]:
    """Everything that is not as the city has it, in reading order; none when nothing is."""
    if not meaning.penalty:
        return []
    known = book.streets.parts[meaning.street]
    title = book.streets.title[meaning.street]
    said, flags = meaning.reading.street, meaning.like.flags
    found = _name(meaning, title) + _kind(said, known, flags) + _direction(said, known, flags)
    if flags & WITHOUT_CLASS:
        found.append(say("no_class", known=title))
    if meaning.reading.note:
        found.append(meaning.reading.note)
    return found + _town(meaning, book) + _postcode(meaning, book)
