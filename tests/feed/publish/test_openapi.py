from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from openapi_spec_validator import validate

from stormops.feed.publish.openapi import SCHEMAS, document
from stormops.feed.publish.shelf import cache_control
from tests.feed.publish import trees


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Any]]:
    """What a storm's trees say, by schema."""
    folder, day = tmp_path_factory.mktemp("public"), trees.storm_day()
    parted = trees.partition(day)
    tree = trees.tree_of(day, folder, parted, trees.Ticking())
    found: dict[str, list[Any]] = {name: [] for name in SCHEMAS}
    for picture in trees.pictures(day, trees.taker(day, parted), 6):
        trees.publish(tree, picture)
        body, told = trees.files_of(folder), trees.pointer(folder)
        summary = json.loads(body[told["paths"]["summary"]])
        found["Pointer"].append(told)
        found["Summary"].append(summary)
        found["Areas"].append(json.loads(body[told["paths"]["areas"]]))
        found["Incidents"].append(json.loads(body[told["paths"]["incidents"]]))
        past = json.loads(body[told["paths"]["past"]])
        found["Past"].append(past)
        found["Moment"] += [json.loads(body[moment["path"]]) for moment in past["moments"]]
        found["Tile"] += [json.loads(body[path]) for path in summary["tiles"]["paths"].values()]
        found["Outages"].append(json.loads(body["outages.geojson"]))
    return found


def test_the_document_is_valid() -> None:
    validate(document())


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_tree_is_as_the_document_says(name: str, files: dict[str, list[Any]]) -> None:
    assert len(files[name]) >= 6
    for value in files[name]:
        jsonschema.validate(value, SCHEMAS[name], jsonschema.Draft202012Validator)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({}, SCHEMAS[name], jsonschema.Draft202012Validator)


def test_the_caches_are_those_of_the_shelf() -> None:
    for path, item in document()["paths"].items():
        said = item["get"]["responses"]["200"]["headers"]["Cache-Control"]["schema"]["const"]
        assert said == cache_control(path.removeprefix("/public/"))
