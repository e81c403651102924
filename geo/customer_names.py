"""Names of people and owners, put together from syllables by language; nobody is meant."""

from __future__ import annotations

from random import Random
from typing import NamedTuple


class _Sounds(NamedTuple):
    """Beginnings and endings of given and family names."""

    given: tuple[str, str]
    family: tuple[str, str]


_SOUNDS = {
    "en": _Sounds(
        (
            (
                "Ad Al Am An Ar Bel Ben Bran Cal Cam Car Cor Dal Dan Del Dor El Em Fen Gar Gil Har Jar Jen Jor Kal Kel "
                "Ken Lan Lar Lin Mar Mel Nel Nor Ol Per Quin Ren Ros Ry Sel Tam Ter Tor Val Wen Wil"
            ),
            "a an bert da den dra en ette ia ick ie in ina is la lan lyn na nan or ra ric rin son ta ton via win y",
        ),
        (
            (
                "Ald Ash Bar Beck Brad Bram Bur Cald Can Col Cran Dun Ell Fair Farn Gal Graf Had Hal Hart Hol Kel Lang "
                "Lin Mar Mer Nor Oak Pem Pren Rad Rock Sand Sel Stan Tal Thorn Tre Wal War Wes Whit Win Wyn"
            ),
            (
                "by combe croft dale den don er field ford ham hurst ington land ley low man mere more ridge son stead "
                "sted ston ton wick wood worth"
            ),
        ),
    ),
    "es": _Sounds(
        (
            (
                "Ab Ad Al Am An Ar Ber Cal Car Cel Dal Dor El Em "
                "Es Fab Flor Gil Hel In Jac Jos Jul Leo Lor Luc Luz Mar "
                "Mil Nat Nor Oc Pal Ram Ros Sal Ser Sol Tom Val Vic Xim Yol"
            ),
            "a al ana ando ar aura elia elio ena erto ia iana icio iel ina inda io isa ita izo ola ora oz uela undo",
        ),
        (
            (
                "Ac Al Ar Bar Ben Cab Cal Cas Cer Cor Del Esc Fer Gal Gar Her Jim Lar Lob Mal Mar Men Mir Mon Nav Oro "
                "Pal Per Qui Ram Rib Riv Sal San Ser Sol Tor Val Var Vel Zam"
            ),
            "aba ales allo amar ano ares ato aza edo ejo elo ena ero erra eta ez ido illo ina onte osa uela uera uz",
        ),
    ),
    "ht": _Sounds(
        (
            (
                "Al An Ar Bel Ber Cel Clau Dan Del Dieu Ed El Er "
                "Fab Fran Ger Gis Jac Jean Jos Kath Lam Luc Mag Mar Mir "
                "Nad Od Oli Pat Pier Ren Ros San Ser Syl Wid Wil Yv"
            ),
            (
                "aine elle elyne ens erson ette eus guy iane ice ide "
                "ie ienne ile ine ise line lande lène lor ma mond na "
                "nel rice rold son ude"
            ),
        ),
        (
            (
                "Al Aug Bap Bel Ben Bois Cad Cel Char Clé Des Dor Du Est Fleur Fran Gas Ger Jean Jos Lam Lau Léo Louis "
                "Mar Mét Mich Mon Nap Oli Pau Phil Pier Ray Rém Sain Syl Tous Val Vil"
            ),
            (
                "aire ané ant aud eau elus enat ent ette eus ice ien "
                "ier in ine is jour lain lus mé mond nat nor ois ond "
                "rier son tal tin tus ville"
            ),
        ),
    ),
}
LANGUAGES = tuple(_SOUNDS)
SHARES = (72, 20, 8)
"""Of languages, in a hundred."""

_TRADES = (
    "Bakery Books Builders Cafe Clinic Coffee Dental Diner Electric Fitness Florist Foods Garage Grill Hardware "
    "Holdings Imports Laundry Law Lumber Market Motors Music Optical Outfitters Paper Pharmacy Plumbing Printing "
    "Realty Repair Roofing Salon Seafood Services Storage Supply Tackle Tailors Tile Tools Toys Travel Veterinary"
)
TRADES = tuple(_TRADES.split())
OWNERS = ("Apartments", "Residences", "Properties", "Homes", "Rentals", "Terraces")


def language(chance: Random) -> str:
    """A language, by its share."""
    return chance.choices(LANGUAGES, SHARES)[0]


def person(chance: Random, spoken: str) -> str:
    """A given name and a family name."""
    sounds = _SOUNDS[spoken]
    return f"{_put(chance, sounds.given)} {_put(chance, sounds.family)}"


def business(chance: Random) -> str:
    """A firm's name."""
    return f"{_put(chance, _SOUNDS[language(chance)].family)} {chance.choice(TRADES)}"


def owner(chance: Random) -> str:
    """Who owns a building of flats."""
    return f"{_put(chance, _SOUNDS['en'].family)} {chance.choice(OWNERS)}"


def _put(chance: Random, sounds: tuple[str, str]) -> str:
    return "".join(chance.choice(part.split()) for part in sounds)
