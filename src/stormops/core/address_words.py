"""Words of street addresses and what each stands for: types, directions, units, states, numbers.

Abbreviations follow the United States Postal Service's habit (Publication 28); the spellings beside
them are what people write. Upper case throughout. `matching` and `address` are the only readers.
"""

from __future__ import annotations


def _words(text: str) -> list[str]:
    return text.split()


_TYPES = """
ALLEY ALY ALLY ALEE
ACRES ACRS
ARCADE ARC
AVENUE AVE AV AVEN AVENU AVN AVNUE
BAY BY
BAYOU BYU
BEACH BCH
BEND BND
BLUFF BLF
BOTTOM BTM
BOULEVARD BLVD BLV BOUL BOULV BVD
BRANCH BR BRNCH
BRIDGE BRG BRDGE
BROOK BRK
BYPASS BYP BYPS
CAMP CMP CP
CANYON CYN
CAUSEWAY CSWY CAUSWAY
CENTER CTR CENTRE CNTR CEN CENT
CIRCLE CIR CRCL CIRC CRCLE CIRCL
CLIFF CLF
CLUB CLB
COMMON CMN
COMMONS CMNS
CORNER COR
CORNERS CORS
COURSE CRSE
COURT CT CRT
COURTS CTS
COVE CV
CREEK CRK
CRESCENT CRES CRSNT
CREST CRST
CROSSING XING CRSSNG
CROSSROAD XRD
CURVE CURV
DALE DL
DAM DM
DRIVE DR DRV DRIV
EDGE EDG
END
ESTATE EST
ESTATES ESTS
EXPRESSWAY EXPY EXPWY
EXTENSION EXT EXTN EXTNSN
FALLS FLS
FARM FRM
FARMS FRMS
FERRY FRY
FIELD FLD
FIELDS FLDS
FLAT FLT
FLATS FLTS
FOREST FRST
FORGE FRG
FORK FRK
FREEWAY FWY FRWY
GARDEN GDN GARDN
GARDENS GDNS
GATEWAY GTWY
GLEN GLN
GREEN GRN
GROVE GRV GROV
HARBOR HBR HARB HARBOUR
HAVEN HVN
HEIGHTS HTS HT HGTS
HIGHLAND HIGHLND
HIGHLANDS HGLDS
HIGHWAY HWY HIWAY HIGHWY HWAY
HILL HL
HILLS HLS
HOLLOW HOLW HLLW HOLLOWS
INLET INLT
ISLAND IS ISLND
ISLE ISL
JUNCTION JCT JCTN JUNCTN
KEY KY
KNOLL KNL KNOL
KNOLLS KNLS
LAKE LK
LAKES LKS
LANDING LNDG LNDNG
LANE LN LA
LEDGE LDG
LIGHT LGT
LOCH
LODGE LDGE
LOOP LP
MALL
MANOR MNR
MEADOW MDW
MEADOWS MDWS MEDOWS
MEWS MEWES
MILL ML
MILLS MLS
MOTORWAY MTWY
MOUNTAIN MTN MNTN MNTAIN
ORCHARD ORCH ORCHRD
OVAL OVL
OVERPASS OPAS
PARK PRK PK
PARKWAY PKWY PKY PARKWY PWY PKWAY
PASS
PASSAGE PSGE
PATH
PIKE PKE
PINES PNES
PLACE PL PLC
PLAIN PLN
PLAINS PLNS
PLAZA PLZ PLZA
POINT PT PNT
PORT PRT
PRAIRIE PR
RANCH RNCH
RAPIDS RPDS
REACH RCH
REST RST
RIDGE RDG RDGE
RISE RI
RIVER RIV RVR
ROAD RD
ROW
RUN
SHOAL SHL
SHORE SHR
SHORES SHRS
SPRING SPG SPNG
SPRINGS SPGS SPNGS
SQUARE SQ SQR SQRE
STATION STA STN
STREAM STRM
STREET ST STR STRT
SUMMIT SMT SUMIT
TERRACE TER TERR TRC
THROUGHWAY TRWY
TRACE TRCE
TRACK TRAK
TRAIL TRL TR
TUNNEL TUNL
TURNPIKE TPKE TRNPK
UNDERPASS UPAS
UNION UN
VALLEY VLY VLLY
VIADUCT VIA
VIEW VW
VILLAGE VLG VILLG VILL
VILLE VL
VISTA VIS VST
WALK WLK
WALKWAY WLKWY
WAY WY
WELL WL
WELLS WLS
WOODS WDS
"""

TYPES: dict[str, str] = {
    word: line.split()[0] for line in _TYPES.strip().splitlines() for word in line.split() if word.isalpha()
}
"""Every spelling of a street type to its long word. A long word is its own spelling."""

PLAIN_TYPES = frozenset(
    _words(
        "ALLEY AVENUE BOULEVARD CIRCLE COURT CRESCENT DRIVE EXPRESSWAY HIGHWAY LANE LOOP PARKWAY PLACE ROAD ROUTE "
        "SQUARE STREET TERRACE TRAIL TURNPIKE WAY"
    )
)
"""Types that say nothing of the place itself: never the whole name of a street, rarely a part of it."""

DIRECTIONS: dict[str, str] = {
    "N": "N",
    "NORTH": "N",
    "NO": "N",
    "NTH": "N",
    "S": "S",
    "SOUTH": "S",
    "SO": "S",
    "STH": "S",
    "E": "E",
    "EAST": "E",
    "W": "W",
    "WEST": "W",
    "NE": "NE",
    "NORTHEAST": "NE",
    "NW": "NW",
    "NORTHWEST": "NW",
    "SE": "SE",
    "SOUTHEAST": "SE",
    "SW": "SW",
    "SOUTHWEST": "SW",
}

DIRECTION_WORDS: dict[str, str] = {
    "N": "NORTH",
    "S": "SOUTH",
    "E": "EAST",
    "W": "WEST",
    "NE": "NORTHEAST",
    "NW": "NORTHWEST",
    "SE": "SOUTHEAST",
    "SW": "SOUTHWEST",
}

_ONES = _words("ZEROTH FIRST SECOND THIRD FOURTH FIFTH SIXTH SEVENTH EIGHTH NINTH TENTH ELEVENTH TWELFTH THIRTEENTH")
_TEENS = _words("FOURTEENTH FIFTEENTH SIXTEENTH SEVENTEENTH EIGHTEENTH NINETEENTH TWENTIETH")


def ordinal(number: int) -> str:
    """1 → 1ST, 12 → 12TH, 23 → 23RD."""
    if number % 100 in (11, 12, 13):
        return f"{number}TH"
    return f"{number}{ {1: 'ST', 2: 'ND', 3: 'RD'}.get(number % 10, 'TH') }"


TENS: dict[str, int] = {
    word: 10 * (i + 2) for i, word in enumerate(_words("TWENTY THIRTY FORTY FIFTY SIXTY SEVENTY EIGHTY NINETY"))
}
"""Words that begin a compound number."""

NAME_WORDS: dict[str, str] = {
    "MT": "MOUNT",
    "FT": "FORT",
    "STE": "SAINTE",
    "RT": "ROUTE",
    "RTE": "ROUTE",
    "JR": "JUNIOR",
    "DR": "DOCTOR",
    "MLK": "MARTINLUTHERKING",
    "TWP": "TOWNSHIP",
    "INTL": "INTERNATIONAL",
    "UNIV": "UNIVERSITY",
    "GOV": "GOVERNOR",
    "PRES": "PRESIDENT",
    "CAPT": "CAPTAIN",
    "COL": "COLONEL",
    "SGT": "SERGEANT",
    "LT": "LIEUTENANT",
} | {word: ordinal(i) for i, word in enumerate(_ONES + _TEENS)}
"""Words of a street's name that have more than one spelling, to one of them."""

UNIT_WORDS: frozenset[str] = frozenset(
    _words(
        "APT APARTMENT APPT APMT APMNT UNIT UNT STE SUITE SUIT RM ROOM FL FLOOR FLR BLDG BUILDING BLD LOT TRLR TRAILER "
        "SPC SPACE PH PENTHOUSE DEPT SLIP HANGAR HNGR BSMT BASEMENT LOWR LOWER UPPR UPPER REAR FRNT FRONT #"
    )
)
"""What introduces a unit."""

UNIT_ALONE: frozenset[str] = frozenset(_words("PH PENTHOUSE BSMT BASEMENT LOWR LOWER UPPR UPPER REAR FRNT FRONT"))
"""Unit words that need no number behind them."""

UNIT_SAME: dict[str, str] = {
    "PENTHOUSE": "PH",
    "BASEMENT": "BSMT",
    "LOWER": "LOWR",
    "UPPER": "UPPR",
    "FRONT": "FRNT",
}

STATES: dict[str, str] = {
    "AL": "ALABAMA",
    "AK": "ALASKA",
    "AZ": "ARIZONA",
    "AR": "ARKANSAS",
    "CA": "CALIFORNIA",
    "CO": "COLORADO",
    "CT": "CONNECTICUT",
    "DE": "DELAWARE",
    "DC": "DISTRICTOFCOLUMBIA",
    "FL": "FLORIDA",
    "GA": "GEORGIA",
    "HI": "HAWAII",
    "ID": "IDAHO",
    "IL": "ILLINOIS",
    "IN": "INDIANA",
    "IA": "IOWA",
    "KS": "KANSAS",
    "KY": "KENTUCKY",
    "LA": "LOUISIANA",
    "ME": "MAINE",
    "MD": "MARYLAND",
    "MA": "MASSACHUSETTS",
    "MI": "MICHIGAN",
    "MN": "MINNESOTA",
    "MS": "MISSISSIPPI",
    "MO": "MISSOURI",
    "MT": "MONTANA",
    "NE": "NEBRASKA",
    "NV": "NEVADA",
    "NH": "NEWHAMPSHIRE",
    "NJ": "NEWJERSEY",
    "NM": "NEWMEXICO",
    "NY": "NEWYORK",
    "NC": "NORTHCAROLINA",
    "ND": "NORTHDAKOTA",
    "OH": "OHIO",
    "OK": "OKLAHOMA",
    "OR": "OREGON",
    "PA": "PENNSYLVANIA",
    "PR": "PUERTORICO",
    "RI": "RHODEISLAND",
    "SC": "SOUTHCAROLINA",
    "SD": "SOUTHDAKOTA",
    "TN": "TENNESSEE",
    "TX": "TEXAS",
    "UT": "UTAH",
    "VT": "VERMONT",
    "VA": "VIRGINIA",
    "WA": "WASHINGTON",
    "WV": "WESTVIRGINIA",
    "WI": "WISCONSIN",
    "WY": "WYOMING",
}

STATE_NAMES: frozenset[str] = frozenset(STATES.values())

FILLERS: frozenset[str] = frozenset(
    _words(
        "AT THE MY OUR IS ON IN ADDRESS ADDR HOUSE HOME LOCATED LOCATION NEAR FROM THIS ITS IT I LIVE LIVING "
        "NUMBER NUM BY HERE"
    )
)
"""Words around an address that say nothing of it."""

COUNTRY: frozenset[str] = frozenset({"USA", "US", "AMERICA"})
