"""Whole answers: as they go on the wire, with a length that is the body's."""

from __future__ import annotations

from stormops.feed.whole import not_modified, ok


def test_the_length_is_the_bodys_and_lines_end_as_http_wants_it() -> None:
    answer = ok({"ETag": '"a"', "Cache-Control": "no-store"}, "é".encode())
    assert answer.status == b"200 OK"
    assert answer.lines == b'ETag: "a"\r\nCache-Control: no-store\r\nContent-Length: 2\r\n'
    assert answer.body == "é".encode()


def test_what_is_known_already_has_no_body() -> None:
    answer = not_modified({"ETag": '"a"'})
    assert answer == (b"304 Not Modified", b'ETag: "a"\r\n', b"")
