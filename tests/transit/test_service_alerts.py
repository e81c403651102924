"""Service alerts out of real protobuf messages; bytes that are none, and messages made to hurt."""

from __future__ import annotations

import time

import pytest
from google.transit import gtfs_realtime_pb2 as gtfs
from hypothesis import given, settings
from hypothesis import strategies as st

from stormops.transit import service_alerts as module
from stormops.transit.alert import Alert, Named, Period
from stormops.transit.names import NO_NAMES, Names
from stormops.transit.service_alerts import Read, Unreadable, read_alerts
from tests.transit.messages import MADE_S, message, texts

LANGUAGES = ["en", "es", "ht"]
NAMES = Names({"R-4": "4"}, {"S1": "Oak St"})


def read(body: bytes, names: Names = NO_NAMES) -> Read:
    return read_alerts(body, names, LANGUAGES, lambda ms: ms)


def only(**fields: object) -> Alert:
    (alert,) = read(message(fields), NAMES).alerts
    return alert


def test_a_whole_alert() -> None:
    alert = only(
        effect=gtfs.Alert.DETOUR,
        cause=gtfs.Alert.WEATHER,
        severity_level=gtfs.Alert.SEVERE,
        active_period=[{"start": MADE_S, "end": MADE_S + 60}, {"start": MADE_S + 90}],
        informed_entity=[{"route_id": "R-4"}, {"stop_id": "S1"}, {"route_id": "R-7"}, {"trip": {"route_id": "R-4"}}],
        header_text=texts(en="By <b>Oak</b> St", es_419="Por Oak St", ht="Pa Oak St", fr="Par Oak St"),
        description_text=texts(en_US="Until the wind is down"),
    )
    assert alert == Alert(
        effect="DETOUR",
        cause="WEATHER",
        severity="SEVERE",
        routes=[Named("R-4", "4"), Named("R-7", "")],
        stops=[Named("S1", "Oak St")],
        header={"en": "By Oak St", "es": "Por Oak St", "ht": "Pa Oak St"},
        description={"en": "Until the wind is down"},
        periods=[Period(MADE_S * 1000, (MADE_S + 60) * 1000), Period((MADE_S + 90) * 1000, None)],
    )


@pytest.mark.parametrize(
    ("informed", "whole", "routes"),
    [
        ([{"agency_id": "1"}], True, []),
        ([{"route_type": 3}], True, []),
        ([{}], True, []),
        ([], True, []),  # who is meant is left out: then nobody may be left out
        ([{"trip": {"trip_id": "t1"}}], False, []),
        ([{"stop_id": "S1"}], False, []),
        ([{"agency_id": "1", "route_id": "R-4"}], False, ["4"]),
        ([{"agency_id": "1"}, {"route_id": "R-4"}], True, ["4"]),
    ],
)
def test_who_is_meant(informed: list[dict[str, object]], whole: bool, routes: list[str]) -> None:
    alert = only(informed_entity=informed)
    assert (alert.whole, [route.said for route in alert.routes]) == (whole, routes)


def test_languages_fall_back() -> None:
    assert only(header_text=texts(_="no language")).header == {"en": "no language"}
    assert only(header_text=texts(fr="f", de="d")).header == {"fr": "f"}
    assert only(header_text=texts(en="", es="s")).header == {"es": "s"}
    assert only(header_text=texts(**{"<x>": "strange"})).header == {"en": "strange"}
    assert only().header == {}


def test_words_that_these_bindings_do_not_know_are_unknown() -> None:
    body = message({"effect": gtfs.Alert.DETOUR}).replace(b"\x38\x04", b"\x38\x63")  # effect = 99
    assert read(body).alerts[0].effect == "UNKNOWN_EFFECT"
    assert {name for name, _ in gtfs.Alert.Effect.items()} == set(module.Effect.__args__)  # type: ignore[attr-defined]
    assert {name for name, _ in gtfs.Alert.Cause.items()} == set(module.Cause.__args__)  # type: ignore[attr-defined]
    assert {name for name, _ in gtfs.Alert.SeverityLevel.items()} == set(module.Severity.__args__)  # type: ignore[attr-defined]


def test_other_entities_and_deleted_ones_are_no_alerts() -> None:
    feed = gtfs.FeedMessage(header={"gtfs_realtime_version": "2.0"})
    feed.entity.add(id="v", vehicle={})
    feed.entity.add(id="d", is_deleted=True, alert={})
    assert read(feed.SerializeToString()) == Read(0, [], 0)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<!doctype html><title>Maintenance</title>",
        b'{"header":{}}',
        b"\x0a\x00",
        message({"header_text": texts(en="x" * 50)})[:-20],
        message(incrementality=gtfs.FeedHeader.DIFFERENTIAL),
        b"\x00" * 1000,
    ],
)
def test_what_is_no_feed_is_refused_and_never_read_as_no_alerts(body: bytes) -> None:
    with pytest.raises(Unreadable):
        read(body)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 200), st.integers(0, 255))
def test_damaged_bytes_are_read_or_refused(tail: bytes, at: int, byte: int) -> None:
    whole = bytearray(message({"effect": gtfs.Alert.DETOUR, "header_text": texts(en="Oak St", es="Roble")}) + tail)
    whole[at % len(whole)] = byte
    try:
        found = read(bytes(whole))
    except Unreadable:
        return
    assert all(len(text) <= module.HEADER_CHARACTERS_MAX for alert in found.alerts for text in alert.header.values())


def test_a_message_of_the_longest_kind_takes_seconds_at_most_and_keeps_little() -> None:
    empty = message() + b"\x12\x04\x0a\x00\x2a\x00" * 340_000  # two megabytes of empty alerts
    began = time.process_time()
    found = read(empty)
    assert (len(found.alerts), found.more) == (module.ALERTS_KEPT_MAX, 340_000 - module.ALERTS_KEPT_MAX)
    one = {"informed_entity": [{"route_id": str(n), "stop_id": str(n)} for n in range(20_000)]}
    (alert,) = read(message(one)).alerts
    assert len(alert.routes) == len(alert.stops) == module.NAMED_MAX
    assert time.process_time() - began < 10


def test_times_out_of_this_world_are_none() -> None:
    alert = only(active_period=[{"start": 0, "end": 2**64 - 1}])
    assert alert.periods == [Period(None, None)]
    assert read(message(made_s=2**64 - 1)).made_s == module.SECONDS_MAX
