"""Whose word is taken for where a request comes from: proxies on a list, and nobody else."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable

FORWARDED_CHARACTERS_MAX = 2000
"""Of a longer `X-Forwarded-For` only the end is read: the part that our own proxies wrote."""

HOPS_MAX = 16
"""Proxies in a row that are looked through."""

_KNOWN_MAX = 10_000


class Proxies:
    """The trusted proxies, as `10.0.0.0/8`, `2001:db8::/32` or `192.0.2.7`. Raises ValueError for anything else."""

    def __init__(self, networks: Iterable[str]) -> None:
        self._networks = [ipaddress.ip_network(one.strip()) for one in networks if one.strip()]
        self._ipv4 = [
            (int(network.netmask), int(network.network_address)) for network in self._networks if network.version == 4
        ]
        self._known: dict[str, bool] = {}
        self._peers: dict[str, bool] = {}

    def __bool__(self) -> bool:
        return bool(self._networks)

    def trusts(self, address: str) -> bool:
        """Whether this address is one of them."""
        number = _ipv4(address)
        if number is not None:
            return self._trusts_ipv4(number)
        known = self._known.get(address)
        return _remember(self._known, address, self._look(address)) if known is None else known

    def _trusts_ipv4(self, number: int) -> bool:
        for mask, network in self._ipv4:  # noqa: SIM110 - a generator would cost as much as all the rest of this
            if number & mask == network:
                return True
        return False

    def _look(self, address: str) -> bool:
        try:
            ip = ipaddress.ip_address(address)
        except ValueError:
            return False
        mapped = ip.ipv4_mapped if ip.version == 6 else None
        return any((mapped or ip) in network for network in self._networks)

    def client(self, peer: str, forwarded: Iterable[bytes]) -> str:
        """The client's address: the rightmost of X-Forwarded-For that is no trusted proxy, else the peer's.

        `peer` is who opened the connection; `forwarded` the header's lines in the order they came.
        What is not an address ends the search: a proxy of ours would not have written it.
        """
        trusted = self._peers.get(peer)
        if trusted is None:
            trusted = _remember(self._peers, peer, self.trusts(peer))
        if not trusted:
            return peer
        line = b",".join(forwarded)[-FORWARDED_CHARACTERS_MAX:].decode("latin-1")
        seen = peer
        for said in list(reversed(line.split(",")))[:HOPS_MAX]:
            address = said.strip()
            number = _ipv4(address)
            if number is None:
                bare = _bare(address)
                if bare is None:
                    return seen
                address = bare
            if not (self.trusts(address) if number is None else self._trusts_ipv4(number)):
                return address
            seen = address
        return seen


def _remember(known: dict[str, bool], address: str, answer: bool) -> bool:
    if len(known) >= _KNOWN_MAX:
        known.clear()
    known[address] = answer
    return answer


def _ipv4(said: str) -> int | None:
    """The number of an IPv4 address, None for anything else: a tenth of what `ipaddress` takes, for each request."""
    try:
        return int.from_bytes(socket.inet_pton(socket.AF_INET, said), "big")
    except (OSError, ValueError):
        return None


def _bare(said: str) -> str | None:
    """The address without port and brackets, None when it is not one."""
    if said.startswith("["):
        said = said[1:].partition("]")[0]
    elif said.count(":") == 1:
        said = said.partition(":")[0]
    if _ipv4(said) is not None:
        return said
    try:
        return str(ipaddress.ip_address(said))
    except ValueError:
        return None
