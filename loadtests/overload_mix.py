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
    """What there is to ask for: staff's cookie, receipts, the incident with most customers out, telephony's token."""

    cookie: dict[str, str]
    receipts: list[str]
    incident: str
    token: str


def telephony_account(platform: Platform) -> str:
    """Give the platform an account for calls; its token."""
    token = secrets.token_hex(16)
    with (platform.data / "secrets.toml").open("a") as file:
        file.write(f'\n[telephony]\ntoken = "{token}"\nurl = "{platform.intake_url}"\n')
    return token


def mix(of: Known, group: int = 0) -> list[Ask]:
    """The stated mix of the feed's real routes: P0 5 %, P1 50 %, P2 40 %, without a session 5 %."""
    desk = "/api/v1/desk"
    return [
        Ask("desk_snapshot", group, "GET", f"{desk}/snapshot", weight=5, headers=of.cookie | GZIP),
        Ask("incident", group, "GET", f"{desk}/incidents/{of.incident}", weight=30, headers=of.cookie | GZIP),
        Ask("who_is_out", group, "GET", f"{desk}/out", weight=5, headers=of.cookie | GZIP),
        Ask("search", group, "GET", f"{desk}/premises?q=12+oak", weight=5, headers=of.cookie | GZIP),
        Ask("status_page", group, "GET", f"/r/{of.receipts[0]}", weight=5, headers={"Accept": "text/html"} | GZIP),
        Ask("status", group, "GET", f"/api/v1/reports/{of.receipts[1]}", weight=5),
        Ask("text", group, "GET", "/text", weight=30, headers={"Accept": "text/html"} | GZIP),
        Ask("open311", group, "GET", "/open311/v2/requests.json", weight=10, headers=GZIP),
        Ask("stranger", group, "GET", f"{desk}/premises?q=12+oak", weight=5),
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
