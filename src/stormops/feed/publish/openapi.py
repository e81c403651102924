"""The OpenAPI 3.1 document of the public tree: what programs may rely on. Schemas allow further fields; these stay."""

from __future__ import annotations

from typing import Any

from stormops.core.incident import UTILITIES, State
from stormops.core.mode import Mode
from stormops.feed.publish.ladder import Rung
from stormops.feed.publish.shelf import IMMUTABLE, MEDIA_TYPES, PAGE, POINTER

Schema = dict[str, Any]

API_VERSION = "1.0.0"

_COUNT: Schema = {"type": "integer", "minimum": 0}
_MS: Schema = {"type": "integer", "description": "Milliseconds since 1970, platform time."}
_NAME: Schema = {"type": "string", "minLength": 1}
_PATH: Schema = {
    "type": "string",
    "pattern": r"^[a-z0-9_-]+(/[a-zA-Z0-9_-]+)*\.[a-z]+$",
    "description": "Below /public/.",
}


def _object(**fields: Schema) -> Schema:
    """An object that has at least these fields."""
    return {"type": "object", "properties": fields, "required": list(fields)}


def _array(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _map(values: Schema) -> Schema:
    return {"type": "object", "additionalProperties": values}


def _features(geometry: list[str], **properties: Schema) -> Schema:
    shape = _object(type={"enum": geometry}, coordinates={"type": "array"})
    feature = _object(
        type={"const": "Feature"}, geometry={"anyOf": [shape, {"type": "null"}]}, properties=_object(**properties)
    )
    return _object(type={"const": "FeatureCollection"}, features=_array(feature))


AREA = _object(id=_NAME, name=_NAME, customers=_COUNT, out={"type": "integer", "minimum": 1}, since_ms=_MS)

_TOTALS = _object(customers=_COUNT, customers_out=_COUNT, areas_affected=_COUNT)
_MODE = _object(mode={"enum": [mode.value for mode in Mode]}, since_ms=_MS, sentence=_NAME)

SCHEMAS: dict[str, Schema] = {
    "Pointer": _object(
        version={"const": 1},
        n={"type": "integer", "description": "Journal position that every figure of this tree is of."},
        at_ms=_MS,
        published_ms={"type": "integer", "description": "Milliseconds since 1970 on the wall, when it was written."},
        mode={"enum": [mode.value for mode in Mode]},
        refresh={"enum": [rung.value for rung in Rung]},
        refresh_s={"type": "integer", "description": "Ask again after so many seconds; 0 = not by yourself."},
        title=_NAME,
        phone={"type": "string"},
        clock=_object(speed={"type": "number"}, epoch_ms={"type": "integer"}, anchor_ms={"type": "integer"}),
        geojson=_PATH,
        pages=_map(_PATH),
        paths=_object(summary=_PATH, areas=_PATH, incidents=_PATH, config=_PATH, past=_PATH, map=_map(_PATH)),
    ),
    "Summary": _object(
        city={"type": "object"},
        totals=_TOTALS,
        mode=_MODE,
        tiles=_object(zooms={"type": "array", "minItems": 2, "maxItems": 2}, paths=_map(_PATH)),
    ),
    "Areas": _object(areas=_array(AREA)),
    "Incidents": _object(
        k={"type": "integer", "description": "Counts of incidents are rounded down to a multiple of it."},
        incidents=_array(
            _object(
                id={"type": "string", "pattern": "^[0-9a-f]{16}$"},
                utility={"enum": [utility.value for utility in UTILITIES]},
                state={"enum": [state.value for state in State]},
                since_ms=_MS,
                customers_out_at_least=_COUNT,
                areas=_array(_object(id=_NAME, customers_out_at_least=_COUNT)),
                etr_ms={"type": ["integer", "null"]},
                cause={"type": ["string", "null"]},
                page=_PATH,
            )
        ),
    ),
    "Past": _object(
        version={"const": 1},
        moments=_array(
            _object(at_ms=_MS, n={"type": "integer"}, out=_COUNT, path=_PATH)
            | {"description": "In order of time: every 5 minutes for a day, every hour for 14 days."}
        ),
    ),
    "Moment": _object(n={"type": "integer"}, at_ms=_MS, totals=_TOTALS, mode=_MODE, areas=_array(AREA)),
    "Tile": _features(["Point"], customers=_COUNT, out=_COUNT, areas=_COUNT, since_ms=_MS),
    "Outages": _features(["Polygon", "MultiPolygon"], **AREA["properties"], incidents=_array(_NAME)),
}


def _get(summary: str, ending: str, cache: str, schema: str = "", *parameters: str) -> Schema:
    told: Schema = {"schema": {"$ref": f"#/components/schemas/{schema}"}} if schema else {}
    headers = {"ETag": {"schema": {"type": "string"}}, "Cache-Control": {"schema": {"const": cache}}}
    return {
        "get": {
            "summary": summary,
            "parameters": [
                {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in parameters
            ],
            "responses": {
                "200": {"description": "The file.", "headers": headers, "content": {MEDIA_TYPES[ending]: told}},
                "304": {"description": "The file that `If-None-Match` names."},
                "404": {"description": "There is none."},
            },
        }
    }


def document() -> Schema:
    """The document."""
    by_name = "A file that another one names, for ever the same: Summary, Areas, Incidents, Moment or Tile"
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Stormops public tree",
            "version": API_VERSION,
            "description": "Where customers are without service, by area: files that any web server can give out. "
            "Nothing finer than an area of at least k premises is or will be in them. Ask at most every 30 seconds.",
        },
        "paths": {
            "/public/current.json": _get("The pointer to the newest tree", "json", POINTER, "Pointer"),
            "/public/outages.geojson": _get("Areas with somebody out", "geojson", PAGE, "Outages"),
            "/public/past.json": _get("Past moments of the map", "json", PAGE, "Past"),
            "/public/f/{name}.json": _get(by_name, "json", IMMUTABLE, "", "name"),
            "/public/f/{name}.geojson": _get(by_name, "geojson", IMMUTABLE, "", "name"),
            "/public/{language}/index.html": _get("The map as a table", "html", PAGE, "", "language"),
            "/public/{language}/outages.txt": _get("The map as text", "txt", PAGE, "", "language"),
            "/public/{language}/incident/{id}.html": _get("A larger outage", "html", PAGE, "", "language", "id"),
        },
        "components": {"schemas": SCHEMAS},
    }
