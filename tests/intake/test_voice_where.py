"""Finding out where by telephone; whole calls are in test_voice."""

from __future__ import annotations

import pytest

from stormops.gis.directory import Place
from stormops.intake.phrases import phrases
from stormops.intake.voice_where import CHOICES_MAX, houses
from tests.intake.telephone_line import OWN, STRANGER, TWO, PhoneLine

EN = phrases("en").voice


def place(number: str, street: str, unit: str = "", locality: str = "Town") -> Place:
    return Place(f"P{number}{street}{unit}{locality}", number, street, unit, locality, 15, number)


def test_units_are_one_house_and_towns_are_not() -> None:
    found = houses([place("7", "Elm", "1"), place("9", "Elm"), place("7", "Elm", "2"), place("7", "Elm", "", "Far")])
    assert [[one.unit for one in house] for house in found] == [["1", "2"], [""], [""]]


async def test_too_many_streets_are_asked_down_by_more_letters(
    line: PhoneLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    streets = [place("9", f"Street {n}") for n in range(CHOICES_MAX + 1)]

    async def at(_: str, street: str) -> list[Place]:
        return streets if street == "787" else streets[:1]

    async def premise(_: str) -> Place:
        return streets[0]

    monkeypatch.setattr(line.look, "at", at)
    monkeypatch.setattr(line.look, "premise", premise)
    call = await line.provider.call(STRANGER, ["1", "1", "9#", "787#", "7873#", "1"])
    assert EN["more_letters"] in call.text
    assert line.reports()[0].address == "9 Street 0"
    call = await line.provider.call(STRANGER, ["1", "9#", "787#", "787#"])
    assert EN["not_found"] in call.text
    assert line.reports()[1].note == "recording: https://recordings.test/RE1; house number keyed: 9"


async def test_the_same_street_in_two_towns_is_told_apart_by_the_town(
    line: PhoneLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    towns = [place("9", "Elm", locality="North"), place("9", "Elm", locality="South")]

    async def at(_: str, __: str) -> list[Place]:
        return towns

    monkeypatch.setattr(line.look, "at", at)
    call = await line.provider.call(STRANGER, ["1", "1", "9#", "356#", "5", ""])
    assert "For 9 Elm, North, press 1." in call.text
    assert "For 9 Elm, South, press 2." in call.text


async def test_a_phone_of_two_premises_says_which_by_its_house_number(line: PhoneLine) -> None:
    call = await line.provider.call(TWO, ["1", "1", "26#", "1"], vouched=True)
    assert line.reports()[0].address == "26 Main Ct"
    assert "24" not in call.text.replace("14 digits", "")


async def test_another_place_than_the_own_is_asked_for_and_the_own_is_not_used(line: PhoneLine) -> None:
    await line.provider.call(OWN, ["1", "1", "2", "26#", "624#", "1"], vouched=True)
    assert line.reports()[0].address == "26 Main Ct"
    assert line.reports()[0].phone is None


async def test_not_right_twice_is_spoken(line: PhoneLine) -> None:
    call = await line.provider.call(STRANGER, ["1", "1", "1103#", "258#", "2", "1103#", "258#", "2"])
    assert call.recorded == 1
    assert line.reports()[0].address is None


async def test_silence_at_the_medical_question_loses_no_report(line: PhoneLine) -> None:
    await line.provider.call(STRANGER, ["1", "1", "9#", "35#", "1", ""])
    assert line.reports()[0].address
    assert not line.reports()[0].medical


@pytest.mark.parametrize("key", ["7", "1"])
async def test_a_medical_need_is_a_safety_report(line: PhoneLine, key: str) -> None:
    call = await line.provider.call(OWN, ["1", "1", key], vouched=True)
    assert line.reports()[0].safety == (key == "7")
    assert (EN["saved_medical"] in call.text) == (key == "7")
