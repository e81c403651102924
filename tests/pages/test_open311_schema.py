from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator

from stormops.pages import open311_schema as schemas

ALL = ("SERVICES", "DEFINITION", "DISCOVERY", "RECEIPTS", "TOKENS", "REQUESTS", "ERRORS")


@pytest.mark.parametrize("name", ALL)
def test_each_is_a_schema(name: str) -> None:
    Draft202012Validator.check_schema(getattr(schemas, name))


def test_a_request_that_says_where_somebody_lives_is_refused() -> None:
    """The schema itself keeps what must not be public: description, address_id and zipcode are null."""
    fields = schemas.REQUESTS["items"]["properties"]
    for private in ("description", "address_id", "zipcode", "media_url"):
        assert not Draft202012Validator(fields[private]).is_valid("1103 Blue Ave")
        assert Draft202012Validator(fields[private]).is_valid(None)
