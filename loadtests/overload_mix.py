"""What is asked in `overload`: the mix of the feed's routes, reports, calls, and the platform they are asked of."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from urllib.parse import urlencode

from loadtests.open_loop import KEY, Ask
from tests.platform import Platform
from tests.telephony import sign

GZIP = {"Accept-Encoding": "gzip"}
"""As every browser and HTTP library asks."""


@dataclass(frozen=True)
class Known:
    """What there is to ask for: cookies of desk and counter, receipts, the largest incident, telephony's token."""

    cookie: dict[str, str]
    receipts: list[str]
    incident: str
    token: str
    clerk: dict[str, str]
    accounts: list[str]


def telephony_account(platform: Platform) -> str:
    """Give the platform an account for calls; its token."""
    token = secrets.token_hex(16)
    with (platform.data / "secrets.toml").open("a") as file:
        file.write(f'\n[telephony]\ntoken = "{token}"\nurl = "{platform.intake_url}"\n')
    return token


STAFF, COUNTER = 2, 3
"""The targets that staff's requests go to: feed's staff port; the counter of accounts."""
STREETS = ("oak", "palm", "main", "lake", "pine", "river", "park", "cedar", "magnolia", "church")


def desk_snapshot(of: Known, weight: float = 1.0) -> Ask:
    """The desk's picture, as its browser asks for it."""
    return Ask("desk_snapshot", 0, "GET", "/api/v1/desk/snapshot", STAFF, weight, headers=of.cookie | GZIP)


def mix(of: Known, group: int = 0, staff: int = STAFF) -> list[Ask]:
    """A storm's mix of the feed's routes, most of them light; `staff` is the target of those that need a session."""
    desk = "/api/v1/desk"
    return [
        Ask("incident", group, "GET", f"{desk}/incidents/{of.incident}", staff, 30, headers=of.cookie | GZIP),
        Ask("who_is_out", group, "GET", f"{desk}/out", staff, 5, headers=of.cookie | GZIP),
        Ask("search", group, "GET", f"{desk}/premises?q=12+oak", staff, 5, headers=of.cookie | GZIP),
        *public(of, group, page=5, status=5, text=30, requests=10),
        Ask("stranger", group, "GET", f"{desk}/premises?q=12+oak", weight=5),
    ]


def heavy_mix(of: Known) -> list[Ask]:
    """Callers at every desk: addresses looked for (65 %), lists of who is out, incidents; a tenth is the public's."""
    desk = "/api/v1/desk"
    looks = [
        Ask(f"search_{street}", 0, "GET", f"{desk}/premises?q={n * 37}+{street}", STAFF, 6.5, headers=of.cookie | GZIP)
        for n, street in enumerate(STREETS, 3)
    ]
    return [
        desk_snapshot(of, 5),
        *looks,
        Ask("who_is_out", 0, "GET", f"{desk}/out", STAFF, 10, headers=of.cookie | GZIP),
        Ask("incident", 0, "GET", f"{desk}/incidents/{of.incident}", STAFF, 10, headers=of.cookie | GZIP),
        *public(of, 0, page=3, status=2, text=3, requests=2),
    ]


def counter_mix(of: Known) -> list[Ask]:
    """Who is on the telephone: customers looked for by street and number, their page, its bills, what is due today."""
    headers, api = of.clerk | GZIP, "/api/v1/counter"
    html = headers | {"Accept": "text/html"}
    pages = [
        Ask(f"page_{n}", 0, "GET", f"/counter/accounts/{account}", COUNTER, 6, headers=html)
        for n, account in enumerate(of.accounts)
    ]
    searches = [
        Ask(f"search_{street}", 0, "GET", f"{api}/search?q={street}", COUNTER, 3, headers=headers) for street in STREETS
    ]
    return [
        *pages,
        *searches,
        Ask("account", 0, "GET", f"{api}/accounts/{of.accounts[0]}", COUNTER, 10, headers=headers),
        Ask("queue", 0, "GET", f"{api}/queues/approvals", COUNTER, 5, headers=headers),
        Ask("session", 0, "GET", f"{api}/session", COUNTER, 5, headers=headers),
    ]


def public(of: Known, group: int, *, page: float, status: float, text: float, requests: float) -> list[Ask]:
    """What anybody may ask feed, with these weights."""
    html = {"Accept": "text/html"} | GZIP
    return [
        Ask("status_page", group, "GET", f"/r/{of.receipts[0]}", weight=page, headers=html),
        Ask("status", group, "GET", f"/api/v1/reports/{of.receipts[1]}", weight=status),
        Ask("text", group, "GET", "/text", weight=text, headers=html),
        Ask("open311", group, "GET", "/open311/v2/requests.json", weight=requests, headers=GZIP),
    ]


def reports(group: int = 0, *, weight: float = 1.0, symptom: str = "lights_out", name: str = "report") -> Ask:
    """Reports of the usual size, each with a key of its own."""
    body = {
        "symptom": symptom,
        "address": "1200 Palmetto Ave Apt 12",
        "phone": "850-555-0123",
        "latitude": 30.4,
        "longitude": -84.3,
        "note": "It went dark after a loud bang down the street about ten minutes ago; the neighbours as well.",
    }
    text = json.dumps(body).encode()
    return Ask(name, group, "POST", "/api/v1/reports", 1, weight, text, {"Idempotency-Key": KEY})


def calls(of: Known, intake_url: str, group: int = 0, weight: float = 1.0) -> Ask:
    """Calls as they come in: who is it, what is known of their phone, the menu is said."""
    sent = {"CallSid": f"CA{1:032x}", "From": "+18505550101", "To": "+18505550100", "CallStatus": "ringing"}
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Twilio-Signature": sign(of.token, f"{intake_url}/voice/answer", sent),
    }
    return Ask("call", group, "POST", "/voice/answer", 1, weight, urlencode(sent).encode(), headers)
