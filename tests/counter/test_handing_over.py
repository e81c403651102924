from __future__ import annotations

from tests.counter.conftest import API, Desk, customer, opened


async def test_the_end_of_a_shift_on_one_page(desk: Desk) -> None:
    await customer(desk)
    due = desk.clock[0] + 3_600_000
    said = {"account": "a1", "text": "call about <oxygen>", "owner": "cashier", "due_ms": due}
    await desk.do("cashier", "make_promise", **said)
    drawer = await opened(desk)
    page = (await desk.get("cashier", "/counter/hand-over")).text
    assert "call about &lt;oxygen&gt;" in page
    assert f"/counter/do/count_drawer?drawer={drawer}" in page
    assert "/counter/queues/promises" in page
    assert "/counter/do/offer_hand_over" in page
    other = (await desk.get("credit", "/counter/hand-over")).text
    assert "oxygen" not in other

    await desk.do("cashier", "count_drawer", drawer=drawer, counted=10_000)
    key = (await desk.do("cashier", "offer_hand_over", taker="cashier2", note="Mrs. Lee is alone"))["hand_over"]
    steps = {step: f"step_hand_over?hand_over={key}&amp;step={step}" for step in ("accept", "refuse", "withdraw")}
    for name, may in (("cashier", {"withdraw"}), ("cashier2", {"accept", "refuse"}), ("credit", set())):
        shown = (await desk.get(name, "/counter/queues/hand_overs")).text
        assert {step for step, link in steps.items() if link in shown} == may, name
        assert "Mrs. Lee is alone" in shown
        assert "call about &lt;oxygen&gt;" in shown
    mine = (await desk.get("cashier2", "/counter/hand-over?lang=es")).text
    assert "Mrs. Lee is alone" in mine
    assert steps["accept"] in mine
    assert "/counter/do/offer_hand_over" not in (await desk.get("cashier", "/counter/hand-over")).text
    assert "Mrs. Lee" not in (await desk.get("credit", "/counter/hand-over")).text
    form = (await desk.get("cashier2", f"/counter/do/step_hand_over?hand_over={key}&step=accept")).text
    assert '<option value="accept" selected' in form
    await desk.do("cashier2", "step_hand_over", hand_over=key, step="accept")
    assert (await desk.get("cashier", f"{API}/queues/hand_overs")).json()["items"] == []
    assert "call about &lt;oxygen&gt;" in (await desk.get("cashier2", "/counter/hand-over")).text


async def test_a_shift_is_given_to_a_colleague_who_exists(desk: Desk) -> None:
    await customer(desk)
    due = desk.clock[0] + 3_600_000
    await desk.do("cashier", "make_promise", account="a1", text="call back", owner="cashier", due_ms=due)
    form = {"taker": "nobody", "note": "x", "stage": "preview", "csrf": desk.people["cashier"].csrf}
    answer = await desk.client.post("/counter/do/offer_hand_over", data=form, headers=desk.headers("cashier"))
    assert answer.status_code == 422
    form["taker"] = "cashier2"
    answer = await desk.client.post("/counter/do/offer_hand_over", data=form, headers=desk.headers("cashier"))
    assert answer.status_code == 200
    assert "Promise: call back · a1 · due" in answer.text  # what is signed
