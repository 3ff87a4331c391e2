from __future__ import annotations

import subprocess
import sys

import pytest

from crossret.errors import ComponentError, UsageError
from crossret.plugins import Plugins
from crossret_executors import plugin


@pytest.fixture
def plugins() -> Plugins:
    found = Plugins()
    found.add("executors", plugin)
    return found


def test_all_are_registered_and_build(plugins: Plugins) -> None:
    assert plugins.registry.names("executor") == ("inline", "processes", "ray")
    for name in ("inline", "processes"):
        assert plugins.registry.build("executor", name, workers=1)


def test_without_ray_one_line_says_what_to_install(plugins: Plugins, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("crossret_executors.on_ray")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ComponentError, match=r"import of ray halted.*; try: pip install 'crossret\[ray\]'") as told:
        plugins.registry.build("executor", "ray", workers=1)
    assert "\n" not in str(told.value)


def test_a_wrong_number_of_workers_is_a_usage_error(plugins: Plugins) -> None:
    with pytest.raises(UsageError, match="'processes': workers must be at least 1, not -1"):
        plugins.registry.build("executor", "processes", workers=-1)


def test_a_worker_starts_without_numpy_and_torch() -> None:
    """Else the thread variables would come too late, and each worker would be slow to start."""
    code = "import sys, crossret_executors.worker as _; print({'numpy', 'torch'} & {*sys.modules})"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "set()"
