from __future__ import annotations

import sys
from pathlib import Path

import pytest

from crossret.requirements import Need, extras_of, unmet

REQUIRES = """
Requires-Dist: numpy>=1
Requires-Dist: nobody-has-it>=2
Requires-Dist: click>=900
Requires-Dist: only-on-mars; sys_platform == "mars"
Requires-Dist: not a requirement at all
Provides-Extra: fast
Requires-Dist: warp>=9; extra == "fast"
Requires-Dist: mars-drive; extra == "fast" and sys_platform == "mars"
Requires-Dist: pluggy; extra == "fast"
Provides-Extra: all
Requires-Dist: crossret_ODD[fast,all]; extra == "all"
"""


@pytest.fixture
def odd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    info = tmp_path / "crossret_odd-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: crossret-odd\nVersion: 1.0{REQUIRES}\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    return "crossret-odd"


def test_what_is_missing_or_too_old(odd: str) -> None:
    nobody, click = unmet(odd)
    assert nobody == Need("nobody-has-it>=2", "")
    assert str(nobody) == "nobody-has-it>=2 (not installed)"
    assert click.requirement == "click>=900"
    assert str(click).endswith(" is installed)")


def test_an_extra_that_names_others_of_its_own_distribution(odd: str) -> None:
    assert unmet(odd, "fast") == unmet(odd, "all") == [Need("warp>=9", "")]
    assert extras_of(odd) == ("fast", "all")


def test_what_is_not_installed_needs_nothing() -> None:
    assert unmet("crossret-nobody") == []
    assert extras_of("crossret-nobody") is None
