"""The people and machines of a storm, as locust users.

Each has a loopback address of its own (127.x.y.z), as people have addresses of their own, so that
limits per source are met as in life and none is switched off.

Never imports `stormops`: what is known here is what a client knows.
"""

from __future__ import annotations

import itertools
import json
import random
import re
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit
from xml.etree import ElementTree as ET

import gevent
import gevent.socket
import websocket
from geventhttpclient.client import HTTPClient, HTTPClientPool
from locust import FastHttpUser, constant_pacing, task

from loadtests.report import Seen
from loadtests.storm_shape import EVENTS_PER_BODY, PACING_S
from tests.telephony import sign

TRIES_MAX = 6
CALL_STEPS_MAX = 8
SYMPTOMS = ("lights_out",) * 16 + ("partial", "flickering", "tree", "wire_down")
ASSET = re.compile(r'(?:src|href)="(/[^"]+\.(?:js|css|svg|png|woff2))"')
LAYERS = ("/api/v1/config", "/api/v1/map/areas.geojson", "/api/v1/map/streets.geojson")


@dataclass
class Scene:
    """Where the platform is, what it knows, and what the users saw of it.

    `addresses` of real houses, `meters` as they write their numbers; `token` of a partner that may send meter events,
    `telephony` the account's token; empty when there is none.
    """

    intake_url: str = ""
    feed_url: str = ""
    addresses: list[str] = field(default_factory=list)
    meters: list[str] = field(default_factory=list)
    token: str = ""
    telephony: str = ""
    seen: Seen = field(default_factory=Seen)
    started: float = 0.0


SCENE = Scene()
_NUMBERS = itertools.count(1)


def loopback(number: int) -> str:
    """The address of user `number`: 127.1.0.0 and up."""
    return f"127.{1 + number // 65_536 % 250}.{number // 256 % 256}.{number % 256}"


def measured(name: str, started: float, why: str = "") -> None:
    """One answer of a route, good or with the reason why it is not."""
    now = time.perf_counter()
    SCENE.seen.routes[name].add(started - SCENE.started, now - started, why)


class FromAddress(HTTPClientPool):
    """Connections from one source address."""

    def __init__(self, address: str, **options: Any) -> None:
        super().__init__(**options)
        self._address = address

    def get_client(self, url: Any) -> HTTPClient:
        """The client of a server, its sockets bound before they connect."""
        client = super().get_client(url)
        pool = client._connection_pool  # noqa: SLF001  # the library has no setting for the source address

        def bound(family: int, kind: int, protocol: int) -> gevent.socket.socket:
            made = gevent.socket.socket(family, kind, protocol)
            made.bind((self._address, 0))
            return made

        vars(pool)["_create_tcp_socket"] = bound
        return client


class Person(FastHttpUser):
    """One source. Its requests are tried again as a good client does: after `Retry-After`, with some jitter."""

    abstract = True
    host = "http://127.0.0.1"  # every request names its own
    kind = ""
    network_timeout = connection_timeout = 20.0

    def __init__(self, environment: Any) -> None:
        self.address = loopback(next(_NUMBERS))
        self.client_pool = FromAddress(self.address, network_timeout=20.0, connection_timeout=20.0)
        super().__init__(environment)
        self.chance = random.Random(self.address)

    def ask(self, route: str, method: str, url: str, good: Callable[[int], bool], **options: Any) -> Any:
        """The answer, tried again while it is refused; the whole wait is one measurement. None when it never came."""
        started, why = time.perf_counter(), ""
        for attempt in range(TRIES_MAX):
            with self.client.request(
                method, url, name=route, catch_response=True, allow_redirects=False, **options
            ) as response:
                why = "" if good(response.status_code) else f"{response.status_code} {str(response.error or '')[:80]}"
                shed = response.status_code in (429, 503)
                (response.failure(why) if why and not shed else response.success())
            if not shed:
                break
            SCENE.seen.shed += 1
            after = float(response.headers.get("Retry-After") or 1)
            gevent.sleep(min(10.0, after) * self.chance.uniform(0.75, 1.25) * (1 + attempt / 2))
        measured(route, started, why)
        return None if why else response


class Reporter(Person):
    """Somebody whose lights are out: half by the form, half by an app; one in twenty presses twice."""

    kind = "reporter"
    wait_time = constant_pacing(PACING_S["reporter"])

    @task
    def report(self) -> None:
        """One report."""
        body = {
            "symptom": self.chance.choice(SYMPTOMS),
            "address": self.chance.choice(SCENE.addresses),
            "note": "It went dark after a loud bang down the street.",
        }
        (self._form if self.chance.random() < 0.5 else self._api)(body)

    def _api(self, body: dict[str, Any]) -> None:
        key = uuid.uuid4().hex
        first = self._post(body, key)
        if first and self.chance.random() < 0.05:
            again = self._post(body, key)
            SCENE.seen.doubled += again is not None and again != first

    def _post(self, body: dict[str, Any], key: str) -> str | None:
        url, headers = f"{SCENE.intake_url}/api/v1/reports", {"Idempotency-Key": key}
        answer = self.ask("report, API", "POST", url, lambda code: code == 202, json=body, headers=headers)
        if answer is None:
            return None
        receipt = str(json.loads(answer.text)["receipt"])
        SCENE.seen.receipts.add(receipt)
        return receipt

    def _form(self, body: dict[str, Any]) -> None:
        fields = {**body, "key": uuid.uuid4().hex}
        answer = self.ask("report, form", "POST", f"{SCENE.intake_url}/report", lambda code: code == 303, data=fields)
        if answer is not None:
            SCENE.seen.receipts.add(str(answer.headers["Location"]).rpartition("/")[2])


class StatusReader(Person):
    """Somebody who asks what became of a report: their own, and now and then a mistyped one."""

    kind = "status_reader"
    wait_time = constant_pacing(PACING_S["status_reader"])

    @task
    def read(self) -> None:
        """The page or the API's answer of one receipt."""
        if not SCENE.seen.receipts:
            return
        receipt = self.chance.choice(tuple(SCENE.seen.receipts))
        path = f"/r/{receipt}" if self.chance.random() < 0.7 else f"/api/v1/reports/{receipt}"
        self.ask("status of a receipt", "GET", SCENE.feed_url + path, lambda code: code == 200)


class MapViewer(Person):
    """Somebody who opens the public map: the page, its files and layers (304 when they have them), the live socket."""

    kind = "map_viewer"
    wait_time = constant_pacing(PACING_S["map_viewer"])

    def on_start(self) -> None:
        """Nothing is in the browser's cache yet."""
        self.tags: dict[str, str] = {}
        self.listening: gevent.Greenlet | None = None

    def on_stop(self) -> None:
        """The page is closed."""
        if self.listening is not None:
            self.listening.kill()

    @task
    def look(self) -> None:
        """One page load; the socket of the load before is closed by it."""
        page = self.ask("map, page", "GET", f"{SCENE.feed_url}/", lambda code: code == 200)
        if page is None:
            return
        for path in dict.fromkeys([*ASSET.findall(page.text), *LAYERS]):
            self._file("map, file", path)
        self._file("map, snapshot", "/api/v1/public/snapshot")
        if self.listening is not None:
            self.listening.kill()
        self.listening = gevent.spawn(self._listen)

    def _file(self, route: str, path: str) -> None:
        headers = {"Accept-Encoding": "gzip"}
        if path in self.tags:
            headers["If-None-Match"] = self.tags[path]
        url = urljoin(SCENE.feed_url + "/", path)
        answer = self.ask(route, "GET", url, lambda code: code in (200, 304), headers=headers)
        if answer is not None and answer.headers.get("ETag"):
            self.tags[path] = answer.headers["ETag"]

    def _listen(self) -> None:
        """The live socket: how long until its first picture, then whatever comes until the page is left."""
        started, target = time.perf_counter(), urlsplit(SCENE.feed_url)
        live, plain, why = None, None, ""
        try:
            plain = gevent.socket.create_connection((target.hostname, target.port), 20, (self.address, 0))
            live = websocket.create_connection(
                f"ws://{target.netloc}/api/v1/feed?audience=public", socket=plain, timeout=20, origin=SCENE.feed_url
            )
            live.send(json.dumps({"type": "hello", "resume": None}))
            kind = json.loads(live.recv())["type"]
            why = "" if kind == "snapshot" else f"first came {kind}"
        except (OSError, websocket.WebSocketException, ValueError, KeyError) as error:
            why = type(error).__name__
        measured("map, live", started, why)
        try:
            while live is not None and not why:
                live.recv()
        except (OSError, websocket.WebSocketException):
            return
        finally:
            if plain is not None:
                plain.close()


class VoiceCaller(Person):
    """Somebody on the phone, as the provider's webhooks bring them: keys are pressed until the call is over."""

    kind = "caller"
    wait_time = constant_pacing(PACING_S["caller"])

    @task
    def call(self) -> None:
        """One call: the first webhook, then one for each question, with a key pressed at each."""
        number = f"+1850555{self.chance.randrange(10_000):04d}"
        fields = {"CallSid": f"CA{uuid.uuid4().hex}", "From": number, "To": "+18505550100", "CallStatus": "ringing"}
        path, pressed = "/voice/answer", dict[str, str]()
        for _ in range(CALL_STEPS_MAX):
            sent = fields | pressed
            url = urljoin(SCENE.intake_url, path)
            headers = {"X-Twilio-Signature": sign(SCENE.telephony, url, sent)}
            answer = self.ask("call, step", "POST", url, lambda code: code == 200, data=sent, headers=headers)
            following = None if answer is None else _next_step(answer.text)
            if following is None:
                return
            path, asks = following
            pressed = {"Digits": self.chance.choice("11112")} if asks else {}


def _next_step(document: str) -> tuple[str, bool] | None:
    """Where a TwiML document leads, and whether a key is to be pressed first; None at the call's end."""
    root = ET.fromstring(document)  # noqa: S314  # the platform's own answer
    gather = root.find("Gather")
    if gather is not None and gather.get("action"):
        return str(gather.get("action")), True
    redirect = root.find("Redirect")
    return (str(redirect.text), False) if redirect is not None and redirect.text else None


class HeadEnd(Person):
    """The meters' head end: bodies of last gasps, one fifth of them said before."""

    kind = "head_end"
    wait_time = constant_pacing(PACING_S["head_end"])

    @task
    def send(self) -> None:
        """One body of events."""
        now = int(time.time() * 1000)
        events = [
            {"meter": meter, "kind": "last_gasp", "at": now}
            for meter in self.chance.sample(SCENE.meters, min(EVENTS_PER_BODY, len(SCENE.meters)))
        ]
        events += events[: len(events) // 5]
        headers = {"Authorization": f"Bearer {SCENE.token}", "Idempotency-Key": uuid.uuid4().hex}
        url = f"{SCENE.intake_url}/api/v1/meters/events"
        self.ask("meters, body", "POST", url, lambda code: code == 202, json={"events": events}, headers=headers)


USERS: dict[str, type[Person]] = {kind.kind: kind for kind in (Reporter, StatusReader, MapViewer, VoiceCaller, HeadEnd)}
"""Every kind of user by the name that `shapes.toml` gives it."""

OPEN_FILES_WANTED = 65_536


def allow_many_sockets() -> None:
    """As many open files as the system lets this process have, up to what is wanted."""
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, OPEN_FILES_WANTED), hard))
