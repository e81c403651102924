"""Channels fed with plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from stormops.feed.channel import Channel, encode


def begin(channel: Channel, n: int, at_ms: int, view: Mapping[str, Any]) -> None:
    channel.start(n, at_ms, encode(view))


def publish(channel: Channel, n: int, put: Mapping[str, Any], unset: Iterable[str] = (), *, server_ms: int = 0) -> bool:
    return channel.publish(n, n * 10, server_ms=server_ms, put=encode(put), unset=unset)
