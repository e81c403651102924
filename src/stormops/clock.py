"""Time is a port: one clock for the whole platform, which a rehearsal may scale.

Every process of one run is started with the same three numbers, so all agree on the platform's
time without asking each other. Nothing reads the machine's clock but this module.
"""

from __future__ import annotations

import time

import msgspec


class Clock(msgspec.Struct, frozen=True):
    """Platform time = `epoch_ms` + (wall - `anchor_ms`) x `speed`; the plain clock is speed 1 from 0."""

    speed: float = 1.0
    epoch_ms: int = 0
    anchor_ms: int = 0

    def now_ms(self) -> int:
        """Platform time, integer milliseconds since the Unix epoch (UTC)."""
        return self.platform_ms(time.time_ns() // 1_000_000)

    def platform_ms(self, wall_ms: int) -> int:
        """Platform time when the wall's clock shows this."""
        return int(self.epoch_ms + (wall_ms - self.anchor_ms) * self.speed)

    def wall_seconds(self, platform_ms: float) -> float:
        """How long a span of platform time lasts on the wall, in seconds."""
        return platform_ms / 1000 / self.speed
