"""Deciding messages by property: none is untrue when it is granted, none comes twice, none comes after a stop."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import islice
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stormops.core import entry as facts
from stormops.core import messages as messages_module
from stormops.core.draft import Draft
from stormops.core.entry import AnyFact, Entry, Tick
from stormops.core.incident import ELECTRIC, State
from stormops.core.messages import ASKS_MAX, PLACES_MAX, news, truth, who_is
from stormops.core.messaging import LATE_MS, SETTLE_MS, TOGETHER_MAX
from stormops.core.situation import Situation
from stormops.limiting import Bucket
from tests.core.radial import radial_city
from tests.core.storms import move, small_world
from tests.core.world import BOSS, START_MS, World

PHONES = [f"85055501{n:02d}" for n in range(8)]


class Sender:
    """A sender that claims what is due when it is told to, and remembers what it was granted."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.got: list[tuple[int, str]] = []

    def claim(self, name: str = "a", extra: Iterable[int] = ()) -> list[tuple[int, str]]:
        """One claim and its tick: what is granted now, as (number, kind)."""
        numbers = [*self.world.situation.messages.due, *extra]
        self.world.say(facts.MessagesClaimed(claim=name, numbers=numbers))
        made = granted(self.world.tick(), name)
        self.got += made
        return made

    def kinds(self, minute: float) -> list[str]:
        """What is granted at a minute, kinds alone."""
        self.world.tick(minute)
        return [kind for _, kind in self.claim()]


def granted(made: list[AnyFact], claim: str) -> list[tuple[int, str]]:
    grants = [fact for fact in made if isinstance(fact, facts.MessagesGranted) and fact.claim == claim]
    return [pair for fact in grants for pair in zip(fact.numbers, fact.kinds, strict=True)]


def signed_up(world: World, premises: Iterable[int]) -> None:
    for premise in premises:
        phone = f"8505{premise:06d}"
        world.say(facts.MessagesRequested(phone=phone, language="en", premise=world.city.premises.id[premise]))
        world.say(facts.MessagesConfirmed(phone=phone, language="en"))
    world.tick()


def outage(world: World, at: float, premises: Iterable[int] = range(4)) -> str:
    for premise in premises:
        world.report(premise, at=at)
    world.tick(at)
    return world.open()[0].id


def untrue(world: World, number: int, kind: str) -> str:
    """Why a message would be untrue by what is shown at this position; empty if it is not."""
    situation = world.situation
    one = situation.messages.get(number)
    if one is None:
        return "" if kind == "ask" else "nobody is signed up"
    if kind == "ask":
        return ""
    owner = situation.coverage.owner(ELECTRIC, one.premise)
    if kind in ("assumed", "confirmed"):
        state = situation.incidents[owner].state if owner >= 0 else State.CLOSED
        wanted = (State.PREDICTED,) if kind == "assumed" else (State.CONFIRMED, State.PARTLY_RESTORED)
        return "" if state in wanted else f"{kind}, and it is {state}"
    if owner >= 0:
        return f"{kind}, and an incident has the place out"
    answered_ms, by = situation.coverage.answered(ELECTRIC, one.premise)
    if situation.meter_says(one.premise) == "off" and situation.meters.off_ms[one.premise] > answered_ms:
        return f"{kind}, and the meter says off"
    return "nobody restored anything" if kind == "restored" and by < 0 else ""


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**32))
def test_in_any_storm_nothing_untrue_nothing_twice_nothing_after_stop_and_replay_is_the_same(seed: int) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(messages_module, "COUNTED_HOURS", 10**6)
        any_storm(seed)


def any_storm(seed: int) -> None:
    world, rng = small_world(), Random(seed)
    told: dict[int, str] = {}
    asks: Counter[str] = Counter()
    stopped: set[int] = set()
    phone_of: dict[int, int] = {}
    for _ in range(70):
        move(world, rng)
        phone = rng.choice(PHONES)
        match rng.choice(["request", "yes", "yes", "stop", "start", "claim", "claim", "claim", "settle"]):
            case "request":
                name = rng.choice([*world.city.premises.id[:20], "nowhere"])
                world.say(facts.MessagesRequested(phone=phone, language="en", premise=name))
            case "yes":
                receipts = [f"{r:014d}" for r in world.situation.reports.row_of if r > 0] or [""]
                world.say(facts.MessagesConfirmed(phone=phone, language="es", receipt=rng.choice(receipts)))
            case "stop":
                world.say(facts.ContactPreference(phone=phone, stopped=rng.random() < 0.5))
            case "settle":
                numbers = rng.sample(range(1, 200), 5)
                world.say(facts.MessagesSettled(claim="a", numbers=numbers, outcomes="SLDU"))
            case "claim":
                world.take_in()
                messages = world.situation.messages
                stopped = set(messages.stopped)
                phone_of |= {n: one.who for n, one in (*messages.sign_ups.items(), *messages.requests.items())}
                for number, kind in Sender(world).claim(extra=rng.sample(range(1, 300), 3)):
                    assert not untrue(world, number, kind), untrue(world, number, kind)
                    assert phone_of[number] not in stopped
                    if kind == "ask":
                        asks[str(phone_of[number])] += 1
                        continue
                    assert told.get(number) != kind
                    assert kind not in ("restored", "cleared") or told.get(number) in ("assumed", "confirmed")
                    told[number] = kind
    world.tick()
    check_counts(world)
    day = 1 + (world.now_ms - START_MS) // 86_400_000
    assert all(count <= ASKS_MAX * (day + 1) for count in asks.values())
    assert world.replayed().digest() == world.situation.digest()
    again = Situation(world.city, world.tree)
    again.restore(world.situation.snapshot())
    assert again.snapshot() == world.situation.snapshot()


def check_counts(world: World) -> None:
    """What was decided on was granted, waits, or ended in one way; what was settled is counted as it was said."""
    said = [entry.fact for entry in world.entries()]
    settled = "".join(f.outcomes[: len(f.numbers)] for f in said if isinstance(f, facts.MessagesSettled))
    decided = sum(len(f.numbers) for f in said if isinstance(f, facts.MessagesDue))
    released = sum(len(f.numbers) for f in said if isinstance(f, facts.MessagesGranted))
    messages = world.situation.messages
    counts = messages.lately()
    assert sum(counts.values()) - len(settled) == decided - released - len(messages.due)
    assert (counts["sent"], counts["unclear"]) == (settled.count("S"), settled.count("U"))
    assert counts["late"] >= settled.count("L")


def test_the_whole_course_of_an_outage_is_three_messages() -> None:
    world = small_world()
    signed_up(world, [0])
    sender = Sender(world)
    name = outage(world, 1)
    assert sender.kinds(1.5) == [], "predictions come and go in the first minute"
    assert sender.kinds(2.5) == ["assumed"]
    assert sender.kinds(3) == []
    world.act(facts.IncidentConfirmed, 5, incident=name)
    assert sender.kinds(5) == ["confirmed"]
    world.act(facts.IncidentRestored, 9, incident=name)
    assert sender.kinds(9) == ["restored"]
    assert sender.kinds(90) == []


def test_what_is_granted_says_how_many_and_since_when() -> None:
    world = small_world()
    signed_up(world, [0])
    outage(world, 1)
    world.tick(3)
    world.say(facts.MessagesClaimed(claim="a", numbers=list(world.situation.messages.due)))
    (fact,) = (fact for fact in world.tick() if isinstance(fact, facts.MessagesGranted))
    (incident,) = world.open()
    assert (fact.customers, fact.since_ms) == ([incident.customers_out], [incident.since_ms])
    assert fact.languages == ["en"]


def test_only_the_newest_that_is_still_true_is_sent() -> None:
    world = small_world()
    signed_up(world, [0])
    sender = Sender(world)
    name = outage(world, 1)
    world.act(facts.IncidentConfirmed, 3, incident=name)
    world.tick(3)
    assert [due.kind for due in world.situation.messages.due.values()] == ["confirmed"]
    world.act(facts.IncidentCancelled, 4, incident=name)
    world.tick(4)
    assert not world.situation.messages.due, "who was told nothing needs not be told that it is over"
    assert sender.kinds(10) == []


def test_who_says_yes_in_the_midst_of_an_outage_is_told_at_once() -> None:
    world = small_world()
    outage(world, 1)
    world.now_ms += 10 * 60_000
    signed_up(world, [0])
    assert [kind for _, kind in Sender(world).claim()] == ["assumed"]


def test_restored_is_not_sent_where_a_meter_has_the_place_out() -> None:
    world = small_world()
    signed_up(world, range(4))
    sender = Sender(world)
    name = outage(world, 1)
    assert sender.kinds(3) == ["assumed"] * 4
    world.act(facts.IncidentRestored, 5, incident=name)
    world.tick(5)
    world.metered([(0, "G", 0)], 5.1)  # too short a loss to be evidence yet, and enough to say nothing
    world.now_ms = START_MS + round(5.2 * 60_000)
    assert [world.situation.messages.sign_ups[number].premise for number, _ in sender.claim()] == [1, 2, 3]


def test_restored_is_not_sent_where_another_incident_has_the_place_out() -> None:
    world = small_world()
    signed_up(world, [0, 47])
    outage(world, 1, [0, 1, 2, 3])
    sender = Sender(world)
    assert sender.kinds(3) == ["assumed"]
    lower = world.open()[0]
    feeder = world.device_name(0, 2)
    world.act(facts.IncidentConfirmed, 3, incident=lower.id)
    for premise in range(12, 24):
        world.report(premise, at=4)
    world.tick(4)
    upper = next(one for one in world.open() if one is not lower)
    world.act(facts.IncidentConfirmed, 5, incident=upper.id, device=feeder)
    assert sender.kinds(5) == ["confirmed"]
    world.act(facts.IncidentRestored, 9, incident=lower.id)
    assert sender.kinds(9) == [], "its feeder is still out"
    world.act(facts.IncidentRestored, 20, incident=upper.id)
    assert sender.kinds(20) == ["restored"]


def test_where_the_meter_has_not_confirmed_it_restored_waits_for_it() -> None:
    world = small_world()
    signed_up(world, range(4))
    world.metered([(premise, "G", 0) for premise in range(4)], 1)
    world.tick(1)
    world.tick(2)
    sender = Sender(world)
    assert sender.kinds(4) == ["assumed"] * 4
    world.act(facts.IncidentRestored, 10, incident=world.open()[0].id)
    assert sender.kinds(10) == []
    world.metered([(premise, "R", 0) for premise in range(3)], 12)
    assert sender.kinds(12) == ["restored"] * 3, "their meters say so"
    assert sender.kinds(19.9) == []
    assert sender.kinds(20) == ["restored"], "one lost word is likelier than one house without service"


def test_who_is_likely_dark_still_is_not_told_that_service_is_back() -> None:
    """Invariant: what people said of a whole feeder is no news for those whose meters are silent together."""
    world = World(radial_city(feeders=1, laterals=3, transformers=4, houses=6))
    everybody = range(72)
    signed_up(world, everybody)
    world.metered([(premise, "N", 0) for premise in everybody], 1)
    world.tick(1)
    world.metered([(premise, "G", 0) for premise in everybody], 2)
    world.tick(2)
    world.tick(3)
    sender = Sender(world)
    assert sender.kinds(5) == ["assumed"] * 72
    world.act(facts.IncidentRestored, 40, incident=world.open()[0].id)
    assert sender.kinds(40) == []
    world.metered([(premise, "R", 0) for premise in range(6, 72)], 42)
    assert sender.kinds(42) == ["restored"] * 66
    told = [kind for minute in range(43, 100) for kind in sender.kinds(minute)]
    assert told == []
    (incident,) = world.open()
    assert incident.customers_out == 6
    world.metered([(premise, "R", 0) for premise in range(6)], 101)
    assert sender.kinds(101) == ["restored"] * 6
    assert world.open() == []


def test_late_is_dropped_with_its_reason_and_what_comes_after_is_sent() -> None:
    world = small_world()
    signed_up(world, [0])
    name = outage(world, 1)
    due_ms = world.decider.next_due_ms()
    assert due_ms is not None
    assert due_ms <= world.now_ms + LATE_MS
    made = world.tick(1 + LATE_MS / 60_000)
    assert [fact.why for fact in made if isinstance(fact, facts.MessagesDropped)] == ["late"]
    sender = Sender(world)
    assert sender.kinds(40) == []
    world.act(facts.IncidentConfirmed, 41, incident=name)
    assert sender.kinds(41) == ["confirmed"]


def test_a_late_restoration_does_not_silence_the_next_one() -> None:
    world = small_world()
    signed_up(world, [0])
    sender = Sender(world)
    name = outage(world, 1)
    assert sender.kinds(3) == ["assumed"]
    world.act(facts.IncidentRestored, 5, incident=name)
    world.tick(5)
    world.tick(45)
    again = outage(world, 50)
    assert sender.kinds(53) == [], "the last that was told is true again"
    world.act(facts.IncidentRestored, 55, incident=again)
    assert sender.kinds(55) == ["restored"]


def test_what_is_under_way_and_no_longer_true_is_called_back() -> None:
    world = small_world()
    signed_up(world, [0])
    sender = Sender(world)
    name = outage(world, 1)
    assert sender.kinds(3) == ["assumed"]
    ((number, _),) = sender.got
    world.act(facts.IncidentRestored, 5, incident=name)
    assert sender.kinds(5) == ["restored"]
    world.report(0, at=6)
    made = world.tick(6)
    assert [fact.numbers for fact in made if isinstance(fact, facts.MessagesDropped)] in ([], [[number]])
    assert any(number in fact.numbers for fact in made if isinstance(fact, facts.MessagesDropped | facts.MessagesDue))


def test_one_message_goes_to_the_first_who_claims_it() -> None:
    world = small_world()
    signed_up(world, [0])
    outage(world, 1)
    world.tick(3)
    numbers = list(world.situation.messages.due)
    for name in ("a", "b"):
        world.say(facts.MessagesClaimed(claim=name, numbers=numbers * 2))
    made = world.tick()
    assert len(granted(made, "a")) == 1
    assert granted(made, "b") == []
    assert [fact.claim for fact in made if isinstance(fact, facts.MessagesGranted)] == ["a", "b"]


def test_nobodys_phone_is_bombed_through_us() -> None:
    world = small_world()
    sender = Sender(world)
    for minute in range(40):
        place = world.city.premises.id[minute % PLACES_MAX]
        world.say(facts.MessagesRequested(phone=PHONES[0], language="en", premise=place))
        sender.kinds(minute)
    assert [kind for _, kind in sender.got] == ["ask"] * ASKS_MAX
    world.say(facts.MessagesRequested(phone=PHONES[1], language="en", premise="P1"), at=100)
    assert sender.kinds(100) == ["ask"], "another phone is asked all the same"


def test_a_request_that_was_held_up_for_long_is_not_asked_about_any_more() -> None:
    world = small_world()
    world.say(facts.MessagesRequested(phone=PHONES[0], language="en", premise="P1"), at=0)
    assert Sender(world).kinds(45) == []
    assert who_is(PHONES[0]) in world.situation.messages.of_phone


def test_a_wave_is_cut_into_facts_of_bounded_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stormops.core.messaging.TOGETHER_MAX", 3)
    world = small_world()
    signed_up(world, range(8))
    outage(world, 1, range(8))
    made = [fact for fact in world.tick(1.1) if isinstance(fact, facts.MessagesDue)]
    due = [fact for entry in world.entries() for fact in [entry.fact] if isinstance(fact, facts.MessagesDue)]
    assert not made
    assert max(len(fact.numbers) for fact in due) <= 3 < TOGETHER_MAX
    assert SETTLE_MS < LATE_MS
    assert len(world.situation.messages.due) == 8


MANY = 113_000


class Crowd:
    """All phones of a large city signed up in a small one that is out; one fact a tick, without a journal."""

    def __init__(self) -> None:
        self.world = small_world()
        self.situation = self.world.situation
        ids = self.world.city.premises.id
        signing: list[AnyFact] = []
        for number in range(MANY):
            phone = f"850{number:07d}"
            signing.append(facts.MessagesRequested(phone=phone, language="en", premise=ids[8 + number % 40]))
            signing.append(facts.MessagesConfirmed(phone=phone, language="en"))
        self.whole_tick(signing)
        for premise in range(8, 48):
            self.world.report(premise)
        self.whole_tick([news.fact for news in self.world.news])

    def whole_tick(self, said: list[AnyFact]) -> list[AnyFact]:
        """A tick as operations do it."""
        return self.world.decider.decide(self._told(said), self._tick())

    def messaging_tick(self, said: list[AnyFact]) -> list[AnyFact]:
        """The same without all that does not concern messages: nothing else changes."""
        entries = self._told(said)
        draft = Draft(self.situation, self._tick())
        self.world.decider._messaging.decide(draft, entries)
        return draft.close()

    def _tick(self) -> Tick:
        return Tick(number=self.situation.tick + 1, at_ms=self.world.now_ms)

    def _told(self, said: list[AnyFact]) -> list[Entry]:
        first = self.situation.position + 1
        entries = [Entry(first + i, self.world.now_ms, "door", first + i, 0, 0, fact) for i, fact in enumerate(said)]
        self.situation.apply(entries)
        return entries


@pytest.mark.parametrize("per_second", [100, 3])
def test_a_wave_is_sent_within_its_time_or_dropped_never_late(
    per_second: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A claim a second, paced as the sender does it; after five minutes a part of the city is restored."""
    monkeypatch.setattr("stormops.core.messages.PHONES_MAX", MANY)
    crowd = Crowd()
    world, due = crowd.world, crowd.situation.messages.due
    pace, sent, told, late, second = Bucket(max(1.0, per_second), per_second, 0.0), Counter[str](), Counter[int](), 0, 0
    begin_ms = world.now_ms
    assert len(due) == MANY
    while due or second < 300:
        second += 1
        world.now_ms = begin_ms + second * 1_000
        if second == 300:
            name = world.open()[0].id
            made = crowd.whole_tick([facts.IncidentRestored(action="r", by=BOSS, reason="seen", incident=name)])
        else:
            ready = list(islice((n for n, one in due.items() if one.after_ms <= world.now_ms < one.until_ms), 200))
            numbers = ready[: pace.take_whole(len(ready), float(second))]
            waited = {number: due[number] for number in numbers}
            made = crowd.messaging_tick([facts.MessagesClaimed(claim="a", numbers=numbers)])
            for number, kind in granted(made, "a"):
                assert waited[number].kind == kind
                assert waited[number].after_ms <= world.now_ms < waited[number].until_ms
                assert not untrue(world, number, kind)
                sent[kind] += 1
                told[number] += 1
        late += sum(len(f.numbers) for f in made if isinstance(f, facts.MessagesDropped) and f.why == "late")
        assert sum(sent.values()) <= per_second * (second + 1)
    assert second <= LATE_MS // 1000 + 300
    assert max(told.values()) <= 2
    assert sent["restored"]
    if per_second == 3:
        assert 3 * (LATE_MS - SETTLE_MS) // 1000 <= sum(sent.values()) < MANY
        assert late
    else:
        assert not late
        nobody = {n for n, one in crowd.situation.messages.sign_ups.items() if not one.told}
        assert nobody.isdisjoint(told)
        assert not any(news("", truth(crowd.situation, crowd.situation.messages.sign_ups[n])) for n in nobody)
