from __future__ import annotations

import subprocess
import sys

import crossret_baselines.plugin
from crossret.plugins import Plugins


def test_registers_the_baselines() -> None:
    plugins = Plugins()
    plugins.add("baselines", crossret_baselines.plugin)
    assert plugins.registry.names("baseline") == ("lexical",)
    assert len(list(plugins.registry)) == 1


def test_dimension_is_the_one_announced() -> None:
    plugins = Plugins()
    plugins.add("baselines", crossret_baselines.plugin)
    baseline = plugins.registry.build("baseline", "lexical", n_min=3)
    meta = plugins.registry.get("baseline", "lexical").meta
    assert [vectors.shape[1] for vectors in baseline.embed(["a"], ["b"])] == [meta.dimension] * 2


def test_registration_stays_light() -> None:
    heavy = ("torch", "numpy", "PIL", "crossret_baselines.lexical")
    code = f"import sys, crossret_baselines.plugin; print([m for m in {heavy} if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
