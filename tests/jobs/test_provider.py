"""Handing over, against a real HTTP server with its moods."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Iterator

import pytest

from stormops.jobs.provider import Answer, RestProvider
from tests.messages_provider import ACCOUNT, NUMBER, TOKEN, MessagesProvider


@pytest.fixture
def texts() -> Iterator[MessagesProvider]:
    provider = MessagesProvider()
    yield provider
    provider.close()


@pytest.fixture
async def rest(texts: MessagesProvider) -> AsyncIterator[RestProvider]:
    provider = RestProvider(texts.url, ACCOUNT, TOKEN, NUMBER)
    yield provider
    await provider.close()


async def test_a_message_arrives_as_it_is_with_the_account_and_the_number(
    rest: RestProvider, texts: MessagesProvider
) -> None:
    text = "¿Luz & agua? 100 % = sí\nKouran"
    assert await rest.send("8505550101", text) is Answer.SENT
    assert texts.sent == [("+18505550101", text)]
    assert not texts.wrong


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (200, Answer.SENT),
        (400, Answer.REFUSED),
        (403, Answer.ACCOUNT),
        (404, Answer.ACCOUNT),
        (429, Answer.AGAIN),
        (500, Answer.UNCLEAR),
        (502, Answer.UNCLEAR),
        (503, Answer.AGAIN),
        (0, Answer.UNCLEAR),
    ],
)
async def test_what_an_answer_means(rest: RestProvider, texts: MessagesProvider, status: int, answer: Answer) -> None:
    texts.moods = [status]
    assert await rest.send("8505550101", "x") is answer


async def test_a_wrong_token_is_the_accounts_matter(texts: MessagesProvider) -> None:
    provider = RestProvider(texts.url, ACCOUNT, "another", NUMBER)
    assert await provider.send("8505550101", "x") is Answer.ACCOUNT
    await provider.close()


async def test_where_nobody_listens_nothing_was_taken() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    provider = RestProvider(f"http://127.0.0.1:{port}", ACCOUNT, TOKEN, NUMBER)
    assert await provider.send("8505550101", "x") is Answer.AGAIN
    await provider.close()
