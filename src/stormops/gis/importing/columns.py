"""Which column of an address table means what: by a stated mapping, else by the field's spellings."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from stormops.gis.importing.refusal import ImportRefused

SPELLINGS: dict[str, tuple[str, ...]] = {
    "id": (*("esiteid", "site_nguid", "nguid", "ssap_nguid", "siteaddid", "address_id", "addressid", "premise"),
           *("premise_id", "premiseid", "uprn", "globalid", "id", "hash", "objectid")),
    "house_number": ("house_number", "housenumber", "addno_full", "number", "add_number", "addnum", "primaryaddress",
                     "st_number", "stnum", "hse_nbr", "house_no", "addr:housenumber"),
    "street": ("street", "streetname", "street_name", "full_street", "lst_name", "stname_full", "fullname",
               "road_name", "primaryname", "addr:street"),
    "unit": ("unit", "unit_id", "subunit", "apt", "suite", "addr:unit"),
    "locality": ("city", "locality", "inc_muni", "town", "municipality", "townname", "post_comm", "post_city",
                 "msagcomm", "addr:city"),
    "postcode": ("zip", "postcode", "zipcode", "zip_code", "post_code", "postal_code", "addr:postcode"),
    "site_type": ("site_type", "sitetype", "place_type", "placetype", "landuse", "use", "type"),
    "lon": ("lon", "longitude", "long", "lng", "x", "xcoord", "point_x", "addr_lon"),
    "lat": ("lat", "latitude", "y", "ycoord", "point_y", "addr_lat"),
    "account": ("account", "account_number", "account_no", "acct"),
    "phone": ("phone", "telephone", "phone_number"),
    "meter": ("meter", "meter_number", "meter_no", "meterid"),
    "bus": ("bus", "service_bus", "load_bus"),
}  # fmt: skip
"""Our columns, and how address tables spell them (any case); the first spelling that is there wins."""

STREET_PARTS: tuple[tuple[str, ...], ...] = (
    ("st_predir", "predir", "pre_dir"),
    ("st_pretyp", "pretype", "pre_type"),
    ("st_name", "stname", "name"),
    ("st_postyp", "sttype", "st_type", "suffix", "post_type"),
    ("st_posdir", "sufdir", "post_dir"),
)
"""NENA's parts of a street name, joined when no column has the whole."""


def columns_of(names: list[str], mapping: Mapping[str, str], file: Path) -> dict[str, list[str]]:
    """The table's columns (joined by blanks when several) of each of our columns that is there.

    `mapping` names a column of the table, or several with `+` between, for a column of ours; it goes
    before the spellings. Raises ImportRefused on a mapping to or from a column that does not exist.
    """
    by_fold = {name.casefold(): name for name in reversed(names)}
    found: dict[str, list[str]] = {}
    for ours, said in mapping.items():
        if ours not in SPELLINGS:
            raise ImportRefused(file, f"there is no column '{ours}' to map to; ours are: {', '.join(SPELLINGS)}")
        parts = [part.strip() for part in said.split("+")]
        absent = next((part for part in parts if part.casefold() not in by_fold), None)
        if absent is not None:
            raise ImportRefused(file, f"has no column '{absent}'; its columns are: {', '.join(names)}", 1)
        found[ours] = [by_fold[part.casefold()] for part in parts]
    for ours, spellings in SPELLINGS.items():
        name = next((by_fold[s] for s in spellings if s in by_fold), None)
        if ours not in found and name is not None:
            found[ours] = [name]
    if "street" not in found:
        parts = [next((by_fold[s] for s in part if s in by_fold), "") for part in STREET_PARTS]
        if parts[2]:
            found["street"] = [part for part in parts if part]
    if "street" not in found:
        raise ImportRefused(file, f"has no column 'street'; its columns are: {', '.join(names)}", 1)
    return found
