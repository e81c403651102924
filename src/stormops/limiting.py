"""What every limit on asking is made of: a token bucket, and what counts as one source. Pure: seconds go in."""

from __future__ import annotations

import ipaddress


class Bucket:
    """A token bucket: `level` tokens at `at` seconds, filling at `rate` up to `burst`."""

    __slots__ = ("at", "burst", "level", "rate", "used_at")

    def __init__(self, burst: float, rate: float, now: float) -> None:
        self.burst, self.rate, self.level, self.at, self.used_at = burst, rate, burst, now, float("-inf")

    def fill(self, now: float) -> float:
        """The level now."""
        self.level = min(self.burst, self.level + max(0.0, now - self.at) * self.rate)
        self.at = now
        return self.level

    def take(self, now: float) -> None:
        """Take one token, or what is left of it."""
        self.level = max(0.0, self.fill(now) - 1.0)
        self.used_at = now

    def take_whole(self, wanted: int, now: float) -> int:
        """Take as many of these as there are whole tokens; gives how many."""
        taken = min(wanted, int(self.fill(now)))
        self.level -= taken
        return taken

    def give_back(self, now: float) -> None:
        """One token that was taken for nothing."""
        self.level = min(self.burst, self.fill(now) + 1.0)

    def wait(self, now: float) -> float:
        """Seconds until one token is there, 0 when there is one."""
        return max(0.0, (1.0 - self.fill(now)) / self.rate)


def source_of(address: str) -> str:
    """The address, or the /64 of an IPv6 one: a household has that many to spare. What is no address is one source.

    IPv4 that is written as IPv6 is IPv4.
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if ip.version == 4:
        return str(ip)
    return str(ip.ipv4_mapped or ipaddress.IPv6Network((ip, 64), strict=False))
