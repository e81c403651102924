"""The policy that pages are served with."""

from __future__ import annotations

import httpx2
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from stormops.feed.headers import SecurityHeaders, content_security_policy


def test_sockets_are_secure_where_pages_are() -> None:
    policy = content_security_policy("https://outage.example", "https://report.example")
    assert "connect-src 'self' https://report.example wss://outage.example" in policy
    assert "http://" not in policy


def test_a_page_with_its_own_style_names_its_hash() -> None:
    assert "style-src 'self' 'sha256-x'" in content_security_policy("http://a", "http://b", "'sha256-x'")
    assert "style-src 'self';" in content_security_policy("http://a", "http://b")
    assert "form-action 'self' http://a http://b http://c;" in content_security_policy(
        "http://a", "http://b", onward="http://c"
    )


async def headers_of(feed_url: str) -> httpx2.Headers:
    async def own(_request: object) -> PlainTextResponse:
        return PlainTextResponse("x", headers={"Content-Security-Policy": "default-src 'self'"})

    app = Starlette(
        routes=[Route("/", own)],
        middleware=[Middleware(SecurityHeaders, feed_url=feed_url, intake_url="https://b.example")],
    )
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=feed_url) as client:
        return (await client.get("/")).headers


async def test_a_page_may_bring_a_policy_of_its_own() -> None:
    assert (await headers_of("http://a.example"))["content-security-policy"] == "default-src 'self'"


async def test_browsers_are_told_to_stay_on_https_only_where_we_are() -> None:
    assert "strict-transport-security" not in await headers_of("http://a.example")
    assert "strict-transport-security" in await headers_of("https://a.example")
