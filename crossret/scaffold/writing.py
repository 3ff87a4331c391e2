"""Fills the templates and writes them as a folder."""

from __future__ import annotations

import shutil
import tempfile
from importlib.resources import files
from pathlib import Path
from string import Template

from crossret import __version__
from crossret.errors import UsageError
from crossret.plugins import hook_of
from crossret.scaffold.names import Names

# Where each template goes; {package} is the package's name.
COMMON = {
    "pyproject.toml": "pyproject.toml",
    "readme.md": "README.md",
    "noxfile.py": "noxfile.py",
    "plugin.py": "{package}/__init__.py",
    "test_component.py": "tests/test_{package}.py",
}
# Meta beyond the summary, and the recipe that tries the component in a bench.
META: dict[str, tuple[str, ...]] = {
    "text-encoder": ('modality="text"', "dimension=64", "memory_mb=400", "seconds_per_1000=0.1", "trains=True"),
    "visual-backbone": ('modality="image"', "dimension=192", "memory_mb=100", "seconds_per_1000=1"),
    "translator": ('modality="text"', "memory_mb=20", "seconds_per_1000=0.01"),
    "loss": ('source="your paper"',),
    "dataset": ('modality="image"', 'languages=("en", "es")', 'licence="CC0-1.0"'),
    "baseline": ('modality="text"', "memory_mb=50", "seconds_per_1000=0.01"),
    "executor": ('source="your cluster"',),
    "renderer": ('source="your format"',),
}
TRIED = {
    "text-encoder": '{{"model": {{"text": {{"encoder": "{name}"}}}}}}',
    "visual-backbone": '{{"model": {{"visual": {{"backbone": "{name}"}}}}}}',
    "translator": '{{"translation": {{"translator": "{name}"}}}}',
    "loss": '{{"objective": {{"new": {{"loss": "{name}", "between": ["visual", "target"]}}}}}}',
    "dataset": '{{"data": {{"dataset": "{name}"}}, "translation": {{"translator": "identity"}}}}',
    "baseline": '{{"baseline": "{name}", "texts": {{"target": "none"}}}}',
    "executor": '{{}}, arguments=["--executor", "{name}"]',
    "renderer": "{{}}",
}
# What is expected of the bench, if it is more than a record.
THEN = {"renderer": '"tried" in run.leaderboard("{name}")'}


def write_distribution(names: Names, kind: str, parent: Path) -> Path:
    """Write the distribution as a folder of its name; it appears whole or not at all.

    Raises:
        UsageError: the folder exists.
    """
    folder = parent / names.distribution
    if folder.exists():
        raise UsageError(f"{folder} exists; choose another name, or another folder with --in")
    words = {
        "distribution": names.distribution,
        "name": names.component,
        "package": names.package,
        "title": names.title,
        "kind": kind,
        "hook": hook_of(kind),
        "meta": "\n".join(f"            {fact}," for fact in META[kind]),
        "then": THEN.get(kind, "run.records").format(name=names.component),
        "tried": TRIED[kind].format(name=names.component),
        "crossret_version": __version__,
    }
    parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=parent, prefix=f".{names.distribution}-") as draft:
        for template, target in COMMON.items():
            _fill(f"common/{template}", Path(draft) / target.format(package=names.package), words)
        _fill(f"component/{kind}.py", Path(draft) / names.package / "component.py", words)
        shutil.copytree(draft, folder)
    return folder


def _fill(template: str, target: Path, words: dict[str, str]) -> None:
    text = files("crossret.scaffold").joinpath("templates", f"{template}.txt").read_text(encoding="utf-8")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(Template(text).substitute(words), encoding="utf-8")
