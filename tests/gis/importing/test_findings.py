import pytest

from stormops.gis.importing.findings import EXAMPLES_MAX, NOTED, ROUGH, Findings


def test_counts_all_and_keeps_some_examples() -> None:
    findings = Findings()
    findings.add_all("loop", (f"e{i}" for i in range(1234)))
    findings.add("site-type-missing", "a")
    loop, missing = findings.items()
    assert loop["count"] == findings.count("loop") == 1234
    assert loop["examples"] == [f"e{i}" for i in range(EXAMPLES_MAX)]
    assert loop["text"].startswith("1,234 closed edges")
    assert loop["rough"]
    assert not missing["rough"]


def test_nothing_found_says_nothing() -> None:
    findings = Findings()
    findings.add_all("loop", [])
    assert findings.items() == []


def test_an_undeclared_code_is_a_bug() -> None:
    with pytest.raises(KeyError):
        Findings().add("surprise", "x")


def test_every_sentence_takes_the_count_and_ends() -> None:
    assert not ROUGH.keys() & NOTED.keys()
    for text in (ROUGH | NOTED).values():
        assert text.startswith("{n} ")
        assert text.endswith(".")
