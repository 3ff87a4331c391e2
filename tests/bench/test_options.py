from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from crossret.bench.options import arguments_of
from crossret.plugins import registry


@pytest.mark.parametrize(
    "name", [(c.kind, c.name) for c in registry() if c.kind in ("visual-backbone", "text-encoder", "loss", "baseline")]
)
def test_the_source_says_what_the_signature_says(name: tuple[str, str]) -> None:
    component = next(c for c in registry() if (c.kind, c.name) == name)
    found = arguments_of(component.target)
    if found is not None:
        assert found == tuple(inspect.signature(component.load()).parameters)


def test_it_tells_of_most_components() -> None:
    told = {c.name for c in registry() if c.kind in ("visual-backbone", "text-encoder") and arguments_of(c.target)}
    assert {"hf", "timm", "openclip", "features", "nrccr-bigfile", "subword-tiny"} <= told


MODULE = """
import nothing_that_exists

def function(a, /, b, *, c=1): ...
def anything(**options): ...
class Class:
    def __init__(self, a, b=2): ...
class Inherits(Class): ...
class FromElsewhere(nothing_that_exists.Class): ...
class Both(Class, FromElsewhere): ...
Alias = Class
"""


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("function", ("a", "b", "c")),
        ("Class", ("a", "b")),
        ("Inherits", ("a", "b")),
        ("anything", None),
        ("FromElsewhere", None),
        ("Both", None),
        ("Alias", None),
        ("Missing", None),
    ],
)
def test_a_module_is_read_and_not_imported(
    name: str, arguments: tuple[str, ...] | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "source_only.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    arguments_of.cache_clear()
    assert arguments_of(f"source_only:{name}") == arguments
    assert arguments_of("no_such_module_at_all:Class") is None
