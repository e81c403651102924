"""Spoils true addresses in stated ways, with a seed. Shares no code and no table with matching.

Every way is a function from an `Address` to a spoilt `Address`, or None when it does not apply to that
address. House numbers are kept, because a wrong number is a wrong address; `transpose_digits` stands apart.
"""

from __future__ import annotations

import random
import string
from collections.abc import Callable
from dataclasses import dataclass, replace

SUFFIXES = {
    "Street": ("St", "Str", "St."),
    "Avenue": ("Ave", "Av", "Ave."),
    "Road": ("Rd", "Rd."),
    "Drive": ("Dr", "Drv", "Dr."),
    "Lane": ("Ln", "Ln."),
    "Court": ("Ct", "Ct."),
    "Circle": ("Cir", "Circ"),
    "Place": ("Pl", "Pl."),
    "Terrace": ("Ter", "Terr"),
    "Boulevard": ("Blvd", "Blvd.", "Boul"),
    "Parkway": ("Pkwy", "Pky"),
    "Highway": ("Hwy",),
    "Trail": ("Trl",),
    "Square": ("Sq",),
    "Way": ("Wy",),
    "Hill": ("Hl",),
    "Heights": ("Hts",),
    "Ridge": ("Rdg",),
    "Extension": ("Ext",),
}
DIRECTIONS = {"North": "N", "South": "S", "East": "E", "West": "W"}
UNIT_FORMS = ("#{}", "# {}", "unit {}", "Apt. {}", "apartment {}", "apt{}", "Unit #{}", "no-word {}")
SOUNDS = (
    ("ph", "f"),
    ("ck", "k"),
    ("ee", "ea"),
    ("ea", "ee"),
    ("ie", "ei"),
    ("ei", "ie"),
    ("ai", "ay"),
    ("ou", "ow"),
    ("ow", "ou"),
    ("tt", "t"),
    ("ll", "l"),
    ("ss", "s"),
    ("nn", "n"),
    ("rr", "r"),
    ("er", "ar"),
    ("or", "er"),
    ("an", "en"),
    ("in", "en"),
    ("ke", "k"),
    ("ca", "ka"),
    ("co", "ko"),
    ("wh", "w"),
    ("gh", ""),
    ("y", "ie"),
    ("s", "z"),
    ("k", "c"),
    ("i", "y"),
    ("e", "i"),
    ("a", "e"),
    ("o", "u"),
)
KEYBOARD = {
    "a": "qsz", "b": "vgn", "c": "xdv", "d": "sfe", "e": "wrd", "f": "dgr", "g": "fht", "h": "gjy", "i": "uok",
    "j": "hku", "k": "jli", "l": "ko", "m": "nj", "n": "bmh", "o": "ipl", "p": "ol", "q": "wa", "r": "etf",
    "s": "adw", "t": "ryg", "u": "yij", "v": "cbf", "w": "qes", "x": "zcs", "y": "tuh", "z": "xa",
}  # fmt: skip


@dataclass(frozen=True)
class Address:
    """An address in the parts that people vary. `unit` as the city writes it ("Apt 4"), "" when there is none."""

    number: str
    street: str
    unit: str = ""
    town: str = ""
    state: str = ""
    postcode: str = ""
    unit_dropped: bool = False
    noise: str = ""

    def text(self, rng: random.Random) -> str:
        """The address in one line, with or without commas."""
        comma = ", " if rng.random() < 0.7 else " "
        head = " ".join(part for part in (self.number, self.street) if part)
        if self.unit:
            head += (", " if rng.random() < 0.3 else " ") + self.unit
        tail = " ".join(part for part in (self.state, self.postcode) if part)
        line = comma.join(part for part in (head, self.town, tail) if part)
        return _noise(line, self.noise, rng)


def _noise(line: str, noise: str, rng: random.Random) -> str:
    if noise == "upper":
        return line.upper()
    if noise == "lower":
        return line.lower()
    if noise == "swap":
        return "".join(c.swapcase() if rng.random() < 0.3 else c for c in line)
    if noise == "marks":
        return "".join(c + rng.choice(("", "", "", "", ".", ",", "  ")) if c == " " else c for c in line) + "."
    return line


def _suffix_at(words: list[str]) -> int:
    """Which word is the suffix: the last that this module's table knows, not the first word; -1 for none."""
    known = {s.lower() for s in SUFFIXES} | {a.lower().rstrip(".") for short in SUFFIXES.values() for a in short}
    for i in range(len(words) - 1, 0, -1):
        if words[i].lower() in known:
            return i
    return -1


def _long(word: str) -> str:
    """The long form of a suffix word of this module's table."""
    for long, short in SUFFIXES.items():
        if word.lower() == long.lower() or word.lower() in {s.lower().rstrip(".") for s in short}:
            return long
    return word


def _edit(word: str, rng: random.Random) -> str:
    """One letter replaced by its neighbour on the keyboard, inserted, left out, or exchanged with the next."""
    places = [i for i, c in enumerate(word) if c.isalpha()]
    i = rng.choice(places)
    way = rng.choice(("replace", "insert", "delete", "transpose"))
    if way == "replace":
        return word[:i] + rng.choice(KEYBOARD[word[i].lower()]) + word[i + 1 :]
    if way == "insert":
        return word[:i] + rng.choice(string.ascii_lowercase) + word[i:]
    if way == "delete":
        return word[:i] + word[i + 1 :]
    j = i + 1 if i + 1 < len(word) and word[i + 1].isalpha() else i - 1
    if j < 0 or not word[j].isalpha() or word[i].lower() == word[j].lower():
        return word[:i] + word[i + 1 :]
    a, b = min(i, j), max(i, j)
    return word[:a] + word[b] + word[a] + word[b + 1 :]


def typo(address: Address, rng: random.Random) -> Address | None:
    """One wrong letter in a word of the street that has four or more letters, its suffix included."""
    words = address.street.split()
    places = [i for i, w in enumerate(words) if w.isalpha() and w.isascii() and len(w) > 3]
    if not places:
        return None
    i = rng.choice(places)
    words[i] = _edit(words[i], rng)
    return replace(address, street=" ".join(words))


def two_typos(address: Address, rng: random.Random) -> Address | None:
    """Two wrong letters in a street of nine or more letters."""
    if sum(c.isalpha() for c in address.street) < 9:
        return None
    once = typo(address, rng)
    return typo(once, rng) if once else None


def sound(address: Address, rng: random.Random) -> Address | None:
    """Spelled as it sounds: one group of letters for another, not in the suffix."""
    words = address.street.split()
    suffix = _suffix_at(words)
    places = [
        (i, a, b)
        for i, w in enumerate(words)
        if i != suffix and len(w) > 3 and w.isalpha()
        for a, b in SOUNDS
        if a in w.lower()[1:]
    ]
    if not places:
        return None
    i, a, b = rng.choice(places)
    at = words[i].lower().index(a, 1)
    words[i] = words[i][:at] + b + words[i][at + len(a) :]
    return replace(address, street=" ".join(words))


def drop_suffix(address: Address, _: random.Random) -> Address | None:
    """The suffix is left out."""
    words = address.street.split()
    i = _suffix_at(words)
    return None if i < 0 else replace(address, street=" ".join(words[:i] + words[i + 1 :]))


def respell_suffix(address: Address, rng: random.Random) -> Address | None:
    """The suffix abbreviated, written out, or abbreviated otherwise."""
    words = address.street.split()
    i = _suffix_at(words)
    if i < 0:
        return None
    long = _long(words[i])
    words[i] = rng.choice([w for w in (long, *SUFFIXES[long]) if w.lower() != words[i].lower()])
    return replace(address, street=" ".join(words))


def wrong_suffix(address: Address, rng: random.Random) -> Address | None:
    """Another suffix."""
    words = address.street.split()
    i = _suffix_at(words)
    if i < 0:
        return None
    words[i] = rng.choice([s for s in ("Street", "Road", "Ave", "Drive", "Ln", "Court") if s != _long(words[i])])
    return replace(address, street=" ".join(words))


def _direction_at(words: list[str]) -> int:
    known = {d.lower() for d in DIRECTIONS} | {d.lower() for d in DIRECTIONS.values()}
    if len(words) > 2 and words[0].lower() in known:
        return 0
    return len(words) - 1 if len(words) > 2 and words[-1].lower() in known else -1


def drop_direction(address: Address, _: random.Random) -> Address | None:
    """The direction before or behind the street is left out."""
    words = address.street.split()
    i = _direction_at(words)
    return None if i < 0 else replace(address, street=" ".join(words[:i] + words[i + 1 :]))


def respell_direction(address: Address, rng: random.Random) -> Address | None:
    """N for North, North for N, with or without a full stop."""
    words = address.street.split()
    i = _direction_at(words)
    if i < 0:
        return None
    short = {v.lower(): k for k, v in DIRECTIONS.items()}
    word = words[i].lower()
    words[i] = short[word] if word in short else DIRECTIONS[word.capitalize()] + rng.choice(("", "."))
    return replace(address, street=" ".join(words))


def add_direction(address: Address, rng: random.Random) -> Address | None:
    """A direction where the street has none."""
    if _direction_at(address.street.split()) >= 0:
        return None
    return replace(address, street=f"{rng.choice([*DIRECTIONS, *DIRECTIONS.values()])} {address.street}")


def glue(address: Address, rng: random.Random) -> Address | None:
    """Two neighbouring words of the street are written as one."""
    words = address.street.split()
    places = [i for i in range(len(words) - 1) if len(words[i]) > 1 and words[i].isalpha() and words[i + 1].isalpha()]
    if not places:
        return None
    i = rng.choice(places)
    return replace(address, street=" ".join([*words[:i], words[i] + words[i + 1].lower(), *words[i + 2 :]]))


def split(address: Address, rng: random.Random) -> Address | None:
    """One word of the street, not its suffix, is written as two."""
    words = address.street.split()
    suffix = _suffix_at(words)
    places = [i for i, w in enumerate(words) if len(w) > 5 and i != suffix and w.isalpha()]
    if not places:
        return None
    i = rng.choice(places)
    at = rng.randrange(2, len(words[i]) - 1)
    words[i] = f"{words[i][:at]} {words[i][at:]}"
    return replace(address, street=" ".join(words))


def noise(address: Address, rng: random.Random) -> Address | None:
    """Case and punctuation: all upper, all lower, mixed, or stray marks."""
    return None if address.noise else replace(address, noise=rng.choice(("upper", "lower", "swap", "marks")))


def drop_town(address: Address, _: random.Random) -> Address | None:
    """Town, state and postcode are left out."""
    return replace(address, town="", state="", postcode="") if address.town else None


def misspell_town(address: Address, rng: random.Random) -> Address | None:
    """One wrong letter in a town of six or more letters."""
    return replace(address, town=_edit(address.town, rng)) if len(address.town) > 5 else None


def unit_form(address: Address, rng: random.Random) -> Address | None:
    """The unit said with another word, with a mark, glued, or with no word at all."""
    if not address.unit:
        return None
    value = address.unit.split()[-1]
    return replace(address, unit=rng.choice(UNIT_FORMS).format(value).replace("no-word ", ""))


def unit_first(address: Address, _: random.Random) -> Address | None:
    """The unit before the house number."""
    if not address.unit:
        return None
    return replace(address, number=f"{address.unit}, {address.number}", unit="")


def drop_unit(address: Address, _: random.Random) -> Address | None:
    """The unit is left out: then the building is asked for, and graded."""
    return replace(address, unit="", unit_dropped=True) if address.unit else None


def transpose_digits(address: Address, rng: random.Random) -> Address | None:
    """Two neighbouring digits of the house number exchanged: another address, which may or may not exist."""
    number = address.number
    places = [i for i in range(len(number) - 1) if number[i : i + 2].isdigit() and number[i] != number[i + 1]]
    places = [i for i in places if i or number[1] != "0"]
    if not places:
        return None
    i = rng.choice(places)
    return replace(address, number=number[:i] + number[i + 1] + number[i] + number[i + 2 :])


Way = Callable[[Address, random.Random], Address | None]
WAYS: dict[str, tuple[int, Way]] = {
    "typo": (24, typo),
    "two typos": (6, two_typos),
    "sounds alike": (10, sound),
    "suffix dropped": (10, drop_suffix),
    "suffix respelled": (8, respell_suffix),
    "suffix wrong": (4, wrong_suffix),
    "direction dropped": (6, drop_direction),
    "direction respelled": (4, respell_direction),
    "direction added": (2, add_direction),
    "words glued": (5, glue),
    "word split": (5, split),
    "case and marks": (6, noise),
    "town dropped": (6, drop_town),
    "town misspelt": (6, misspell_town),
    "unit in another form": (8, unit_form),
    "unit first": (3, unit_first),
    "unit dropped": (6, drop_unit),
}
"""Every way with its weight. A way that does not apply to an address is drawn again."""


def spoil(address: Address, rng: random.Random) -> tuple[Address, list[str]]:
    """The address spoilt in one (60 %), two (30 %) or three (10 %) different ways, and their names."""
    wanted = rng.choices((1, 2, 3), (60, 30, 10))[0]
    names, weights = list(WAYS), [weight for weight, _ in WAYS.values()]
    done: list[str] = []
    for _ in range(60):
        if len(done) == wanted:
            break
        name = rng.choices(names, weights)[0]
        if name in done:
            continue
        spoilt = WAYS[name][1](address, rng)
        if spoilt is not None:
            address = spoilt
            done.append(name)
    return address, done


_HEADS = ("Zan", "Quor", "Vel", "Thrim", "Osk", "Brax", "Yul", "Drev", "Plim", "Xan", "Grol", "Fenn", "Jax", "Wob")
_TAILS = ("drith", "wick", "mora", "quist", "bly", "zeth", "nock", "vane", "rup", "gath", "lorn", "pex", "tuva")


def invented_street(rng: random.Random) -> str:
    """A street that no city has."""
    return f"{rng.choice(_HEADS)}{rng.choice(_TAILS)} {rng.choice(list(SUFFIXES))}"
