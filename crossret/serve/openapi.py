"""The OpenAPI document of the JSON API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from crossret import __version__
from crossret.serve.messages import Captions, CaptionsQuery, Error, Models, PictureQuery, Pictures, SearchQuery
from crossret.serve.models import Served

UPLOADS = ("image/png", "image/jpeg", "image/webp", "image/gif", "image/bmp")


def document(models: Sequence[Served]) -> dict[str, Any]:
    """The document, with the names that the served models know."""
    known = {
        "model": [model.id for model in models],
        "lang": list(dict.fromkeys(code for model in models for code in model.languages)),
        "gallery": list(dict.fromkeys(name for model in models for name in (*model.galleries, *model.indexes))),
    }
    schemas: dict[str, Any] = {}
    for answer in (Models, Pictures, Captions, Error):
        schema = answer.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= schema.pop("$defs", {})
        schemas[answer.__name__] = schema
    search = {"parameters": _parameters(SearchQuery, known), "responses": _responses(Pictures, 400, 404, 422, 429)}
    captions = {
        "parameters": _parameters(CaptionsQuery, known),
        "requestBody": {
            "required": True,
            "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in UPLOADS},
        },
        "responses": _responses(Captions, 400, 404, 408, 413, 415, 422, 429),
    }
    picture = {
        "parameters": _parameters(PictureQuery, known),
        "responses": _errors(400, 404, 422, 429)
        | {"200": {"description": "The picture", "content": {"image/webp": {"schema": {"type": "string"}}}}},
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "crossret serve", "version": __version__},
        "paths": {
            "/api/models": {"get": _named("models", "The models", {"responses": _responses(Models, 400, 429)})},
            "/api/search": {"get": _named("search", "Pictures for a text", search)},
            "/api/captions": {"post": _named("captions", "Captions for a picture", captions)},
            "/api/picture": {"get": _named("picture", "The picture of an item", picture)},
        },
        "components": {"schemas": schemas},
    }


def _named(name: str, summary: str, operation: dict[str, Any]) -> dict[str, Any]:
    return {"operationId": name, "summary": summary} | operation


def _parameters(query: type[BaseModel], known: Mapping[str, list[str]]) -> list[dict[str, Any]]:
    schema = query.model_json_schema()
    required = schema.get("required", [])
    found = []
    for name, raw in schema["properties"].items():
        plain = next((kind for kind in raw.get("anyOf", ()) if kind.get("type") != "null"), raw)
        kept = {key: value for key, value in plain.items() if key not in ("title", "description")}
        if name in known:
            kept |= {"enum": known[name]}
        says = raw.get("description", "")
        found.append({"name": name, "in": "query", "required": name in required, "description": says, "schema": kept})
    return found


def _responses(answer: type[BaseModel], *errors: int) -> dict[str, Any]:
    return {"200": _json(answer, answer.__doc__ or "")} | _errors(*errors)


def _errors(*statuses: int) -> dict[str, Any]:
    return {str(status): _json(Error, "Refused") for status in (*statuses, 500)}


def _json(answer: type[BaseModel], says: str) -> dict[str, Any]:
    reference = {"$ref": f"#/components/schemas/{answer.__name__}"}
    return {"description": says, "content": {"application/json": {"schema": reference}}}
