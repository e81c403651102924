"""Handing one e-mail to a mail server (submission, RFC 6409: SMTP with STARTTLS, or `smtps`)."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from stormops.jobs.provider import Answer

TIMEOUT_SECONDS = 10.0
THREADS = 4

AT_HOME = frozenset({"localhost", "127.0.0.1", "::1"})
"""A server of this machine is spoken to in the clear; any other not."""

ACCOUNT = (530, 534, 535, 538)
"""Answers about the account, not about the message (RFC 4954)."""


class MailProvider:
    """`url`: smtp://name:password@host:587 or smtps://…; `sender`: the city's address. Raises ValueError."""

    def __init__(self, url: str, sender: str, subject: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
            raise ValueError("a mail server is given as smtp://name:password@host:587 or smtps://…")
        self._safe = parts.scheme == "smtps"
        self._host, self._port = parts.hostname, parts.port or (465 if self._safe else 587)
        self._name, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._sender, self._subject = sender, subject
        self._threads = ThreadPoolExecutor(THREADS, "mail")

    async def send(self, address: str, text: str) -> Answer:
        """Try once. Never raises."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._send, address, text)

    def _send(self, address: str, text: str) -> Answer:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self._sender, address, self._subject
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday notice answers it
        message.set_content(text)
        begun = False
        try:
            with self._opened() as server:
                if self._name:
                    server.login(self._name, self._password)
                begun = True
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused as refused:
            return _meaning(max(code for code, _ in refused.recipients.values()))
        except smtplib.SMTPResponseException as refused:
            return _meaning(refused.smtp_code)
        except (OSError, smtplib.SMTPException):
            return Answer.UNCLEAR if begun else Answer.AGAIN
        return Answer.SENT

    def _opened(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self._safe:
            return smtplib.SMTP_SSL(self._host, self._port, timeout=TIMEOUT_SECONDS, context=context)
        server = smtplib.SMTP(self._host, self._port, timeout=TIMEOUT_SECONDS)
        if self._host not in AT_HOME:
            server.starttls(context=context)
        return server


def _meaning(code: int) -> Answer:
    if code in ACCOUNT:
        return Answer.ACCOUNT
    return Answer.AGAIN if 400 <= code < 500 else Answer.REFUSED
