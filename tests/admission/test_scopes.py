from __future__ import annotations

import pytest

from stormops.admission.scopes import device, token


@pytest.mark.parametrize(
    ("cookies", "session"),
    [
        ([], ""),
        ([b"stormops_session=abc"], "abc"),
        ([b"lang=es; stormops_session=abc; x=y"], "abc"),
        ([b"lang=es", b"stormops_session=abc"], "abc"),
        ([b"not_stormops_session=abc"], ""),
        ([b"\xff\xfe stormops_session"], ""),
    ],
)
def test_the_session_is_found_among_the_cookies(cookies: list[bytes], session: str) -> None:
    assert token([(b"host", b"x"), *((b"cookie", one) for one in cookies)]) == session


def test_a_device_is_what_it_says_of_itself_and_no_more_than_a_bound() -> None:
    one = {"headers": [(b"user-agent", b"a"), (b"accept-language", b"es"), (b"x-other", b"1")]}
    other = {"headers": [(b"user-agent", b"a"), (b"accept-language", b"ht"), (b"x-other", b"1")]}
    assert device(one) != device(other)
    assert device(one) == device({"headers": one["headers"][:2]})
    assert len(device({"headers": [(b"cookie", bytes(5000))]})) == 1000
