"""Deciding by telemetry: a device known open is what those below are out of, one known closed is no cause.

People win: who says that service is back below a device is believed against an older word of telemetry, and an
incident that people hold is theirs to end.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from stormops.core.actions import end
from stormops.core.draft import Draft
from stormops.core.entry import DeviceStatesReceived, Entry, IncidentChanged, IncidentStepped, SwitchChanged
from stormops.core.incident import ELECTRIC, TELEMETRY, Incident, Step
from stormops.core.network import Ints
from stormops.core.sentence import say
from stormops.core.summary import DeviceState, SwitchState

if TYPE_CHECKING:
    from stormops.core.decide import Decider


class Telemetered:
    """The part of a decider that knows what telemetry says of devices."""

    def __init__(self, decider: Decider) -> None:
        self._decider = decider
        self._told: dict[int, tuple[bool | None, int]] = {}
        """What the explaining was told of each device: open since then, closed, nothing that holds."""
        for device in sorted(decider.situation.telemetry):
            self._tell(device)

    def decide(self, draft: Draft, news: Iterable[Entry]) -> None:
        """After people's decisions of this tick. O(what was said and the devices that are open)."""
        device_of = draft.situation.device_of
        closed: dict[int, DeviceStatesReceived] = {}
        said: set[int] = set()
        for entry in news:
            if isinstance(entry.fact, DeviceStatesReceived):
                known = {device_of[name] for name in entry.fact.devices if name in device_of}
                said |= known
                closed |= dict.fromkeys(known, entry.fact)
        for device in sorted(said & draft.situation.telemetry.keys()):
            self._restored(draft, device, closed[device])
        for device in sorted(said | {device for device, (opened, _) in self._told.items() if opened}):
            self._switch(draft, device)
            self._tell(device)
        self._decider.tell_closed(said & draft.situation.closed_ms.keys())
        if draft.touched.switches:  # People's later word may have taken any of them back.
            for device in sorted(self._told):
                self._tell(device)

    def _restored(self, draft: Draft, device: int, fact: DeviceStatesReceived) -> None:
        """What telemetry knew open it saw close: those below have service again since then."""
        situation = draft.situation
        state, recorded = situation.telemetry[device], situation.switches.get(device)
        if state.opened or not state.opened_ms:
            return
        for key in situation.coverage.holders(device):
            incident = situation.incidents[key]
            if incident.held and not (recorded is not None and recorded.opened_by_hand):
                self._ask(draft, incident, device)
            if incident.held or incident.devices != (device,):
                continue
            step = IncidentStepped(
                incident=incident.id, step=Step.RESTORE.value, action=fact.receipt, by=TELEMETRY, at_ms=state.at_ms
            )
            end(self._decider, draft, incident, step)

    @staticmethod
    def _ask(draft: Draft, incident: Incident, device: int) -> None:
        """People hold the incident: whether service is back is for them to say, and they are asked.

        Not where they opened the device by switching: then closing it ends the incident, or is older news.
        """
        asked = say("telemetry_closed", device=draft.situation.device_ids[device])
        if asked not in incident.reasons:
            draft.add(IncidentChanged(incident=incident.id, reasons=[*incident.reasons, asked]))

    def _switch(self, draft: Draft, device: int) -> None:
        """The tree is as telemetry knows it, where people have said nothing since."""
        situation = self._decider.situation
        word, recorded = self._word(device), situation.switches.get(device)
        opened = word
        if word is None and recorded is not None and recorded.source == TELEMETRY:
            opened = False
        if opened is None or opened == situation.switchgear.is_open(situation.switches, device):
            return
        at_ms, name = situation.telemetry[device].at_ms, situation.device_ids[device]
        change = SwitchChanged(device=name, open=opened, at_ms=at_ms, by=TELEMETRY, source=TELEMETRY)
        self._decider.switching.change(draft, change)

    def _tell(self, device: int) -> None:
        word = self._word(device)
        told = word, self._since_ms(device) if word else 0
        if told != self._told.get(device):
            self._told[device] = told
            self._decider.network.grouper.switched(device, opened=word, at_ms=told[1])

    def _since_ms(self, device: int) -> int:
        """Since when a device is as telemetry says: by the tree's record, since the same is said again and again."""
        situation = self._decider.situation
        recorded, state = situation.switches.get(device), situation.telemetry[device]
        return recorded.since_ms if recorded is not None and recorded.opened else state.at_ms

    def _word(self, device: int) -> bool | None:
        situation = self._decider.situation
        state, recorded = situation.telemetry.get(device), situation.switches.get(device)
        if state is not None and recorded is not None and recorded.since_ms >= state.at_ms:
            taken_back = state.opened and not recorded.opened  # people said that service is back, against this word
            if recorded.source != TELEMETRY or taken_back:
                return None
        if state is None or not state.opened:
            return None if state is None or not state.known else False
        answered = situation.coverage.answered_column(ELECTRIC)
        below = self._behind(device, state)
        over = answered is not None and len(below) and int(answered[below].min()) >= state.at_ms
        return None if over else True

    def _behind(self, device: int, state: DeviceState) -> Ints:
        """Premises that are below a device when it is open: a plain switch is not on the tree before."""
        situation = self._decider.situation
        if situation.switchgear.is_open(situation.switches, device):
            return situation.tree.below(device)
        opened = SwitchState(True, state.at_ms, TELEMETRY, "", "", TELEMETRY)
        return situation.switchgear.trace({**situation.switches, device: opened}).below(device)
