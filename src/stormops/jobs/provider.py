"""Handing one text message to a provider with Twilio's REST API (`POST …/Messages.json`, Basic auth, a form)."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

import httpx2

TIMEOUT_SECONDS = 10.0

CONNECTIONS_MAX = 32

NOT_TAKEN = (429, 503)
"""Answers by which nothing was taken: send it again."""

ACCOUNT = (401, 403, 404)
"""Answers about the account, not about the message."""


class Answer(StrEnum):
    """What a try came to."""

    SENT = "sent"
    AGAIN = "again"
    """Certainly not taken; to be tried again."""
    ACCOUNT = "account"
    """Not taken, because of the account; to be tried again."""
    REFUSED = "refused"
    """Never to this number."""
    UNCLEAR = "unclear"
    """It may have been taken: sent again it might arrive twice."""


class Provider(Protocol):
    """The port."""

    async def send(self, phone: str, text: str) -> Answer:
        """Try once to hand over a message to ten digits. Never raises."""

    async def close(self) -> None:
        """End its connections."""


class RestProvider:
    """Over HTTP. `url` without a slash at the end; `number` is the city's, in E.164."""

    def __init__(self, url: str, account: str, token: str, number: str) -> None:
        self._number = number
        self._path = f"{url}/2010-04-01/Accounts/{account}/Messages.json"
        self._client = httpx2.AsyncClient(
            auth=(account, token),
            timeout=TIMEOUT_SECONDS,
            limits=httpx2.Limits(max_connections=CONNECTIONS_MAX),
        )

    async def send(self, phone: str, text: str) -> Answer:
        """See `Provider`."""
        form = {"To": f"+1{phone}", "From": self._number, "Body": text}
        try:
            response = await self._client.post(self._path, data=form)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout):
            return Answer.AGAIN
        except httpx2.HTTPError:
            return Answer.UNCLEAR
        return _meaning(response.status_code)

    async def close(self) -> None:
        """See `Provider`."""
        await self._client.aclose()


def _meaning(status: int) -> Answer:
    if status < 300:
        return Answer.SENT
    if status in NOT_TAKEN:
        return Answer.AGAIN
    if status in ACCOUNT:
        return Answer.ACCOUNT
    return Answer.REFUSED if 400 <= status < 500 else Answer.UNCLEAR
