"""What the OpenAPI 3.1 documents of all processes have in common: their head, their licence, how staff sign in."""

from __future__ import annotations

from typing import Any

import msgspec

SESSION = {"session": {"type": "apiKey", "in": "cookie", "name": "stormops_session"}}
CSRF = {"csrf": {"type": "apiKey", "in": "header", "name": "X-CSRF-Token"}}
"""Security schemes: who is signed in, and the token that a write of theirs carries."""


def assembled(
    title: str, version: str, description: str, *, url: str, paths: dict[str, Any], components: dict[str, Any]
) -> bytes:
    """The document as JSON. `url`: where the process is, as browsers see it."""
    return msgspec.json.encode(
        {
            "openapi": "3.1.0",
            "info": {
                "title": title,
                "version": version,
                "description": description,
                "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            },
            "servers": [{"url": url}],
            "paths": paths,
            "components": components,
        }
    )


def ref(shape: type[msgspec.Struct]) -> dict[str, Any]:
    """A reference to the schema of a struct."""
    return {"$ref": f"#/components/schemas/{shape.__name__}"}
