from __future__ import annotations

import pytest

from crossret.cli.options import Assignment


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("root=/data", "/data"),
        ("clean=false", False),
        ("share=0.5", 0.5),
        ("models=[one, {path: two, source: en}]", ["one", {"path": "two", "source": "en"}]),
        ("model={path: two}", {"path": "two"}),
        ("root=a: b", "a: b"),
        ("root=[a", "[a"),
        ("root=2026-11-24", "2026-11-24"),
    ],
)
def test_values_are_read_as_yaml_where_that_is_meant(written: str, meant: object) -> None:
    assert Assignment().convert(written, None, None) == (written.partition("=")[0], meant)
