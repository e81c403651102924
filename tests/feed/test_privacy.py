"""Invariant 7 over HTTP: what anybody can fetch, read with an attacker's eye."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest
import shapely

from stormops.core.area import areas
from tests.core.privacy import Attack, identifiers
from tests.feed.served import PHONE, Feed, K

PUBLIC = (
    "/",
    "/desk",
    "/report",
    "/sign-in",
    "/text",
    "/r",
    "/api/v1/config",
    "/api/v1/public/snapshot",
    "/api/v1/map/areas.geojson",
    "/api/v1/map/streets.geojson",
    "/api/v1/map/ground.geojson",
    "/api/v1/map/landmarks.geojson",
    "/healthz",
    "/readyz",
    "/metrics",
    "/openapi.json",
    "/api/v1/desk/snapshot",
    "/api/v1/session",
    "/nowhere",
)


def public_bodies(feed: Feed) -> dict[str, httpx2.Response]:
    with feed.client() as client:
        bodies = {path: client.get(path) for path in PUBLIC}
        for receipt in feed.day.receipts[:30]:
            bodies[f"/api/v1/reports/{receipt}"] = client.get(f"/api/v1/reports/{receipt}")
            bodies[f"/r/{receipt}"] = client.get(f"/r/{receipt}")
    return bodies


def test_no_public_answer_names_a_premise_a_person_or_a_device(feed: Feed) -> None:
    words = identifiers(feed.day.city)
    for path, answer in public_bodies(feed).items():
        receipt = path.rpartition("/")[2]
        text = answer.text.replace(receipt, "") if receipt in feed.day.receipts else answer.text
        text = text.replace(PHONE, "").replace(PHONE.replace("-", ""), "")
        assert words.found_in(text + repr(answer.headers)) == [], path


def test_no_public_answer_repeats_what_customers_said(feed: Feed) -> None:
    with feed.client(staff=True) as client:
        view = client.get("/api/v1/desk/snapshot").json()["view"]
    words = {value["said"] for key, value in view.items() if key.startswith("unmatched/")}
    assert words
    for path, answer in public_bodies(feed).items():
        assert not [said for said in words if said in answer.text], path
        assert "since the bang" not in answer.text
        # The form asks for it, and the API's description names the field: neither says of whom.
        assert "medical" not in answer.text or path in ("/report", "/openapi.json")


def test_a_bearer_is_told_counts_and_times_and_nothing_else(feed: Feed) -> None:
    with feed.client() as client:
        for receipt in feed.day.receipts:
            status = client.get(f"/api/v1/reports/{receipt}").json()
            assert status.keys() <= {"receipt", "n", "at_ms", "state", "received_ms", "incident"}
            assert status.get("incident", {}).keys() <= {"state", "since_ms", "others", "customers_out"}


def test_everything_public_together_isolates_nobody(feed: Feed) -> None:
    """The map's polygons as published, the snapshot and the table: one partition, each area with k or more."""
    city = feed.day.city
    with feed.client() as client:
        shapes = client.get("/api/v1/map/areas.geojson").json()["features"]
        view: dict[str, Any] = client.get("/api/v1/public/snapshot").json()["view"]
    published = areas(city, K)
    published.polygon = [
        shapely.from_geojson(json.dumps(f["geometry"])) if f["geometry"] else shapely.Polygon() for f in shapes
    ]
    published.id = [feature["properties"]["id"] for feature in shapes]
    attack = Attack(city, published, K)
    attack.read(view)
    attack.read(
        {f"area/{f['properties']['id']}": f["properties"] | {"customers": f["properties"]["premises"]} for f in shapes}
    )
    assert attack.findings() == []


@pytest.mark.parametrize("path", ["/api/v1/map/streets.geojson", "/api/v1/map/ground.geojson"])
def test_the_basemap_holds_streets_and_no_houses(feed: Feed, path: str) -> None:
    premises = feed.day.city.premises
    with feed.client() as client:
        shapes = [shapely.from_geojson(json.dumps(f["geometry"])) for f in client.get(path).json()["features"]]
    corners = shapely.get_coordinates(shapes)
    here = {(round(lon, 5), round(lat, 5)) for lon, lat in corners.tolist()}
    houses = {
        (round(lon, 5), round(lat, 5)) for lon, lat in zip(premises.lon.tolist(), premises.lat.tolist(), strict=True)
    }
    assert len(here & houses) <= len(houses) // 100
