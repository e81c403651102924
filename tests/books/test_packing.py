from __future__ import annotations

import hashlib
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormops.books.packing import WORDS, pack, unpack


@given(st.binary(max_size=3_000).filter(lambda text: not text.startswith(b"\x01")))
def test_every_text_comes_back_and_what_was_plain_is_read(text: bytes) -> None:
    assert unpack(pack(text)) == unpack(text) == text


def test_a_bill_comes_to_a_sixth() -> None:
    text = b'[["electric",8122,"2026-03-04","2026-04-03","7700112233-electric",733],["water",1850,"2026-03-04",'
    text += b'"2026-04-03","7700112233-water",5],["sewer",4550,"2026-03-04","2026-04-03","7700112233-sewer",0]]'
    assert len(pack(text)) < len(text) / 2
    decision = WORDS[WORDS.rindex(b'{"policy"') :].replace(b"1000", b"1234")
    assert len(pack(decision)) < len(decision) / 6


def test_the_words_stay_what_they_were() -> None:
    kept = bytes.fromhex("0123a5084f34442ac4cd636301")
    assert unpack(kept) == b'[["electric",100,"2026-01-15","2026-02-15","a1-electric",7]]'
    assert hashlib.sha256(WORDS).hexdigest() == "5bb347a0d1a4e9be517c3e3482a3ac35cc05c8eb487e4a202c56dc1cb686fd92"


def test_what_is_broken_is_not_made_up() -> None:
    with pytest.raises(zlib.error):
        unpack(b"\x01\xff\xff")
