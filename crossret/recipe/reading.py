"""YAML, ``--set`` overrides and merging, with errors that name the file, the key and the nearest valid one."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from crossret.errors import UsageError, nearest, unknown
from crossret.recipe.models import Recipe
from crossret.recipe.suite import Suite

Model = TypeVar("Model", bound=BaseModel)


def suites_folder() -> Path:
    """Where shipped suites lie: inside an installed package, or in a source checkout."""
    package = Path(sys.modules["crossret"].__path__[0])
    installed = package / "suites"
    return installed if installed.is_dir() else package.parent / "benchmarks" / "suites"


def shipped_suites() -> dict[str, Path]:
    """Names and files of the suites that come with the package."""
    return {path.stem: path for path in sorted(suites_folder().glob("*.yaml"))}


def read_yaml(path: Path) -> dict[str, Any]:
    """A YAML mapping, its ``${…}`` replaced.

    Raises:
        UsageError: missing, not UTF-8, not YAML (with its line), or not a mapping.
    """
    return _resolved(_read(path), str(path))


def _read(path: Path) -> dict[str, Any]:
    from omegaconf import DictConfig, OmegaConf
    from omegaconf.errors import OmegaConfBaseException
    from yaml import YAMLError

    try:
        config = OmegaConf.load(path)
    except FileNotFoundError as error:
        raise UsageError(f"{path}: no such file") from error
    except (YAMLError, OmegaConfBaseException, UnicodeDecodeError, OSError) as error:
        raise UsageError(f"{path}: not a readable YAML file: {' '.join(str(error).split())}") from error
    if not isinstance(config, DictConfig):
        found = type(OmegaConf.to_container(config)).__name__
        raise UsageError(f"{path}: expected a mapping of keys to values, found a {found}")
    return {str(key): value for key, value in OmegaConf.to_container(config).items()}  # type: ignore[union-attr]


def _resolved(content: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The content with its ``${key.of.the.same.content}`` replaced.

    Raises:
        UsageError: one of them leads nowhere or in a circle.
    """
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    try:
        plain: dict[str, Any] = OmegaConf.to_container(OmegaConf.create(dict(content)), resolve=True)  # type: ignore[assignment]
    except (OmegaConfBaseException, RecursionError) as error:
        raise UsageError(f"{where}: {' '.join(str(error).split())}") from error
    return plain


def _read_suite_file(path: Path) -> dict[str, Any]:
    """A suite's content; ``${…}`` inside its recipes stays until a method's recipe is whole (:func:`recipe_of`)."""
    content = _read(path)
    later = {key: content.pop(key) for key in ("recipe", "methods") if key in content}
    return _resolved(content, str(path)) | later


def read_suite(name_or_path: str) -> Suite:
    """A shipped suite by name, or a suite file by path, laid over the suite that it extends.

    Raises:
        UsageError: no such suite, or a key or value it must not have.
    """
    path = _suite_path(name_or_path, Path())
    content = _with_parents(path, ())
    content["name"] = _read_suite_file(path).get("name", path.stem)
    return validated(Suite, content, str(path))


def _suite_path(name_or_path: str, folder: Path) -> Path:
    shipped = shipped_suites()
    path = shipped.get(name_or_path, folder / name_or_path)
    if path.suffix not in (".yaml", ".yml"):
        raise unknown("suite", name_or_path, shipped)
    return path


def _with_parents(path: Path, children: tuple[Path, ...]) -> dict[str, Any]:
    """A suite's content over that of the suites it extends; an inherited method set to ``null`` is left out."""
    if path.resolve() in [child.resolve() for child in children]:
        raise UsageError(f"suites extend one another in a circle: {' → '.join(map(str, (*children, path)))}")
    content = _read_suite_file(path)
    name = content.pop("extends", None)
    if name is None:
        return content
    parent = _with_parents(_parent_path(path, str(name)), (*children, path))
    content = merged([parent, content])
    inherited, methods = parent.get("methods"), content.get("methods")
    if isinstance(inherited, dict) and isinstance(methods, dict):
        kept = {name: method for name, method in methods.items() if method is not None or name not in inherited}
        content["methods"] = kept
    return content


def _parent_path(path: Path, name: str) -> Path:
    try:
        parent = _suite_path(name, path.parent)
    except UsageError as error:
        raise UsageError(f"{path}: extends: {error}") from error
    if not parent.is_file():
        raise UsageError(f"{path}: extends: {parent}: no such file")
    return parent


def validated(model: type[Model], content: Mapping[str, Any], where: str) -> Model:
    """Check plain data against a model.

    Raises:
        UsageError: the first thing wrong: where, which key, what was found and expected.
    """
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise UsageError(f"{where}: {_first_problem(model, error)}") from error


def _first_problem(model: type[BaseModel], error: ValidationError) -> str:
    problems = error.errors()
    # A misspelt key is both unknown and missing: only the first helps.
    problem = next((p for p in problems if p["type"] == "extra_forbidden"), problems[0])
    place = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "extra_forbidden":
        return f"unknown key {place!r}{nearest(str(problem['loc'][-1]), _keys_at(model, problem['loc'][:-1]))}"
    message = problem["msg"].removeprefix("Value error, ")
    found = problem.get("input")
    shown = "" if isinstance(found, dict) else f", found {found!r}"
    if problem["type"] == "string_type" and isinstance(found, bool):
        shown += " (YAML reads yes, no, on and off as true and false: quote the word)"
    return f"{place}: {message}{shown}" if place else message


def _keys_at(model: type[BaseModel], place: Sequence[str | int]) -> list[str]:
    """Names of the fields that exist at a place inside a model."""
    schema = model.model_json_schema()
    current: dict[str, Any] = schema
    for part in place:
        current = _follow(schema, current)
        properties = current.get("properties", {})
        current = properties.get(part) or current.get("additionalProperties") or current.get("items") or {}
    return list(_follow(schema, current).get("properties", {}))


def _follow(schema: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    for option in node.get("anyOf", []):
        if "$ref" in option:
            node = option
    if "$ref" in node:
        found: dict[str, Any] = schema["$defs"][node["$ref"].rsplit("/", 1)[1]]
        return found
    return node


def merged(layers: Sequence[Mapping[str, Any]], overrides: Sequence[str] = ()) -> dict[str, Any]:
    """Later layers over earlier ones, then ``a.b=c`` overrides.

    Raises:
        UsageError: an override that is not ``key=value``, or whose value is no YAML; layers that do not fit together.
    """
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    try:
        config = OmegaConf.merge(*(dict(layer) for layer in layers), *map(_override, overrides))
    except (OmegaConfBaseException, TypeError) as error:
        raise UsageError(f"cannot combine recipes: {' '.join(str(error).split())}") from error
    content: dict[str, Any] = OmegaConf.to_container(config)  # type: ignore[assignment]
    return content


def _override(text: str) -> Any:
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException
    from yaml import YAMLError

    key, equals, _ = text.partition("=")
    if not equals or not all(key.split(".")) or "[" in key:
        raise UsageError(f"--set {text!r}: expected key=value, e.g. training.epochs=5")
    try:
        return OmegaConf.from_dotlist([text])
    except (YAMLError, OmegaConfBaseException) as error:
        raise UsageError(f"--set {text!r}: {' '.join(str(error).split())}") from error


def recipe_of(suite: Suite, method: str, overrides: Sequence[str] = ()) -> Recipe:
    """The resolved recipe of one method of a suite.

    In a recipe ``${data.options.root}`` stands for that key of the whole recipe, overrides included.

    Raises:
        UsageError: unknown method, key or value.
    """
    if method not in suite.methods:
        raise unknown("method", method, suite.methods)
    where = f"suite {suite.name!r}, method {method!r}"
    return validated(Recipe, _resolved(merged(suite.lineage(method), overrides), where), where)


def to_yaml(model: BaseModel) -> str:
    """A model as YAML that can be read back."""
    from omegaconf import OmegaConf

    return OmegaConf.to_yaml(OmegaConf.create(model.model_dump(mode="json")))
