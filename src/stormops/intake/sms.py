"""`POST /sms`: text messages. Each is a report, a question or a wish; every report gets a receipt.

An opt-out is kept at once, in the contacts' file and as a fact in the door; from then on its phone is sent
nothing until it writes START. What it reports is taken all the same, and dangers reach the desk as ever.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stormops.core.entry import ContactPreference, MessagesConfirmed
from stormops.core.report import SYMPTOMS, Channel, Report, Symptom, Utility
from stormops.intake import twiml
from stormops.intake.asking import Told
from stormops.intake.contacts import Contact
from stormops.intake.look_ups import LookUps, Place, address_of
from stormops.intake.look_ups import service_point as point_of
from stormops.intake.mobile import mobile
from stormops.intake.phrases import LANGUAGES, phrases, status_sentence
from stormops.intake.segments import fitted
from stormops.intake.sms_words import Kind, like_address, plain, understand
from stormops.intake.taking import Taker, not_kept
from stormops.intake.telephony import ANSWER_SECONDS, SENDER, Accounts, Webhook, read_webhook
from stormops.journal.port import Door, DoorBusy, JournalUnavailable
from stormops.journal.receipt import normalise
from stormops.web.http import problem_response
from stormops.web.problem import Problem

TITLE_CHARACTERS_MAX = 30
ADDRESS_CHARACTERS_MAX = 45
"""Longer ones are cut in replies, so that a reply keeps within its segments."""

CHOICES_MAX = 4
CHOICE_CHARACTERS_MAX = 24

PLACE_CHARACTERS_LEAST = 3
"""Fewer letters and digits do not say where something is."""

ASKED_MS = 30 * 60_000
"""An answer to our question is awaited for so long; later it is a message like any other."""

LINE_CHARACTERS_MAX = 200
NOTE_CHARACTERS_MAX = 1600


class NotSaved(Exception):
    """The door did not keep it now."""


class Desk(NamedTuple):
    """What the routes need. `status(receipt)` asks what became of it; `refused(code)` counts.

    `messages`: whether who says yes is sent messages about an outage.
    """

    title: str
    phone: str
    language: str
    door: Door
    taker: Taker
    look: LookUps
    status: Callable[[str], Awaitable[Told]]
    now_ms: Callable[[], int]
    refused: Callable[[str], object]
    messages: bool = False


class Sms:
    """The route."""

    def __init__(self, desk: Desk, accounts: Accounts, intake_url: str) -> None:
        self._desk, self._accounts, self._intake_url = desk, accounts, intake_url

    def routes(self) -> list[Route]:
        """For Starlette."""
        return [Route("/sms", self._message, methods=["POST"])]

    async def _message(self, request: Request) -> Response:
        webhook = await read_webhook(request, self._accounts, self._intake_url)
        if isinstance(webhook, Problem):
            self._desk.refused(webhook.code)
            return problem_response(webhook)
        chat = Chat(self._desk, webhook)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                reply = await chat.answer()
        except (NotSaved, TimeoutError):
            if chat.meaning.kind in (Kind.STOP, Kind.START, Kind.YES):
                self._desk.refused("busy")
                return Response(status_code=503, headers={"Retry-After": "5"})  # the provider sends it again
            reply = chat.say("not_saved")
        verbs = [twiml.message(fitted(reply))] if reply and not chat.contact.stopped else []
        return Response(twiml.document(verbs), media_type=twiml.MEDIA_TYPE)


class Chat:
    """One message and its answer. `contact` is what is known of the phone, kept up to date."""

    def __init__(self, desk: Desk, webhook: Webhook) -> None:
        self._desk, self._webhook = desk, webhook
        self._phone = webhook.phone
        self.meaning = understand(webhook["Body"])
        self.contact = Contact()

    async def answer(self) -> str:
        """The reply, empty for none. Raises NotSaved."""
        self.contact = await self._desk.look.contact(self._phone)
        if self._desk.now_ms() - self.contact.asked_ms > ASKED_MS:
            self.contact = self.contact._replace(asked="", asked_ms=0)
        if self.meaning.language and self.meaning.language != self.contact.language:
            self.contact = self.contact._replace(language=self.meaning.language)
        return await _ANSWERS[self.meaning.kind](self)

    def say(self, name: str, **values: str) -> str:
        """A text of the table, in this phone's language."""
        desk = self._desk
        text = phrases(self._language).sms[name]
        return text.format(title=desk.title[:TITLE_CHARACTERS_MAX], phone=desk.phone, **values)

    @property
    def _language(self) -> str:
        known = self.contact.language or self._desk.language
        return known if known in LANGUAGES else LANGUAGES[0]

    # --- consent ------------------------------------------------------------------------------------------

    async def stop(self) -> str:
        """No more messages: one last one says so, and none if it was said before. Raises NotSaved."""
        before = self.contact.stopped
        reply = "" if before else self.say("stopped")
        self.contact = self.contact._replace(asked="", asked_ms=0)
        await self._prefer(stopped=True)
        self.contact = self.contact._replace(stopped=before)  # of this answer; what is kept says stopped
        return reply

    async def start(self) -> str:
        """Messages again."""
        await self._prefer(stopped=False)
        return self.say("started")

    async def _prefer(self, *, stopped: bool) -> None:
        self.contact = self.contact._replace(stopped=stopped)
        if not self._phone:
            return
        remembered = await self._remember(durable=True)
        word = self._webhook["Body"].strip()[:20]
        preference = ContactPreference(phone=self._phone, stopped=stopped, word=word, language=self._language)
        await self._keep_fact(preference, "preference")
        if not remembered:
            raise NotSaved

    async def yes(self) -> str:
        """Yes to messages: to what was asked for this phone, else about its last report; not told which, nor if any."""
        phone = mobile(self._phone)
        await self._remember()
        if not self._desk.messages or not phone:
            return self.say("yes_none")
        if not self.contact.stopped:
            yes = MessagesConfirmed(phone=phone, language=self._language, receipt=self.contact.receipt)
            await self._keep_fact(yes, "yes")
        return self.say("yes")

    async def _keep_fact(self, fact: ContactPreference | MessagesConfirmed, step: str) -> None:
        try:
            await self._desk.door.keep(lambda _: fact, sender=SENDER, key=self._webhook.key(step))
        except (DoorBusy, JournalUnavailable) as error:
            self._desk.refused(not_kept(error).code)
            raise NotSaved from error

    # --- reports ------------------------------------------------------------------------------------------

    async def report(self) -> str:
        """An outage or a danger, with the address in it, at the phone's own premise, or asked for."""
        meaning = self.meaning
        symptom = meaning.symptom or Symptom.LIGHTS_OUT
        danger = Report(symptom=symptom, medical=meaning.medical).safety
        if like_address(plain(meaning.rest)):
            return await self._at_address(symptom, meaning.rest, danger=danger)
        own = await self._desk.look.own(self._phone)
        if len(own) == 1:
            return await self._at_place(symptom, own[0], danger=danger)
        if danger:
            # Saved before anything is asked; the address that follows is a report of its own, at once safety too.
            receipt = await self._keep(self._said(symptom, phone=self._phone if own else None))
            await self._ask(symptom, receipt=receipt)
            return f"{self._danger(symptom, receipt)} {self.say('where')}"
        if 1 < len(own) <= CHOICES_MAX:
            await self._ask(symptom, [place.id for place in own])
            return self.say("which") + _choices(own)
        await self._ask(symptom)
        return self.say("ask_address")

    async def address(self) -> str:
        """An address: the answer to our question, or a report by itself."""
        asked, _, _ = self.contact.asked.partition(" ")
        symptom = Symptom(asked) if asked in set(Symptom) else Symptom.LIGHTS_OUT
        danger = Report(symptom=symptom, medical=self.meaning.medical).safety
        return await self._at_address(symptom, self.meaning.rest, danger=danger)

    async def number(self) -> str:
        """A number alone: a choice that we offered, or a receipt."""
        asked, *ids = self.contact.asked.split(" ")
        text = self.meaning.rest
        if len(text) == 1 and 0 < int(text) <= len(ids):
            place = await self._desk.look.premise(ids[int(text) - 1])
            if place is not None:
                symptom = Symptom(asked) if asked in set(Symptom) else Symptom.LIGHTS_OUT
                return await self._at_place(symptom, place, danger=False)
        receipt = normalise(text)
        if receipt is not None:
            return await self._told(receipt)
        return await self.unclear()

    async def still(self) -> str:
        """A repeat: at the place of the last report."""
        last = self.contact
        if last.premise:
            place = await self._desk.look.premise(last.premise)
            if place is not None:
                return await self._at_place(Symptom.LIGHTS_OUT, place, danger=self.meaning.medical)
        if last.address:
            return await self._at_address(Symptom.LIGHTS_OUT, last.address, danger=self.meaning.medical)
        return await self.report()

    async def unclear(self) -> str:
        """Nothing that is known; the answer to our question all the same, if we asked one."""
        if self.contact.asked and len(plain(self.meaning.rest)) >= PLACE_CHARACTERS_LEAST:
            return await self.address()
        await self._remember()
        return self.say("unclear")

    async def help(self) -> str:
        """What can be written."""
        return self.say("help")

    # --- status -------------------------------------------------------------------------------------------

    async def status(self) -> str:
        """What became of the receipt in the message, or of the phone's last one."""
        digits = "".join(c for c in self.meaning.rest if c.isascii() and c.isdigit())
        receipt = normalise(digits) or (self.contact.receipt if not digits else "")
        return await self._told(receipt) if receipt else self.say("no_receipt")

    async def _told(self, receipt: str) -> str:
        told = await self._desk.status(receipt)
        await self._remember()
        return self.say("status", state=status_sentence(self._language, told.state, told.others))

    # --- keeping ------------------------------------------------------------------------------------------

    async def _at_place(self, symptom: Symptom, place: Place, *, danger: bool) -> str:
        address = address_of(place)
        point = point_of(place, symptom)
        receipt = await self._keep(self._said(symptom, service_point=point, address=address[:LINE_CHARACTERS_MAX]))
        await self._known(receipt, premise=place.id)
        if danger:
            return self._danger(symptom, receipt)
        saved = self.say("saved_at", receipt=receipt, address=address[:ADDRESS_CHARACTERS_MAX])
        return saved + self._offer(symptom)

    async def _at_address(self, symptom: Symptom, text: str, *, danger: bool) -> str:
        address = " ".join(text.split())[:LINE_CHARACTERS_MAX]
        # The phone as well, when it is known: matching trusts the address more, and falls back on the phone.
        phone = self._phone if await self._desk.look.own(self._phone) else None
        receipt = await self._keep(self._said(symptom, address=address, phone=phone))
        await self._known(receipt, address=address)
        if danger:
            return self._danger(symptom, receipt)
        return self.say("saved", receipt=receipt) + self._offer(symptom)

    def _offer(self, symptom: Symptom) -> str:
        """That a yes brings messages about this outage, where it does."""
        fits = self._desk.messages and SYMPTOMS[symptom].utility is Utility.ELECTRIC and mobile(self._phone)
        return f" {self.say('offer')}" if fits else ""

    def _said(
        self,
        symptom: Symptom,
        *,
        service_point: str | None = None,
        address: str | None = None,
        phone: str | None = None,
    ) -> Report:
        asked, _, first = self.contact.asked.partition(" ")
        belongs = f"; belongs to report {first}" if asked and normalise(first) else ""
        repeat = f"; first report {self.contact.receipt}" if self._is_repeat else ""
        return Report(
            symptom=symptom,
            medical=self.meaning.medical,
            note=f"{self._webhook['Body'].strip()[:NOTE_CHARACTERS_MAX]}{belongs}{repeat}" or None,
            callback=self._phone or None,
            service_point=service_point,
            address=address,
            phone=phone,
        )

    @property
    def _is_repeat(self) -> bool:
        return self.meaning.kind is Kind.STILL and bool(self.contact.receipt)

    async def _keep(self, report: Report) -> str:
        kept = await self._desk.taker.take(report, Channel.TEXT, SENDER, self._webhook.key("report"), once=True)
        if isinstance(kept, Problem):
            self._desk.refused(kept.code)
            raise NotSaved
        return kept.receipt

    def _danger(self, symptom: Symptom, receipt: str) -> str:
        known = phrases(self._language).sms
        return self.say(symptom.value if symptom.value in known else "medical", receipt=receipt)

    async def _known(self, receipt: str, premise: str = "", address: str = "") -> None:
        self.contact = self.contact._replace(
            receipt=receipt, premise=premise, address=address, reported_ms=self._desk.now_ms(), asked="", asked_ms=0
        )
        await self._remember()

    async def _ask(self, symptom: Symptom, choices: Sequence[str] = (), receipt: str = "") -> None:
        asked = " ".join([symptom.value, *choices, *([receipt] if receipt else [])])
        self.contact = self.contact._replace(asked=asked, asked_ms=self._desk.now_ms())
        if receipt:
            self.contact = self.contact._replace(
                receipt=receipt, premise="", address="", reported_ms=self._desk.now_ms()
            )
        await self._remember()

    async def _remember(self, *, durable: bool = False) -> bool:
        return await self._desk.look.remember(self._phone, self.contact, durable=durable)


def _choices(places: Sequence[Place]) -> str:
    return "".join(f"\n{n} {address_of(place)[:CHOICE_CHARACTERS_MAX]}" for n, place in enumerate(places, 1))


_ANSWERS: dict[Kind, Callable[[Chat], Awaitable[str]]] = {
    Kind.STOP: Chat.stop,
    Kind.START: Chat.start,
    Kind.HELP: Chat.help,
    Kind.YES: Chat.yes,
    Kind.STATUS: Chat.status,
    Kind.STILL: Chat.still,
    Kind.REPORT: Chat.report,
    Kind.ADDRESS: Chat.address,
    Kind.NUMBER: Chat.number,
    Kind.UNCLEAR: Chat.unclear,
}
