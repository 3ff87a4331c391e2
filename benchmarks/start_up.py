"""How long ``crossret`` takes to answer with 20 further plugins installed, as a multiple of ``import click``.

    python benchmarks/start_up.py [REPEATS]

Seconds depend on the machine and on what else runs there; the multiple of CPU seconds hardly does. The budget is 0.4
seconds.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

PLUGINS = 20
COMMANDS = (("--help",), ("components",), ("plugins",))
BUDGET_SECONDS = 0.4

PLUGIN = '''
"""Registers a text encoder and a loss; imports neither."""

from crossret.contracts.meta import Meta
from crossret.hookspecs import hookimpl


@hookimpl
def register_text_encoders(register):
    register("encoder-{number}", "many_{number}_component:Encoder", Meta(summary="number {number}", extra="torch"))


@hookimpl
def register_losses(register):
    register("loss-{number}", "many_{number}_component:Loss", Meta(summary="number {number}"))
'''
COMPONENT = """
import torch
import transformers


class Encoder(torch.nn.Module): ...


class Loss(torch.nn.Module): ...
"""


def install_many(site: Path, count: int = PLUGINS) -> None:
    """What pip would leave behind of ``count`` distributions, in a folder that is to be on the path."""
    for number in range(count):
        info = site / f"crossret_many_{number}-1.0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: crossret-many-{number}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[crossret]\nmany-{number} = many_{number}_plugin\n")
        (site / f"many_{number}_plugin.py").write_text(PLUGIN.format(number=number))
        (site / f"many_{number}_component.py").write_text(COMPONENT)


class Taken(NamedTuple):
    """The shortest of several runs, in seconds: what else runs on the machine can only add to it."""

    clock: float
    cpu: float


def taken(call: list[str], environment: dict[str, str], repeats: int) -> Taken:
    """Run a command several times."""
    clock, cpu = [], []
    for _ in range(repeats):
        started, spent = time.perf_counter(), _children()
        subprocess.run(call, env=environment, stdout=subprocess.DEVNULL, check=True)
        clock.append(time.perf_counter() - started)
        cpu.append(_children() - spent)
    return Taken(min(clock), min(cpu))


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main(repeats: int) -> None:
    """Print a table."""
    program = "from crossret.cli import main; main()"
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder)
        install_many(site)
        given = os.environ.get("PYTHONPATH", "")
        alone = {name: value for name, value in os.environ.items() if not name.startswith("CROSSRET_")}
        many = alone | {"PYTHONPATH": os.pathsep.join(filter(None, (str(site), given)))}
        bare = taken([sys.executable, "-c", "import click"], alone, repeats)
        print(f"budget {BUDGET_SECONDS} s; shortest of {repeats} runs; load {os.getloadavg()[0]:.1f}")
        print("| command | further plugins | seconds | CPU seconds | × click (CPU) |")
        print("|:--|--:|--:|--:|--:|")
        print(_row("python -c 'import click'", "", bare, bare))
        for words in COMMANDS:
            call = [sys.executable, "-c", program, *words]
            for number, environment in ((0, alone), (PLUGINS, many)):
                found = taken(call, environment, repeats)
                print(_row(f"crossret {' '.join(words)}", str(number), found, bare))


def _row(command: str, plugins: str, found: Taken, bare: Taken) -> str:
    numbers = f"{found.clock:.3f} | {found.cpu:.3f} | {found.cpu / bare.cpu:.1f}"
    return f"| `{command}` | {plugins} | {numbers} |"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
