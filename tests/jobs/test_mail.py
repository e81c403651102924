from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from email import message_from_bytes
from typing import Any

import pytest

from stormops.jobs.mail import MailProvider
from stormops.jobs.provider import Answer

YES = {
    "EHLO": b"250-here\r\n250 AUTH PLAIN\r\n",
    "AUTH": b"235 yes\r\n",
    "DATA": b"354 go on\r\n",
    "QUIT": b"221 bye\r\n",
}


class Server:
    """A mail server on the loopback (RFC 5321). `answers`: to a verb, instead of yes; empty = it hangs up."""

    def __init__(self) -> None:
        self.answers: dict[str, bytes] = {}
        self.taken: list[tuple[str, bytes]] = []
        mine = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self.wfile.write(b"220 here\r\n")
                to = ""
                while line := self.rfile.readline():
                    verb = line[:4].upper().decode()
                    to = line.decode().partition("<")[2].partition(">")[0] if verb == "RCPT" else to
                    said = mine.answers.get(verb) if verb in mine.answers else YES.get(verb, b"250 yes\r\n")
                    if not said:
                        return
                    self.wfile.write(said)
                    if said == YES["DATA"]:
                        mine.taken.append((to, b"".join(iter(self.rfile.readline, b".\r\n"))))
                        self.wfile.write(b"250 taken\r\n")

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"smtp://city:p%40ss@127.0.0.1:{self.server.server_address[1]}"


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.server.shutdown()
    made.server.server_close()


async def test_a_mail_is_handed_over_whole(server: Server) -> None:
    mail = MailProvider(server.url, "city@example.org", "Palmetto: your code")
    assert await mail.send("ada@example.org", "Su código es 012345.") is Answer.SENT
    (to, body) = server.taken[0]
    message: Any = message_from_bytes(body)
    assert to == "ada@example.org"
    assert (message["From"], message["Subject"]) == ("city@example.org", "Palmetto: your code")
    assert "código es 012345" in message.get_payload(decode=True).decode()


@pytest.mark.parametrize(
    ("verb", "answer", "meant"),
    [
        ("RCPT", b"550 nobody\r\n", Answer.REFUSED),
        ("RCPT", b"451 later\r\n", Answer.AGAIN),
        ("AUTH", b"535 no\r\n", Answer.ACCOUNT),
        ("DATA", b"452 full\r\n", Answer.AGAIN),
        ("DATA", b"", Answer.UNCLEAR),
        ("EHLO", b"", Answer.AGAIN),
    ],
)
async def test_what_became_of_it_is_told_apart(server: Server, verb: str, answer: bytes, meant: Answer) -> None:
    server.answers[verb] = answer
    if verb == "EHLO":
        server.answers["HELO"] = answer
    assert await MailProvider(server.url, "c@x.org", "s").send("ada@example.org", "x") is meant
    assert server.taken == []


async def test_nobody_there_is_tried_again_and_the_password_is_not_sent_in_the_clear() -> None:
    assert await MailProvider("smtp://127.0.0.1:1", "c@x.org", "s").send("a@b.c", "x") is Answer.AGAIN
    with pytest.raises(ValueError, match="smtps"):
        MailProvider("http://x", "c@x.org", "s")
