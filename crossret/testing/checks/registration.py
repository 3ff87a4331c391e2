"""What every component must do: be cheap to register, and be built."""

from __future__ import annotations

import functools
import os
import subprocess
import sys

from crossret.testing.outcomes import ConformanceError, NotApplicableError, NotBuiltError, expect
from crossret.testing.subject import Subject

HEAVY = (
    "torch", "torchvision", "transformers", "sentence_transformers", "timm", "open_clip", "accelerate", "scipy",
    "sklearn", "pandas", "tensorflow", "jax", "cv2", "faiss", "ray", "datasets",
)  # fmt: skip
_PROBE = """
import sys
from crossret.plugins import plugins
plugins()
print(*sorted(set(sys.argv[1:]) & set(sys.modules)))
"""


def registers_without_heavy_imports(subject: Subject) -> None:
    """Registering its plugin imports no heavy library."""
    component = subject.component
    if component.distribution.endswith(".py"):
        raise NotApplicableError("a plugin file is imported as a whole")
    if not component.distribution:
        raise NotApplicableError("its plugin belongs to no distribution")
    imported = _heavy_imports(component.distribution)
    expect(not imported, "a plugin module that imports no heavy library", f"imports of {', '.join(imported)}")


@functools.cache
def _heavy_imports(distribution: str) -> tuple[str, ...]:
    environment = {**os.environ, **search_path(), "CROSSRET_LOAD_PLUGINS": distribution}
    environment.pop("CROSSRET_PLUGIN_FILES", None)
    done = subprocess.run(
        [sys.executable, "-c", _PROBE, *HEAVY], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ConformanceError("a plugin that loads in a process of its own", done.stderr.strip().splitlines()[-1])
    return tuple(done.stdout.split())


def search_path() -> dict[str, str]:
    """The environment of a process that finds the same modules as this one."""
    return {"PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)}


def is_built(subject: Subject) -> None:
    """Its target is imported and constructed, and follows the contract of its kind."""
    try:
        subject.build()
    except NotBuiltError as error:
        raise ConformanceError(f"{subject.component.target} to be built", error) from error


def refuses_unknown_options(subject: Subject) -> None:
    """An option that its constructor does not know is an error."""
    subject.build()
    try:
        subject.build(no_such_option_0=1)
    except NotBuiltError:
        return

    raise ConformanceError(
        "an error for the option 'no_such_option_0'", f"{subject.component.target} takes every option (**kwargs)"
    )


CHECKS = (registers_without_heavy_imports, is_built, refuses_unknown_options)
