from __future__ import annotations

from pathlib import Path

import pytest

from stormops.settings import Settings, SettingsError, addressed, load_city_file, load_settings


def test_settings_go_to_children_and_come_back_the_same() -> None:
    given = Settings(data=Path("/somewhere/else"), clock_speed=240.0, clock_epoch_ms=5, clock_anchor_ms=9, node=7)
    assert load_settings(given.environment()) == given


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("STORMOPS_NODE", "a lot"),
        ("STORMOPS_NODE", "100"),
        ("STORMOPS_CLOCK_SPEED", "0"),
        ("STORMOPS_LOG_LEVEL", "loud"),
    ],
)
def test_a_wrong_setting_is_refused_and_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name.removeprefix("STORMOPS_").lower()):
        load_settings({name: value})


def test_a_fast_clock_without_its_anchor_is_refused() -> None:
    with pytest.raises(SettingsError, match="STORMOPS_CLOCK_ANCHOR_MS"):
        load_settings({"STORMOPS_CLOCK_SPEED": "600", "STORMOPS_CLOCK_EPOCH_MS": "5"})


@pytest.mark.parametrize("path", sorted(Path("deploy/cities").glob("*.toml")), ids=lambda p: p.stem)
def test_every_city_file_is_good(path: Path) -> None:
    assert load_city_file(path).name == path.stem


def test_a_wrong_city_file_is_refused_with_its_name(tmp_path: Path) -> None:
    wrong = tmp_path / "x.toml"
    wrong.write_text('name = "x"\ntitle = "X"\nk = 2\n')
    with pytest.raises(SettingsError, match=r"x\.toml.*k"):
        load_city_file(wrong)


def test_addresses_follow_the_ports_unless_they_are_given() -> None:
    assert addressed(Settings(intake_port=9000)).intake_url == "http://127.0.0.1:9000"
    assert addressed(Settings(host="::1")).feed_url == "http://[::1]:8312"
    assert addressed(Settings(feed_url="https://outages.example")).origins[1] == "https://outages.example"


def test_customers_have_an_address_where_they_have_a_port() -> None:
    assert addressed(Settings(counter_own_port=9002)).counter_own_url == "http://127.0.0.1:9002"
    assert addressed(Settings(counter_own_port=-1)).counter_own_url == ""
    assert addressed(Settings(counter_own_url="https://o.example")).counter_own_url == "https://o.example"
    assert (
        "https://o.example" not in addressed(Settings(counter_own_url="https://o.example")).origins
    )  # it writes nowhere else


def test_staffs_addresses_follow_their_ports_unless_something_stands_in_front_of_the_publics() -> None:
    plain = addressed(Settings(intake_staff_port=9001))
    assert (plain.intake_staff_url, plain.feed_staff_url) == ("http://127.0.0.1:9001", "http://127.0.0.1:8317")
    assert set(plain.origins) == {
        plain.intake_url,
        plain.feed_url,
        plain.intake_staff_url,
        plain.feed_staff_url,
        plain.counter_url,
    }
    assert addressed(plain) == plain
    assert addressed(Settings(feed_url="https://o.example")).feed_staff_url == "https://o.example"
    assert addressed(Settings(feed_staff_port=-1)).feed_staff_url == "http://127.0.0.1:8312"
    both = addressed(Settings(feed_url="https://o.example", feed_staff_url="https://desk.example"))
    assert (both.feed_url, both.feed_staff_url) == ("https://o.example", "https://desk.example")


def test_staffs_ports_alone_need_to_be_there_and_known() -> None:
    only = {"STORMOPS_STAFF_PORTS_ONLY": "true"}
    given = load_settings(only)
    assert load_settings(given.environment()) == given
    assert load_settings(addressed(given).environment()).staff_ports_only
    wrong: tuple[dict[str, str], ...] = (
        {"STORMOPS_FEED_STAFF_PORT": "-1"},
        {"STORMOPS_INTAKE_STAFF_PORT": "-1"},
        {"STORMOPS_FEED_URL": "https://o.example"},
        {"STORMOPS_INTAKE_URL": "https://o.example", "STORMOPS_INTAKE_STAFF_URL": "https://o.example"},
    )
    for also in wrong:
        with pytest.raises(SettingsError, match="STORMOPS_STAFF_PORTS_ONLY"):
            load_settings(only | also)
        load_settings(also)


def test_a_city_on_no_map_of_times_is_refused(tmp_path: Path) -> None:
    wrong = tmp_path / "x.toml"
    wrong.write_text('name = "x"\ntitle = "X"\ntime_zone = "Mars/Olympus"\n')
    with pytest.raises(SettingsError, match="time_zone"):
        load_city_file(wrong)
