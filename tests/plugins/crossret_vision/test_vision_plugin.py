from __future__ import annotations

import subprocess
import sys

import crossret_vision.plugin
from crossret.plugins import Plugins


def test_registers_the_visual_backbones() -> None:
    plugins = Plugins()
    plugins.add("vision", crossret_vision.plugin)
    assert plugins.registry.names("visual-backbone") == ("hog",)
    assert len(list(plugins.registry)) == 1


def test_dimension_is_the_one_announced() -> None:
    plugins = Plugins()
    plugins.add("vision", crossret_vision.plugin)
    for name in ("hog",):
        backbone = plugins.registry.build("visual-backbone", name)
        assert backbone.dimension == plugins.registry.get("visual-backbone", name).meta.dimension


def test_registration_stays_light() -> None:
    heavy = ("torch", "numpy", "PIL", "timm", "open_clip", "crossret_vision.hog")
    code = f"import sys, crossret_vision.plugin; print([m for m in {heavy} if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
