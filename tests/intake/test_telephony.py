from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stormops.intake.telephony import Account, Accounts, Webhook, phone_digits, signature, signed
from tests.intake.telephone_line import OWN, STRANGER, TOKEN, URL, PhoneLine
from tests.telephony import sign

FIELDS = {
    "CallSid": ["CA1234567890ABCDE"],
    "Digits": ["1234"],
    "From": ["+14158675309"],
    "To": ["+18005551212"],
    "Caller": ["+14158675309"],
}
ADDRESS = "https://mycompany.com/myapp.php?foo=1&bar=2"
VECTOR = "RSOYDt4T1cUTdK1PDd93/VVr8B8="
"""Twilio's published example, with the token 12345."""


def test_the_published_vector() -> None:
    assert signature("12345", ADDRESS, FIELDS) == VECTOR
    assert sign("12345", ADDRESS, {name: values[0] for name, values in FIELDS.items()}) == VECTOR


def test_any_change_breaks_it() -> None:
    account = Account(token="12345")
    assert signed(account, ADDRESS, FIELDS, VECTOR)
    assert signed(Account(token="new", previous_token="12345"), ADDRESS, FIELDS, VECTOR)
    assert not signed(Account(token="new"), ADDRESS, FIELDS, VECTOR)
    assert not signed(account, ADDRESS.replace("foo=1", "foo=2"), FIELDS, VECTOR)
    assert not signed(account, ADDRESS, FIELDS | {"Digits": ["9"]}, VECTOR)
    assert not signed(account, ADDRESS, FIELDS | {"More": [""]}, VECTOR)
    assert not signed(account, ADDRESS, FIELDS, "")
    assert not signed(account, ADDRESS, FIELDS, "ä")


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("https://a.test:443/sms", "https://a.test/sms"),
        ("https://a.test/sms", "https://a.test:443/sms"),
        ("http://a.test:80/sms", "http://a.test/sms"),
        ("http://[::1]:80/sms", "http://[::1]/sms"),
        ("http://a.test:8311/sms", "http://a.test:8311/sms"),
    ],
)
def test_the_usual_port_may_be_named_or_not(theirs: str, ours: str) -> None:
    assert signed(Account(token=TOKEN), ours, {}, signature(TOKEN, theirs, {}))
    assert not signed(Account(token=TOKEN), ours, {}, signature(TOKEN, "https://b.test/sms", {}))


@settings(max_examples=40)
@given(st.dictionaries(st.text(), st.lists(st.text(), min_size=1)), st.text())
def test_no_fields_break_it(fields: dict[str, list[str]], sent: str) -> None:
    assert not signed(Account(token=TOKEN), URL, fields, sent)
    assert signed(Account(token=TOKEN), URL, fields, signature(TOKEN, URL, fields))


@pytest.mark.parametrize("path", ["/voice/answer", "/voice/step", "/sms"])
async def test_what_the_provider_did_not_sign_is_refused(line: PhoneLine, path: str) -> None:
    fields = {"CallSid": "CA1", "MessageSid": "SM1", "From": OWN, "Body": "OUT"}
    assert (await line.client.post(path, data=fields)).status_code == 403
    response = await line.provider.post(URL + path, fields, token="wrong")
    assert response.status_code == 403
    assert response.json()["code"] == "signature"
    wrong = sign(TOKEN, URL + path, fields | {"From": STRANGER})
    assert (await line.client.post(path, data=fields, headers={"X-Twilio-Signature": wrong})).status_code == 403
    assert line.facts() == []
    assert line.metric('intake_refused_total{code="signature"}') == 3


async def test_without_an_account_nobody_is_served(line: PhoneLine) -> None:
    secrets = line.folder / "secrets.toml"
    for text in ("", '[telephony]\ntoken = ""\n', "damaged [", '[partners.a]\ntoken_sha256 = "0"\nmay = []\n'):
        secrets.write_text(text)
        assert (await line.provider.post(f"{URL}/sms", {"Body": "OUT"})).status_code == 403
        assert (await line.provider.post(f"{URL}/sms", {"Body": "OUT"}, token="")).status_code == 403
    secrets.unlink()
    assert (await line.provider.post(f"{URL}/sms", {"Body": "OUT"})).status_code == 403


async def test_a_new_token_is_known_at_once_and_the_old_one_while_it_is_named(line: PhoneLine) -> None:
    secrets = line.folder / "secrets.toml"
    secrets.write_text(f'[telephony]\ntoken = "fresh"\nprevious_token = "{TOKEN}"\nurl = "{URL}"\n')
    assert await line.provider.text(STRANGER, "HELP")
    line.provider.token = "fresh"
    assert await line.provider.text(STRANGER, "HELP")


def test_an_unreadable_file_is_told_and_refuses(tmp_path: Path) -> None:
    told: list[str] = []
    (tmp_path / "secrets.toml").write_text("token = [")
    accounts = Accounts(tmp_path, told.append)
    assert accounts.get() is None
    assert told
    assert "secrets.toml" in told[0]


@pytest.mark.parametrize("path", ["/voice/answer", "/voice/step", "/voice/fallback", "/sms"])
@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"x" * 70_000, "application/x-www-form-urlencoded"),
        (b"&".join(b"a%d=1" % n for n in range(300)), "application/x-www-form-urlencoded"),
        (b"\xff\xfe%zz=%ff", "application/x-www-form-urlencoded"),
        (b"{}", "application/json"),
        (b"", ""),
    ],
)
async def test_hostile_bodies_are_refused_and_break_nothing(line: PhoneLine, path: str, body: bytes, kind: str) -> None:
    response = await line.client.post(path, content=body, headers={"Content-Type": kind})
    assert response.status_code in ({200} if path == "/voice/fallback" else {400, 403, 413})
    assert (await line.client.put(path)).status_code == 405


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("+18505550123", "8505550123"),
        ("850-555-0123", "8505550123"),
        ("+442079460000", "442079460000"),
        ("anonymous", ""),
        ("+266696687", ""),
        ("+86282452253", ""),
        ("sip:ann8505550123@a.test", ""),
        ("12345", ""),
        ("", ""),
        ("+" + "9" * 40, ""),
    ],
)
def test_numbers(text: str, digits: str) -> None:
    assert phone_digits(text) == digits


def test_keys_are_of_the_call_or_message_and_the_step() -> None:
    call = Webhook({"CallSid": "CA1"}, Account(token=TOKEN))
    assert call.key("report") == Webhook({"CallSid": "CA1"}, Account(token="x")).key("report")
    assert call.key("report") != call.key("danger")
    assert call.key("report") != Webhook({"MessageSid": "CA2"}, Account(token=TOKEN)).key("report")
