"""Plugins that are one file: an idea without packaging.

The file's functions that are called as a hook are hooks, marked or not, and ``register`` takes a class of the file
itself, or its name::

    class MyLoss: ...

    def register_losses(register):
        register("my-loss", MyLoss)

Environment:
    CROSSRET_PLUGIN_FILES: files (or folders with a ``crossret_plugins.py``) to load, separated as ``PATH`` is.
"""

from __future__ import annotations

import hashlib
import importlib.util
import inspect
import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

from crossret.errors import ComponentError, UsageError, unknown
from crossret.hook_functions import HOOK_PREFIX
from crossret.hookspecs import hookimpl

FILES_VARIABLE = "CROSSRET_PLUGIN_FILES"
FOLDER_FILE = "crossret_plugins.py"
VERSION_DIGITS = 16


@dataclass(frozen=True, slots=True)
class PluginFile:
    """A file and the content that was read from it; plain data, which travels to worker processes.

    Attributes:
        path: absolute.
        version: ``sha256-`` and the first digits of the hash of the content.
        content: for a process on a machine that lacks the file.
    """

    path: Path
    version: str
    content: bytes = field(repr=False)

    @classmethod
    def of(cls, path: Path, content: bytes) -> PluginFile:
        """The file with this content."""
        return cls(path, f"sha256-{hashlib.sha256(content).hexdigest()[:VERSION_DIGITS]}", content)

    @property
    def distribution(self) -> str:
        """Stands for a distribution in listings, records and keys: moving a file changes nothing."""
        return self.path.name


def named_files() -> tuple[Path, ...]:
    """The files that the environment names."""
    return tuple(Path(part) for part in os.environ.get(FILES_VARIABLE, "").split(os.pathsep) if part.strip())


def resolved(path: Path) -> Path:
    """The absolute path of a plugin file; a folder means its ``crossret_plugins.py``.

    Raises:
        UsageError: it does not exist, or is no Python file.
    """
    found = (path / FOLDER_FILE if path.is_dir() else path).resolve()
    if not found.is_file():
        raise UsageError(f"plugin file {found}: no such file")
    if found.suffix != ".py":
        raise UsageError(f"plugin file {path}: expected a Python file (.py)")
    return found


def run_file(file: PluginFile) -> ModuleType:
    """Run what was read from a file as a module of its own name.

    Raises:
        Exception: whatever the file raises.
    """
    stem = re.sub(r"\W", "_", file.path.stem)
    name = f"crossret_file_{stem}_{hashlib.sha256(str(file.path).encode()).hexdigest()[:8]}"
    spec = importlib.util.spec_from_file_location(name, file.path)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        exec(compile(file.content, str(file.path), "exec"), module.__dict__)
    except BaseException:
        del sys.modules[name]
        raise
    _mark_hooks(module)
    return module


def _mark_hooks(module: ModuleType) -> None:
    """A misspelt hook is marked, too, so that it is told of and not passed over."""
    for name, found in vars(module).items():
        if name.startswith(HOOK_PREFIX) and inspect.isfunction(found) and found.__module__ == module.__name__:
            hookimpl(found)


def target_in(module: ModuleType, target: str | Callable[..., object]) -> str:
    """``package.module:Class`` of what a plugin file registers: a class, its name in the file, or such a target.

    Raises:
        UsageError: the file has no such name.
        ComponentError: neither of these.
    """
    if isinstance(target, str):
        if ":" in target:
            return target
        if not hasattr(module, target):
            raise unknown(f"name in {Path(str(module.__file__)).name}", target, _own_names(module))
        return f"{module.__name__}:{target}"
    home, name = getattr(target, "__module__", ""), getattr(target, "__qualname__", "")
    if getattr(sys.modules.get(home), name, None) is not target:
        raise ComponentError(f"target {target!r} is no class or function at the top level of a file")
    return f"{home}:{name}"


def _own_names(module: ModuleType) -> list[str]:
    return [n for n, found in vars(module).items() if getattr(found, "__module__", None) == module.__name__]
