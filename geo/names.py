"""Invented names: streets, neighbourhoods, landmarks. Ordinary words, combined by chance from a seed."""

from __future__ import annotations

from itertools import product

import numpy as np

_FIRST = (
    "Amber Anchor Arrow Ashen Autumn Azure Bamboo Banyan Barley Bayou Beacon Bell Birch Bishop Blue Bramble "
    "Brass Breeze Bridle Bright Brindle Bronze Cabin Calico Candle Canyon Caraway Cardinal Castle Cedar "
    "Chapel Cherry Chestnut Cinder Citrus Clay Clover Cobalt Copper Coral Cotton Cove Cricket Crimson Crown "
    "Crystal Curlew Cypress Dahlia Dapple Dawn Deer Dogwood Dolphin Dove Drift Dusty Eagle Easter Echo Egret "
    "Elder Elm Ember Emerald Fable Falcon Fallow Feather Fern Fiddle Finch Fox Frost Gable Garnet Ginger "
    "Glade Golden Granite Grove Gull Hammock Harbor Harvest Hawk Hazel Heather Heron Hickory Hidden High "
    "Holly Honey Hunter Indigo Iris Iron Island Ivory Ivy Jade Jasmine Jasper Juniper Kestrel Kettle Kindle "
    "Lantern Lark Laurel Lavender Lemon Lilac Lime Linen Little Live Lone Lotus Lucky Lupine Magnolia Mallard "
    "Mango Maple Marble Marigold Marsh Mason Meadow Mellow Mill Mint Mirror Misty Mocking Moss Mulberry "
    "Myrtle Nectar New Nutmeg Oak Ocean Old Olive Onyx Opal Orange Orchard Orchid Osprey Otter Owl "
    "Painted Palm Palmetto Parade Pebble Pelican Peppermint Pepper Persimmon Pilot Pine Pioneer Plover Plum "
    "Poplar Poppy Prairie Quail Quarry Quartz Quiet Quill Rabbit Rain Raven Redbud Reed Ridge River Robin "
    "Rocky Rose Ruby Rustic Saddle Saffron Sage Sand Sapphire Savanna Scarlet Sea Seagrape Shadow Shady Shell "
    "Sienna Silver Sky Slate Smoke Snow Sorrel Spanish Sparrow Spice Spring Spruce Star Sterling Still Stone "
    "Storm Sugar Summer Sun Swallow Sweet Sycamore Tall Tamarind Tangerine Tansy Tawny Teal Tern Thistle "
    "Thorn Thrush Timber Topaz Turtle Tupelo Twilight Twin Umber Velvet Verbena Violet Walnut Warbler Water "
    "Wheat Whisper White Wild Willow Wind Winter Wisteria Wood Wren Yarrow Yellow"
)
FIRST = _FIRST.split()

_SECOND = (
    "Arbor Bank Bay Beach Bend Bluff Bough Branch Brook Canopy Cliff Corner Cove Creek Crest Crossing Dale "
    "Dell Dune Edge Fall Field Flat Ford Forest Garden Gate Glen Green Grove Hammock Harbor Haven Heath Hill "
    "Hollow Island Key Knoll Lake Landing Leaf Ledge Marsh Meadow Mill Oak Oaks Orchard Palm Park Pasture "
    "Path Pine Pines Point Pond Pool Prairie Ranch Reef Ridge Rise River Rock Run Sands Shade Shore Shoal "
    "Sound Spring Stable Stand Station Stream Tide Trace Trail Vale Valley View Village Vista Walk Warren "
    "Water Well Wharf Willow Wind Wing Wood Woods"
)
SECOND = _SECOND.split()

SUFFIX_OF_SHAPE: dict[str, tuple[str, ...]] = {
    "arterial": ("Blvd", "Rd", "Ave", "Blvd", "Rd"),
    "collector": ("Dr", "Blvd", "Rd", "Trl", "Way", "Ave"),
    "grid": ("St", "St", "Ave"),
    "through": ("Dr", "St", "Rd", "Ln", "Way", "Trl", "Ave"),
    "cul": ("Ct", "Ct", "Ln", "Way", "Dr"),
    "loop": ("Cir", "Cir", "Dr", "Way"),
    "rural": ("Rd", "Trl", "Ln", "Rd"),
}
"""Street suffixes by the shape of the street; repeated ones are likelier."""


class StreetNames:
    """Hands out street names, each full name once in a city; the same seed gives the same names."""

    def __init__(self, rng: np.random.Generator) -> None:
        pairs = [f"{a} {b}" for a, b in product(FIRST, SECOND) if b not in (a, f"{a}s")]
        singles = list(dict.fromkeys(word for word in (*FIRST, *SECOND) if len(word) > 3))
        self._pairs: list[str] = [pairs[i] for i in rng.permutation(len(pairs)).tolist()]
        self._singles: list[str] = [singles[i] for i in rng.permutation(len(singles)).tolist()]
        self._rng = rng
        self._taken: set[str] = set()
        self._next_pair = 0
        self._next_single = 0

    def _base(self, *, single: bool) -> str:
        if single and self._next_single < len(self._singles):
            self._next_single += 1
            return self._singles[self._next_single - 1]
        self._next_pair += 1
        return self._pairs[(self._next_pair - 1) % len(self._pairs)]

    def take(self, shape: str, *, like: str = "") -> str:
        """A new full name for a street of this shape; `like` asks for that base name with another suffix."""
        suffixes: tuple[str, ...] = SUFFIX_OF_SHAPE[shape]
        if like:
            for suffix in dict.fromkeys(suffixes):
                if (name := f"{like} {suffix}") not in self._taken:
                    self._taken.add(name)
                    return name
        while True:
            base = self._base(single=shape in ("arterial", "grid") or bool(self._rng.random() < 0.12))
            for pick in self._rng.permutation(len(suffixes)).tolist():
                name = f"{base} {suffixes[pick]}"
                if name not in self._taken:
                    self._taken.add(name)
                    return name

    def claim(self, name: str) -> str:
        """Mark a name made elsewhere (numbered streets, both directions of one street) as taken."""
        self._taken.add(name)
        return name


def ordinal(number: int) -> str:
    """1 -> 1st, 2 -> 2nd, 11 -> 11th."""
    tail = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{tail}"


_TAILS = "Landing Heights Park Hills Estates Acres Terrace Grove Crossing Village Woods Gardens Manor Point Farms"


def neighbourhoods(rng: np.random.Generator, count: int) -> list[str]:
    """`count` different neighbourhood names."""
    names = [f"{a} {b}" for a, b in product(FIRST, _TAILS.split())]
    order = rng.permutation(len(names)).tolist()
    turns = [divmod(k, len(names)) for k in range(count)]
    return [names[order[k]] + (f" {turn + 1}" if turn else "") for turn, k in turns]


def base_name(name: str) -> str:
    """A street's name without its suffix and direction (an empty name has none)."""
    words = name.split()
    return " ".join(words[1:-1] if words and words[0] in ("N", "S", "E", "W") else words[:-1])
