"""Makes those parts of the reference pages that follow from the code; cog calls it (see CONTRIBUTING.md)."""

from __future__ import annotations

import inspect
import json
import os
import re
from collections.abc import Iterator, Sequence
from typing import Any

import click
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from crossret import hookspecs
from crossret.cli import cli
from crossret.plugins import hook_of, registry
from crossret.recipe.models import Recipe
from crossret.recipe.published import PublishedDirection, PublishedRow, PublishedScores
from crossret.recipe.reading import read_suite, shipped_suites
from crossret.recipe.suite import MethodEntry, Suite
from crossret.registry import KINDS, Component
from crossret.results.record import Record

HELP_WIDTH = 88

# The pages are about crossret's own plugins, whatever else is installed.
os.environ["CROSSRET_LOAD_PLUGINS"] = "crossret"

# Fields whose meaning does not stand in the docstring of their model.
MEANINGS = {
    "dataset": "name of a data set component",
    "protocol": "one of the data set's protocols; `null`: its first",
    "options": "arguments of the component, by name",
    "translator": "name of a translator component",
    "backbone": "name of a visual backbone, e.g. `timm:resnet18`",
    "encoder": "name of a text encoder, e.g. `hf:bert-base-multilingual-cased`",
    "dropout": "dropout of the tower",
    "visual": "the visual tower",
    "text": "the text tower",
    "loss": "name of a loss component",
    "between": "the two views that the loss compares, where it leaves that open",
    "weight": "factor of the term in the total",
    "decay": "factor of the `plateau` schedule after every epoch",
    "batch_size": "samples in one training step",
    "data": "which data set",
    "texts": "what is read in training",
    "translation": "who translates",
    "model": "both towers",
    "training": "optimisation, schedule and selection",
    "evaluation": "how the model is asked",
    "baseline_options": "arguments of the baseline component, by name",
    "summary": "one line for `crossret recipe list`",
    "methods": "rows of the leaderboard, by name",
}


def cli_help() -> str:
    """One section per command: its help page."""
    return "\n".join(f"## `{path}`\n\n```text\n{page}\n```\n" for path, page in _help_pages(cli, "crossret", None))


def _help_pages(command: click.Command, name: str, parent: click.Context | None) -> Iterator[tuple[str, str]]:
    context = click.Context(
        command, parent, name, terminal_width=HELP_WIDTH, max_content_width=HELP_WIDTH, **command.context_settings
    )
    yield context.command_path, command.get_help(context)
    if isinstance(command, click.Group):
        for inner in command.list_commands(context):
            found = command.get_command(context, inner)
            if found is not None:
                yield from _help_pages(found, inner, context)


def hooks() -> str:
    """One section per hook: its signature and its docstring."""
    found = [hook for name, hook in vars(hookspecs).items() if name.startswith("register_")]
    return "\n".join(f"## `{hook.__name__}{_signature(hook)}`\n\n{_markdown(hook.__doc__)}\n" for hook in found)


def _signature(hook: Any) -> str:
    """``(register: Register) -> None``, the annotations as they are written."""
    return str(inspect.signature(hook)).replace("'", "")


def _markdown(docstring: str | None) -> str:
    text = inspect.cleandoc(docstring or "")
    text = re.sub(r":\w+:`~?([^`]+)`", r"`\1`", text)
    text = re.sub(r"method section (\d[\d.]*\d)", r"[method, section \1](../explanation/method.md)", text)
    return text.replace("``", "`")


def components() -> str:
    """One section per kind, one subsection per component of crossret itself."""
    return "\n".join(_kind(kind) for kind in KINDS)


def _kind(kind: str) -> str:
    own = [component for component in registry() if component.kind == kind and component.distribution == "crossret"]
    head = f"## {kind}\n\nRegistered by the hook `{hook_of(kind)}`.\n"
    return "\n".join([head, *(_component(component) for component in own)])


def _component(component: Component) -> str:
    meta = component.meta
    name = f"{component.name}:{meta.argument}" if meta.argument else component.name
    facts = [
        ("options", _options(component)),
        ("needs", f"`pip install '.[{meta.extra}]'`" if meta.extra else ""),
        ("width of its vectors", str(meta.dimension or "")),
        ("reads the views", ", ".join(f"`{view}`" for view in meta.views)),
        ("licence", meta.licence),
        ("source", meta.source),
    ]
    listed = "".join(f"- {what}: {fact}\n" for what, fact in facts if fact)
    return f"### `{name}`\n\n{meta.summary[:1].upper()}{meta.summary[1:]}.\n" + (f"\n{listed}" if listed else "")


def _options(component: Component) -> str:
    """What a recipe may say under ``options``, with defaults; the arguments that crossret passes are left out."""
    target = component.load()
    passed = {"context", "dataset", "inner", "model", "workers"}
    inside = ["`options` of the component inside"] if component.meta.wraps else []
    parameters = [
        p
        for p in inspect.signature(target).parameters.values()
        if p.name not in passed and p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)
    ]
    named = [
        f"`{p.name}`" + ("" if p.default is p.empty else f" (`{json.dumps(p.default, default=str)}`)")
        for p in parameters
    ]
    return ", ".join(named + inside)


def gallery() -> str:
    """One table per kind: what each component says about itself, without importing it."""
    own = [component for component in registry() if component.distribution == "crossret"]
    header = ("name", "what it is", "languages", "s per 1,000", "MB", "licence", "installed by")
    parts = []
    for kind in KINDS:
        rows = [_gallery_row(component) for component in own if component.kind == kind]
        parts.append(f"## {kind}\n\n" + _table(header, rows))
    return "\n".join(parts)


def _gallery_row(component: Component) -> tuple[str, ...]:
    meta = component.meta
    few = ", ".join(meta.languages) if len(meta.languages) <= 6 else str(len(meta.languages))
    numbers = ("" if value is None else f"{value:g}" for value in (meta.seconds_per_1000, meta.memory_mb))
    name = f"{component.name}:{meta.argument}" if meta.argument else component.name
    extra = f"`.[{meta.extra}]`" if meta.extra else ""
    return (f"`{name}`", meta.summary, few, *numbers, meta.licence, extra)


def recipe_keys() -> str:
    """One section per part of a recipe: every key with type, default and meaning."""
    return "\n".join(_sections(Recipe, "recipe"))


def suite_keys() -> str:
    """The keys of a suite file, of its methods and of its published rows."""
    extends = ("`extends`", "text or null", "`null`", "a shipped suite, or a file, that this suite is laid over")
    return "\n".join(
        [
            _keys(Suite, extra=[extends]),
            "### `methods.NAME`\n\n" + _keys(MethodEntry),
            "### Rows of `published`\n\n" + _keys(PublishedRow),
            "### `scores.LANG` of a published row\n\n" + _keys(PublishedScores),
            "### Its `t2v` and `v2t`\n\n" + _keys(PublishedDirection),
        ]
    )


def _sections(model: type[BaseModel], path: str) -> Iterator[str]:
    inner = dict(_inner_models(model))
    title = path.removeprefix("recipe.")
    summary = _markdown((model.__doc__ or "").split("Attributes:")[0]).strip()
    yield f"## `{title}`\n\n{summary}\n\n{_keys(model)}"
    for name, part in inner.items():
        yield from _sections(part, f"{path}.{name}")


def _inner_models(model: type[BaseModel]) -> Iterator[tuple[str, type[BaseModel]]]:
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield name, field.annotation
        elif name == "objective":
            from crossret.recipe.models import TermRecipe

            yield "objective.NAME", TermRecipe


def _keys(model: type[BaseModel], extra: Sequence[tuple[str, ...]] = ()) -> str:
    rows = [*extra, *(_key(model, name) for name in model.model_fields)]
    return _table(("key", "type", "default", "meaning"), rows)


def _key(model: type[BaseModel], name: str) -> tuple[str, ...]:
    schema = model.model_json_schema()["properties"][name]
    return f"`{name}`", _type(schema), _default(model, name), meanings(model)[name]


def meanings(model: type[BaseModel]) -> dict[str, str]:
    """What each field means: from the docstring of its model, else from this file.

    Raises:
        KeyError: a field that is described nowhere.
    """
    listed = inspect.cleandoc(model.__doc__ or "").partition("Attributes:\n")[2]
    described = {
        name: " ".join(text.split())
        for name, text in re.findall(r"^    (\w+): (.*(?:\n {8}.*)*)", listed, re.MULTILINE)
    }
    found = {name: _markdown(described.get(name) or MEANINGS[name]) for name in model.model_fields}
    return {name: text.removesuffix(".").replace("`None`", "`null`") for name, text in found.items()}


def _type(schema: dict[str, Any]) -> str:
    if "anyOf" in schema:
        return " or ".join(_type(option) for option in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if "$ref" in schema:
        return "section"
    kind = schema.get("type", "any")
    names = {"string": "text", "integer": "integer", "number": "number", "boolean": "true or false", "null": "null"}
    if kind == "array":
        return "list"
    if kind == "object":
        return "mapping"
    signs = {"minimum": "≥", "maximum": "≤", "exclusiveMinimum": ">", "exclusiveMaximum": "<"}
    limits = " and ".join(f"{sign} {schema[word]:g}" for word, sign in signs.items() if word in schema)
    return " ".join(filter(None, (names.get(kind, kind), limits)))


def _default(model: type[BaseModel], name: str) -> str:
    field = model.model_fields[name]
    default = field.get_default(call_default_factory=True, validated_data={})
    if default is PydanticUndefined:
        return "required"
    if isinstance(default, BaseModel):
        return "see its section"
    return f"`{json.dumps(default, ensure_ascii=False)}`"


def record_keys() -> str:
    """The fields of a record, part by part."""
    schema = Record.model_json_schema()
    parts = {"Record": schema, **schema["$defs"]}
    return "\n".join(
        f"### {name}\n\n{_about(part)}\n\n"
        + _table(
            ("field", "type", "required"),
            [
                (f"`{field}`", _field_type(content), "yes" if field in part.get("required", ()) else "no")
                for field, content in part["properties"].items()
            ],
        )
        for name, part in parts.items()
    )


def _about(part: dict[str, Any]) -> str:
    """The docstring, its attributes as a list."""
    head, _, attributes = part.get("description", "").partition("Attributes:\n")
    listed = re.findall(r"^ *(\w+): (.*(?:\n {8,}.*)*)", attributes, re.MULTILINE)
    lines = "\n".join(f"- `{name}`: {' '.join(text.split())}" for name, text in listed)
    return _markdown(head).strip() + (f"\n\n{_markdown(lines)}" if lines else "")


def _field_type(content: dict[str, Any]) -> str:
    if "$ref" in content:
        return str(content["$ref"]).rsplit("/", 1)[1]
    if "items" in content:
        return f"list of {_field_type(content['items'])}"
    if "additionalProperties" in content and isinstance(content["additionalProperties"], dict):
        return f"mapping to {_field_type(content['additionalProperties'])}"
    return _type(content)


def record_schema() -> str:
    """The JSON schema of a record."""
    return f"```json\n{json.dumps(Record.model_json_schema(), indent=2)}\n```\n"


def suites() -> str:
    """The suites that come with crossret."""
    found = [read_suite(name) for name in shipped_suites()]
    rows = [
        (f"`{s.name}`", s.summary, " ".join(s.languages), str(s.seeds), ", ".join(f"`{m}`" for m in s.methods))
        for s in found
    ]
    return _table(("suite", "what it is", "languages", "seeds", "methods"), rows)


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)
