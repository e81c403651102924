from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormops.admission.proxies import Proxies

OURS = Proxies(["10.0.0.0/8", " 2001:db8::/32", ""])


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.5", [b"192.0.2.1"], "203.0.113.5"),  # a client's own header is never believed
        ("10.0.0.2", [b"192.0.2.1"], "192.0.2.1"),
        ("10.0.0.2", [b"6.6.6.6, 192.0.2.1, 10.1.1.1"], "192.0.2.1"),  # the rightmost that is not ours
        ("10.0.0.2", [b"6.6.6.6", b"192.0.2.1"], "192.0.2.1"),
        ("10.0.0.2", [b"192.0.2.1:4711"], "192.0.2.1"),
        ("10.0.0.2", [b"[2001:db9::7]:443"], "2001:db9::7"),
        ("10.0.0.2", [b"10.9.9.9"], "10.9.9.9"),
        ("10.0.0.2", [b"192.0.2.1, unknown"], "10.0.0.2"),
        ("10.0.0.2", [], "10.0.0.2"),
        ("::ffff:10.0.0.2", [b"192.0.2.1"], "192.0.2.1"),
    ],
)
def test_whose_request_it_is(peer: str, forwarded: list[bytes], client: str) -> None:
    assert OURS.client(peer, forwarded) == client


def test_nobody_is_trusted_without_a_list() -> None:
    assert not Proxies([""])
    assert Proxies([]).client("127.0.0.1", [b"192.0.2.1"]) == "127.0.0.1"
    with pytest.raises(ValueError, match="nonsense"):
        Proxies(["nonsense"])


@given(st.lists(st.binary(max_size=300), max_size=5))
def test_no_header_breaks_it_and_a_long_chain_is_cut(lines: list[bytes]) -> None:
    assert OURS.client("10.0.0.2", lines)
    assert OURS.client("10.0.0.2", [b",".join([b"10.0.0.1"] * 100_000)])
