from __future__ import annotations

import re

from stormops.core.levels import Mode
from tests.counter.own.conftest import HIDDEN, Own

PLACE = "/account/arrangement"


async def arrangements(own: Own) -> list[tuple[str, list[int]]]:
    view = (await own.desk.get("credit", "/api/v1/counter/accounts/a1")).json()
    return [(each["state"], [part["cents"] for part in each["instalments"]]) for each in view["arrangements"]]


async def agreed(own: Own, kind: str, number: int) -> tuple[str, dict[str, str]]:
    """Look, and agree; gives what was shown, and what was sent."""
    form = 0 if kind == "extension" else 1
    looked = await own.send(PLACE, {"number": str(number)}, form, PLACE)
    assert looked.status_code == 200, looked.text
    sent = dict(HIDDEN.findall(looked.text)) | {"stage": "do"}
    done = await own.post(PLACE, sent)
    assert (done.status_code, done.headers["location"]) == (303, f"{PLACE}?done=1"), done.text
    return looked.text, sent


async def test_parts_are_what_the_policy_makes_of_it_shown_first_and_agreed_once(own: Own) -> None:
    await own.enter()
    looked, sent = await agreed(own, "instalments", 3)
    assert "$27.27 by 31 Jul 2026" in looked  # 25 % now
    assert await arrangements(own) == [("active", [2_727, 2_727, 2_727, 2_726])]
    again = await own.post(PLACE, sent)
    assert again.status_code == 303
    assert len(await arrangements(own)) == 1
    page = await own.get(f"{PLACE}?done=1")
    assert "It is agreed." in page.text
    assert "Your arrangement" in (await own.get("/account")).text
    history = (await own.desk.get("representative", "/counter/accounts/a1")).text
    assert "Accepted an arrangement" in history
    undone = await own.send(PLACE, {}, path=f"{PLACE}/undo")
    assert undone.status_code == 303
    assert [state for state, _ in await arrangements(own)] == ["cancelled"]


async def test_a_later_date_is_kept_to_the_policys_days(own: Own) -> None:
    await own.enter()
    shown = (await own.get(PLACE)).text
    assert '<option value="14">' in shown
    assert '<option value="15">' not in shown
    too_long = await own.send(PLACE, {"number": "15"}, 0, PLACE)
    assert too_long.status_code == 409
    assert "So late a date is not offered" in too_long.text
    await agreed(own, "extension", 14)
    assert await arrangements(own) == [("active", [10_907])]
    second = await own.post(PLACE, {"csrf": await csrf(own), "kind": "extension", "number": "3"})
    assert "You have an arrangement already" in second.text
    own.desk.later(1)
    assert "undo" not in re.findall(r'action="([^"]+)"', (await own.get(PLACE)).text)
    late = await own.post(f"{PLACE}/undo", {"csrf": await csrf(own)})
    assert late.status_code == 409


async def csrf(own: Own) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', (await own.get("/account")).text)
    assert found
    return found[1]


async def test_what_was_looked_at_and_nothing_else_is_agreed(own: Own) -> None:
    await own.enter()
    looked = await own.send(PLACE, {"number": "2"}, 1, PLACE)
    sent = dict(HIDDEN.findall(looked.text)) | {"stage": "do"}
    changed = await own.post(PLACE, sent | {"number": "6"})
    assert changed.status_code == 409
    assert "Look again" in changed.text
    assert await arrangements(own) == []
    for wrong in ({"kind": "gift"}, {"number": "-1"}, {"number": "x"}, {"number": ""}):
        assert (await own.post(PLACE, sent | wrong)).status_code == 422


async def test_a_court_or_nothing_owed_leaves_nothing_to_arrange(own: Own) -> None:
    await own.enter("b1")
    assert "You owe nothing now" in (await own.get(PLACE)).text
    await own.enter("a1")
    await own.desk.do(
        "credit", "notice_bankruptcy", account="a1", court="N.D. Fla.", number="26-9", chapter=13, petition="2026-07-31"
    )
    assert "protection of a court" in (await own.get(PLACE)).text


async def test_in_a_storm_a_later_date_is_granted_once(own: Own) -> None:
    own.desk.mode(Mode.STORM)
    await own.enter()
    await agreed(own, "extension", 7)
    await own.send(PLACE, {}, path=f"{PLACE}/undo")
    again = await own.send(PLACE, {"number": "7"}, 0, PLACE)
    assert "had its later date for this storm" in again.text
