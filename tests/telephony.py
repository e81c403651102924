"""A telephony provider that is not there: places whole calls and sends text messages, as the real ones do.

It knows of the product only addresses and the token: it signs each webhook, follows the TwiML that comes back,
presses keys, is silent, speaks into recordings, connects, and measures how long each answer took.
"""

from __future__ import annotations

import base64
import hmac
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha1
from urllib.parse import urljoin

import httpx2

LIMIT_SECONDS = 15.0
"""What the real ones wait for an answer."""

VERBS = {"Say", "Gather", "Record", "Dial", "Redirect", "Pause", "Hangup"}


def sign(token: str, url: str, fields: Mapping[str, str]) -> str:
    """The provider's signature, written from its description and not from the product."""
    text = url + "".join(f"{name}{fields[name]}" for name in sorted(fields))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), sha1).digest()).decode()


@dataclass
class Transcript:
    """What happened in a call: `heard` (language, sentence), `dialled` numbers, `seconds` of each answer."""

    heard: list[tuple[str, str]] = field(default_factory=list)
    dialled: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    webhooks: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    recorded: int = 0
    ended: bool = False
    unpressed: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All that was said."""
        return " ".join(sentence for _, sentence in self.heard)


@dataclass
class Provider:
    """One account. `url` is the product's intake as the provider calls it, `client` reaches it."""

    client: httpx2.AsyncClient
    url: str
    token: str
    calls: int = 0

    async def post(self, url: str, fields: Mapping[str, str], token: str | None = None) -> httpx2.Response:
        """One signed webhook."""
        signature = sign(self.token if token is None else token, url, fields)
        return await self.client.post(url, data=dict(fields), headers={"X-Twilio-Signature": signature})

    async def text(self, phone: str, body: str, sid: str = "") -> str | None:
        """One text message; the reply, None when there is none."""
        self.calls += 1
        fields = {"MessageSid": sid or f"SM{self.calls:032x}", "From": phone, "To": "+18505550100", "Body": body}
        response = await self.post(f"{self.url}/sms", fields)
        assert response.status_code == 200, response.text
        root = ET.fromstring(response.content)  # noqa: S314 - our own product's answer
        messages = [message.text or "" for message in root]
        assert [message.tag for message in root] in ([], ["Message"])
        return messages[0] if messages else None

    async def call(
        self,
        phone: str,
        keys: Iterable[str],
        *,
        vouched: bool = False,
        recording: str = "https://recordings.test/RE1",
        dial: str = "completed",
        twice: bool = False,
        sid: str = "",
    ) -> Transcript:
        """Place a call and press these keys, one entry a question ("" = silence), until it ends.

        `recording`: where what is said is found, "" = nothing is said. `dial`: how connections end. `twice`: every
        webhook is sent two times, as after a lost answer.
        """
        self.calls += 1
        common = {
            "CallSid": sid or f"CA{self.calls:032x}",
            "From": phone,
            "To": "+18505550100",
            "CallStatus": "ringing",
        }
        if vouched:
            common["StirVerstat"] = "TN-Validation-Passed-A"
        call = _Call(self, Transcript(unpressed=list(keys)), common, recording, dial, twice)
        await call.run()
        return call.transcript


@dataclass
class _Call:
    provider: Provider
    transcript: Transcript
    common: dict[str, str]
    recording: str
    dial: str
    twice: bool

    async def run(self) -> None:
        url, fields = f"{self.provider.url}/voice/answer", dict(self.common)
        for _ in range(60):  # a call that does not end is a bug of the product
            following = await self._follow(url, await self._fetch(url, fields))
            if following is None:
                self.transcript.ended = True
                return
            url, fields = following
        raise AssertionError(f"the call went round: {self.transcript.text[-500:]}")

    async def _fetch(self, url: str, fields: dict[str, str]) -> ET.Element:
        for _ in range(2 if self.twice else 1):
            began = time.perf_counter()
            response = await self.provider.post(url, fields)
            self.transcript.seconds.append(time.perf_counter() - began)
            assert response.status_code == 200, response.text
            assert response.headers["content-type"].startswith("text/xml")
        self.transcript.webhooks.append((url, fields))
        root = ET.fromstring(response.content)  # noqa: S314 - our own product's answer
        assert root.tag == "Response"
        return root

    async def _follow(self, url: str, root: ET.Element) -> tuple[str, dict[str, str]] | None:
        for verb in root:
            assert verb.tag in VERBS, verb.tag
            if verb.tag == "Say":
                self._hear(verb)
            elif verb.tag in {"Gather", "Record", "Dial"}:
                gone = {"Gather": self._gather, "Record": self._record, "Dial": self._dial}[verb.tag](verb)
                if gone is not None:
                    return urljoin(url, verb.attrib["action"]), self.common | gone
            elif verb.tag == "Redirect":
                return urljoin(url, verb.text or ""), dict(self.common)
            elif verb.tag == "Hangup":
                return None
        return None

    def _hear(self, verb: ET.Element) -> None:
        assert verb.text
        self.transcript.heard.append((verb.attrib["language"], verb.text))

    def _gather(self, verb: ET.Element) -> dict[str, str] | None:
        for said in verb:
            assert said.tag == "Say"
            self._hear(said)
        pressed = self.transcript.unpressed.pop(0) if self.transcript.unpressed else ""
        if not pressed:
            return None  # silence: on to the next verb
        digits = pressed[: int(verb.attrib["numDigits"])] if "numDigits" in verb.attrib else pressed.partition("#")[0]
        return {"Digits": digits}

    def _record(self, _: ET.Element) -> dict[str, str] | None:
        self.transcript.recorded += 1
        if not self.recording:
            return None
        return {"RecordingUrl": self.recording, "RecordingDuration": "7", "Digits": "hangup"}

    def _dial(self, verb: ET.Element) -> dict[str, str]:
        self.transcript.dialled.append(verb.text or "")
        return {"DialCallStatus": self.dial}
