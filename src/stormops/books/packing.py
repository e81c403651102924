"""Texts that come by the million and say nearly the same: kept deflated, against a text that has their words already.

A bill's lines and decisions are a kilobyte of names and brackets, and come to a sixth of it. What was written plainly
(JSON, as earlier releases did) is read as it is.
"""

from __future__ import annotations

import zlib

WORDS = (
    b'{"policy":"","version":"2026-01","formula":"as bill run-2026-01-01-1of20: has it","bill":"run-2026-01-01-1of20:"}'
    b'["estimates.allowed","","",{"cause":"utility","cause":"storm","earlier":[{"on":"2026-01-01","cause":"utility"}]},'
    b'{"allowed":true,"exception":true,"explain":true,"exception":false,"explain":false}],'
    b'["umbrella.allocate","","",{"amount":,"members":[{"account":"","equal":1.0,"dwelling_units":1.0,"square_feet":1.0,'
    b'"use":1.0,"vacant":false,"owner":""}]},[{"account":"","amount":}]],["taxes.utility","","",{"amounts":{"non_fuel":,'
    b'"fuel":}},[{"name":"","amount":}]],'
    b'[["electric",100,"2026-01-15","2026-02-15","-electric",1000],["fire",1000,"2026-01-15","2026-02-15","-fire",0],'
    b'["gas",1000,"2026-01-15","2026-02-15","-gas",10],["solid_waste",2500,"2026-01-15","2026-02-15","-solid_waste",0],'
    b'["stormwater",1000,"2026-01-15","2026-02-15","-stormwater",0],["water",1000,"2026-01-15","2026-02-15","-water",5],'
    b'["sewer",1000,"2026-01-15","2026-02-15","-sewer",0]]'
    b'["metered.charge","general","",{"use":{"all":"1000"},"base_share":{"days":12,"cycle_days":30}},'
    b'["property.fire_fee","","",{"zone":"1","category":"commercial","square_feet":1000},1000],'
    b'["property.stormwater","commercial","",{"square_feet":1000},1000],["property.sewer","commercial","",{"gallons":'
    b'{"policy":"palmetto","version":"2026-07","run":"run-2026-01-15-1of20","formula":"by the run\'s clauses",'
    b'"decisions":[["proration.base_share","","psc-florida/partial_period",{"days":30},{"days":1,"cycle_days":1}],'
    b'["metered.charge","residential","",{"use":{"all":"1000"}},{"total":10000,"fuel":2000,"base":777,'
    b'"units":["1000"]}],["property.fire_fee","","",{"zone":"1","category":"residential","square_feet":1500},1000],'
    b'["metered.charge","gas","",{"use":{"all":"10"}},{"total":1730,"fuel":265,"base":977,"units":["10"]}],'
    b'["property.flat","solid_waste","",{},2500],["property.stormwater","residential","",{"square_feet":0},1000],'
    b'["metered.charge","water","",{"use":{"all":"5"}},{"total":1850,"fuel":0,"base":900,"units":["5","0","0"]}],'
    b'["property.sewer","residential","",{"gallons":5000},4550]]}'
)
"""What they are deflated against. Never changed, or what was kept by it is lost; a better one is a second one."""

_FIRST = b"\x01"
"""Before a text that was deflated against these words; no plain text begins so."""
_LEVEL, _WINDOW, _MEMORY = 3, -12, 5
"""Of `zlib`: bare, with a window of 4 KB."""
_PRIMED = zlib.compressobj(_LEVEL, zlib.DEFLATED, _WINDOW, _MEMORY, zdict=WORDS)
"""Has read the words; each text goes on from a copy, which costs less than reading them anew."""


def pack(text: bytes) -> bytes:
    """A text as it is kept."""
    deflating = _PRIMED.copy()
    return _FIRST + deflating.compress(text) + deflating.flush()


def unpack(kept: bytes) -> bytes:
    """The text. Raises zlib.error for what is none."""
    if not kept.startswith(_FIRST):
        return kept
    return zlib.decompressobj(_WINDOW, zdict=WORDS).decompress(kept[1:])
