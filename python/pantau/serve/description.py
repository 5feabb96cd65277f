"""What the service says of its routes besides their forms: what they are about, and who may ask."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from pantau.serve.gate import is_admin, is_public

_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
}
_TAGS = {
    "answers": "What models are asked, and told.",
    "about": "What the service is, and how it is.",
    "looking after it": "Needs a key with the scope admin, if the service has keys.",
}


def describe(app: FastAPI) -> None:
    """Add it to the description that an application makes of itself."""
    bare = app.openapi

    def openapi() -> dict[str, Any]:
        # The same each time it is asked for.
        found = bare()
        found["tags"] = [{"name": name, "description": told} for name, told in _TAGS.items()]
        found.setdefault("components", {})["securitySchemes"] = _SCHEMES
        for path, methods in found["paths"].items():
            for operation in methods.values():
                operation["tags"] = [_tag(path)]
                # Without keys everybody may ask.
                if not is_public(path):
                    operation["security"] = [{}, *({name: []} for name in _SCHEMES)]
        return found

    app.openapi = openapi  # type: ignore[method-assign]


def _tag(path: str) -> str:
    if is_admin(path):
        return "looking after it"
    return "answers" if path.startswith(("/predict", "/feedback")) else "about"
