"""Headers that every answer carries: what a page may load, who may frame it, what it may tell others."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


def content_security_policy(feed_url: str, intake_url: str, style: str = "", onward: str = "") -> str:
    """Only our own scripts and styles; our two origins for fetches and forms; MapLibre's worker.

    `style` is the hash of a page's own style element; `onward` a third origin to which its form leads in the end.
    MapLibre makes its worker and its images from blobs and draws its controls from data URLs.
    """
    feed = urlsplit(feed_url)
    socket = f"{'wss' if feed.scheme == 'https' else 'ws'}://{feed.netloc}"
    rules = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": f"'self' {style}".rstrip(),
        "img-src": "'self' data: blob:",
        "font-src": "'self'",
        "worker-src": "'self' blob:",
        "child-src": "blob:",
        "connect-src": f"'self' {intake_url} {socket}",
        "form-action": f"'self' {feed_url} {intake_url} {onward}".rstrip(),
        "manifest-src": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def security_headers(feed_url: str, intake_url: str) -> dict[str, str]:
    """What every page carries."""
    headers = {
        "Content-Security-Policy": content_security_policy(feed_url, intake_url),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        # The origin alone: with none at all a form's "Origin" would be null, which intake must refuse.
        "Referrer-Policy": "strict-origin",
        "Permissions-Policy": "geolocation=(self), camera=(), microphone=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if feed_url.startswith("https:"):
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return headers


class SecurityHeaders:
    """ASGI middleware that adds them to every HTTP answer and counts nothing else."""

    def __init__(self, app: ASGIApp, feed_url: str, intake_url: str) -> None:
        self.app = app
        self._headers = security_headers(feed_url, intake_url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; add the headers when the answer starts."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, with_headers)
