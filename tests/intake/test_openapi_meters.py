from __future__ import annotations

from stormops.intake.meters import FORMS
from stormops.intake.openapi_meters import paths


def test_each_form_is_described_with_what_it_takes_and_gives() -> None:
    described = paths({"name": "Idempotency-Key"}, {"401": {}})
    assert list(described) == [form.path for form in FORMS]
    for form in FORMS:
        operation = described[form.path]["post"]
        assert ("application/json" in operation["requestBody"]["content"]) != form.xml
        assert ("200" in operation["responses"]) == form.soap
        assert "401" in operation["responses"]
        assert operation["security"] == [{"partner": []}]
