"""`POST /voice/…`: the telephony provider's webhooks of a call, answered in TwiML.

Any intake may answer any webhook of a call; a provider that sends one again gets the same receipt. Each is
answered within `ANSWER_SECONDS`. When the door cannot keep a report now, the caller is asked to hold and the
same webhook comes again, `HOLDS_MAX` times; then the call says that nothing was saved.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stormops.core.report import Channel, Report
from stormops.intake import twiml
from stormops.intake.asking import Told
from stormops.intake.contacts import Contact
from stormops.intake.look_ups import LookUps
from stormops.intake.phrases import LANGUAGES, phrases
from stormops.intake.taking import Taker
from stormops.intake.telephony import ANSWER_SECONDS, SENDER, Accounts, Webhook, read_webhook
from stormops.intake.voice_script import begin, go_on
from stormops.intake.voice_state import (
    Ask,
    Call,
    Connect,
    End,
    Heard,
    Line,
    NotKept,
    Speak,
    Spoken,
    State,
    Step,
    Turn,
    say,
    seal,
    unseal,
)
from stormops.web.http import problem_response
from stormops.web.problem import Problem

HOLDS_MAX = 2
HOLD_SECONDS = 3

KEYS_MAX = 20
"""Keys read of one answer; nothing that is asked for has more."""

MENU_SECONDS = 6
KEYING_SECONDS = 10
"""Silence after which a question of one key, or of several, counts as not answered."""

RECORDING_SECONDS_MAX = 60

VOUCHED = "TN-Validation-Passed-A"
"""STIR/SHAKEN attestation A: the carrier knows its customer, and that the number is theirs."""


class Voice:
    """The routes. `status(receipt)` asks what became of it, `now_ms()` is platform time, `refused(code)` counts."""

    def __init__(
        self,
        line: Line,
        accounts: Accounts,
        intake_url: str,
        *,
        taker: Taker,
        look: LookUps,
        status: Callable[[str], Awaitable[Told]],
        now_ms: Callable[[], int],
        refused: Callable[[str], object],
    ) -> None:
        self._line, self._accounts, self._intake_url = line, accounts, intake_url
        self._taker, self._look, self._status = taker, look, status
        self._now_ms, self._refused = now_ms, refused
        self._fallback = fallback(line.title)

    def routes(self) -> list[Route]:
        """For Starlette."""
        return [
            Route("/voice/answer", self._answer, methods=["POST"]),
            Route("/voice/step", self._step, methods=["POST"]),
            Route("/voice/fallback", self._busy, methods=["GET", "POST"]),
        ]

    async def _busy(self, _: Request) -> Response:
        return Response(self._fallback, media_type=twiml.MEDIA_TYPE)

    async def _answer(self, request: Request) -> Response:
        webhook = await read_webhook(request, self._accounts, self._intake_url)
        if isinstance(webhook, Problem):
            return self._refuse(webhook)
        return await self._turn(webhook, None, holds=0)

    async def _step(self, request: Request) -> Response:
        webhook = await read_webhook(request, self._accounts, self._intake_url)
        if isinstance(webhook, Problem):
            return self._refuse(webhook)
        word, holds = request.query_params.get("s", ""), request.query_params.get("h", "")
        # A state that cannot be read (an account's token was changed during the call) begins the call anew.
        state = self._unsealed(webhook, word)
        return await self._turn(webhook, state, holds=int(holds) if holds in {"1", "2"} else 0)

    def _refuse(self, why: Problem) -> Response:
        self._refused(why.code)
        return problem_response(why)

    @staticmethod
    def _unsealed(webhook: Webhook, word: str) -> State | None:
        tokens = filter(None, (webhook.account.token, webhook.account.previous_token))
        return next(filter(None, (unseal(word, webhook["CallSid"], token) for token in tokens)), None)

    async def _turn(self, webhook: Webhook, state: State | None, holds: int) -> Response:
        call_id, token = webhook["CallSid"], webhook.account.token

        def address(after: State, more: int = 0) -> str:
            return f"/voice/step?s={seal(after, call_id, token)}" + (f"&h={more}" if more else "")

        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                turn = await self._decide(webhook, state)
        except (NotKept, TimeoutError):
            turn_state = state or State(step=Step.LANGUAGE)
            verbs = self._hold(turn_state, _heard(webhook, state), address, holds)
        else:
            verbs = _verbs(turn, address)
        return Response(twiml.document(verbs), media_type=twiml.MEDIA_TYPE)

    def _hold(self, state: State, heard: Heard, address: Callable[[State, int], str], holds: int) -> list[str]:
        """Try the same again in a moment, with what was heard; at last say that nothing is saved."""
        if holds >= HOLDS_MAX:
            return [_say(say(state, "not_saved")), twiml.hang_up()]
        again = address(state.but(held=(heard.digits, heard.recording, heard.dialled)), holds + 1)
        return [_say(say(state, "hold")), twiml.pause(HOLD_SECONDS), twiml.redirect(again)]

    async def _decide(self, webhook: Webhook, state: State | None) -> Turn:
        phone = webhook.phone
        contact = await self._look.contact(phone)

        async def keep(report: Report, step: str) -> str:
            kept = await self._taker.take(report, Channel.PHONE, SENDER, webhook.key(step), once=True)
            if isinstance(kept, Problem):
                self._refused(kept.code)
                raise NotKept
            return kept.receipt

        async def remember(known: Contact) -> bool:
            if known.receipt != contact.receipt:
                known = known._replace(reported_ms=self._now_ms())
            return await self._look.remember(phone, known)

        heard = _heard(webhook, state)
        call = Call(self._line, self._look, keep, self._status, remember, heard, contact)
        return begin(call) if state is None else await go_on(call, state.but(held=None))


def _heard(webhook: Webhook, state: State | None) -> Heard:
    vouched = webhook["StirVerstat"] == VOUCHED
    if state is not None and state.held is not None:  # the caller is holding: what was heard before counts
        return Heard(webhook.phone, *state.held, vouched=vouched)
    keys = "".join(c for c in webhook["Digits"][:KEYS_MAX] if c in "0123456789*#").rstrip("#")
    recording = webhook["RecordingUrl"].strip()
    good = recording.isprintable() and urlsplit(_ascii(recording)).scheme in {"https", "http"}
    return Heard(
        phone=webhook.phone,
        digits=keys,
        recording=recording if good else "",
        dialled=webhook["DialCallStatus"],
        vouched=vouched,
    )


def _ascii(text: str) -> str:
    """The text without what would make an address unreadable (`urlsplit` refuses some brackets)."""
    return "".join(c for c in text if c.isascii() and c not in "[]")


def _say(spoken: Spoken) -> str:
    return twiml.say(spoken.text, phrases(spoken.language).say)


def _verbs(turn: Turn, address: Callable[[State], str]) -> list[str]:
    said = [_say(one) for one in turn.said]
    match turn:
        case Ask(state=state, digits=digits):
            return [twiml.gather(address(state), said, digits, MENU_SECONDS if digits else KEYING_SECONDS)]
        case Speak(state=state):
            return [*said, twiml.record(address(state), RECORDING_SECONDS_MAX)]
        case Connect(state=state, number=number):
            return [*said, twiml.dial(number, address(state))]
        case End():
            return [*said, twiml.hang_up()]


def fallback(title: str) -> bytes:
    """What a provider says when no intake answers it: a fixed document, for the provider's fallback address."""
    return twiml.document(
        [
            *(_say(Spoken(phrases(one).voice["fallback"].format(title=title), one)) for one in LANGUAGES),
            twiml.hang_up(),
        ]
    )
