"""``nox`` runs everything that a change must pass: tests, slow, lint, examples, package, docs.

All but ``package`` share one environment, because one with torch and the optional model libraries takes several
gigabytes: ``.nox/shared``, made on first use and again when ``pyproject.toml`` changes. ``package`` works in an
environment of its own, with nothing but the wheel, and removes it afterwards.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
import zipfile
from pathlib import Path

import nox

ROOT = Path(__file__).parent
SHARED = ROOT / ".nox" / "shared"
SCRIPTS = SHARED / ("Scripts" if sys.platform == "win32" else "bin")
LARGEST_WHEEL_MB = 30
ONE_THREAD = {"OMP_NUM_THREADS": "1"}
# One process per core, each with one thread. Not "auto": where psutil is installed, that counts physical cores.
ON_ALL_CORES = ["-n", "logical"]

NO_TORCH = """
import sys
from crossret.cli import cli
try:
    cli.main(["--help"], prog_name="crossret")
except SystemExit as end:
    assert not end.code, end.code
heavy = sorted({"torch", "transformers", "timm", "open_clip", "accelerate", "scipy"} & set(sys.modules))
assert not heavy, f"crossret --help imports {heavy}"
"""

nox.needs_version = ">=2024.10.9"
nox.options.sessions = ["tests", "slow", "lint", "examples", "package", "docs"]
nox.options.error_on_external_run = True
nox.options.stop_on_first_error = False


def shared(session: nox.Session) -> None:
    """Make the shared environment, unless it is there and up to date."""
    stamp = SHARED / "pyproject.sha256"
    wanted = hashlib.sha256((ROOT / "pyproject.toml").read_bytes() + sys.version.encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    session.run(sys.executable, "-m", "virtualenv", "--quiet", "--clear", str(SHARED), external=True)
    in_shared(session, "python", "-m", "pip", "install", "--quiet", "--editable", ".[dev]")
    stamp.write_text(wanted)


def in_shared(session: nox.Session, command: str, *arguments: str, env: dict[str, str] | None = None) -> None:
    """Run a command of the shared environment."""
    session.run(str(SCRIPTS / command), *arguments, external=True, env=env)


@nox.session(venv_backend="none")
def tests(session: nox.Session) -> None:
    """The quick tests but those of the documentation. Arguments after ``--`` go to pytest."""
    run_tests(session, "not slow and not exhaustive")


@nox.session(venv_backend="none")
def slow(session: nox.Session) -> None:
    """The slow tests but those of the documentation, whatever became of the quick ones."""
    run_tests(session, "slow")


def run_tests(session: nox.Session, marked: str) -> None:
    """Tests of some marks, or those that were asked for."""
    shared(session)
    arguments = session.posargs or [*ON_ALL_CORES, "--ignore=tests/docs", "-m", marked]
    in_shared(session, "python", "-m", "pytest", *arguments, env=ONE_THREAD)


@nox.session(venv_backend="none")
def exhaustive(session: nox.Session) -> None:
    """The whole test kit on components that are costly to build; not one of the default sessions."""
    shared(session)
    in_shared(session, "python", "-m", "pytest", *ON_ALL_CORES, "-m", "exhaustive", env=ONE_THREAD)


@nox.session(venv_backend="none")
def lint(session: nox.Session) -> None:
    """Style, format, types and import rules."""
    shared(session)
    in_shared(session, "ruff", "check", ".")
    in_shared(session, "ruff", "format", "--check", ".")
    in_shared(session, "mypy")
    for folder in example_folders():
        # Each is a distribution of its own, checked as its author would.
        in_shared(session, "mypy", "--package", folder.name.replace("-", "_"), env={"MYPYPATH": str(folder)})
    in_shared(session, "lint-imports")


def example_folders() -> list[Path]:
    """The example plugins."""
    return sorted(path.parent for path in (ROOT / "plugins" / "examples").glob("*/pyproject.toml"))


@nox.session(venv_backend="none")
def examples(session: nox.Session) -> None:
    """Each example plugin, installed beside crossret in a folder of its own: its tests, with a small bench."""
    shared(session)
    site = ROOT / ".nox" / "examples"
    shutil.rmtree(site, ignore_errors=True)
    options = ["--quiet", "--no-deps", "--no-index", "--no-build-isolation", "--target", str(site)]
    in_shared(session, "python", "-m", "pip", "install", *options, *map(str, example_folders()))
    env = {"PYTHONPATH": str(site), "CROSSRET_CACHE": str(site / "cache"), **ONE_THREAD}
    in_shared(session, "crossret", "plugins", env=env | {"CROSSRET_STRICT_PLUGINS": "1"})
    for folder in example_folders():
        in_shared(session, "python", "-m", "pytest", str(folder), env=env)


@nox.session(venv_backend="none")
def docs(session: nox.Session) -> None:
    """The pages, without a warning, and every command and name that they mention."""
    shared(session)
    in_shared(session, "python", "-m", "pytest", *ON_ALL_CORES, "tests/docs", env=ONE_THREAD)
    shutil.rmtree(ROOT / "docs" / "_build", ignore_errors=True)
    in_shared(session, "sphinx-build", "-q", "-W", "--keep-going", "-b", "html", "docs", "docs/_build/html")
    session.log(f"the pages are in {ROOT / 'docs' / '_build' / 'html'}")


@nox.session(venv_backend="virtualenv", reuse_venv=False)
def package(session: nox.Session) -> None:
    """The wheel, built from the source distribution, alone in a clean environment and another folder."""
    session.install("build")
    folder = Path(session.create_tmp())
    session.run("python", "-m", "build", "--outdir", str(folder / "dist"), str(ROOT))
    (wheel,) = (folder / "dist").glob("*.whl")
    check_wheel(session, wheel)
    session.install(str(wheel))
    work = folder / "elsewhere"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    env = {"CROSSRET_CACHE": str(work / "cache"), **ONE_THREAD}
    with session.chdir(work):
        session.run("python", "-c", NO_TORCH)
        session.run("crossret", "--version")
        session.run("crossret", "plugins", env={"CROSSRET_STRICT_PLUGINS": "1"})
        session.run("crossret", "recipe", "list")
        session.run("crossret", "data", "verify", "emoji")
        small = ["--method", "lexical,source-only,translate-train", "--lang", "es", "--set", "training.epochs=2"]
        session.run("crossret", "bench", *small, "--out", "runs", env=env)
        session.run("crossret", "leaderboard", "runs")
        session.run("crossret", "search", "gato negro", "--lang", "es", "--out", "runs", env=env)
    environment = Path(session.virtualenv.location)
    shutil.rmtree(folder)
    shutil.rmtree(environment)


def check_wheel(session: nox.Session, wheel: Path) -> None:
    """Size and contents."""
    megabytes = wheel.stat().st_size / 1e6
    session.log(f"{wheel.name}: {megabytes:.1f} MB")
    if megabytes >= LARGEST_WHEEL_MB:
        session.error(f"the wheel has {megabytes:.1f} MB; it must stay under {LARGEST_WHEEL_MB} MB")
    names = set(zipfile.ZipFile(wheel).namelist())
    suites = {f"crossret/suites/{path.name}" for path in (ROOT / "benchmarks" / "suites").glob("*.yaml")}
    missing = (suites | {"crossret/py.typed", "crossret_emoji/data/manifest.json"}) - names
    if missing:
        session.error(f"the wheel lacks {', '.join(sorted(missing))}")
    foreign = sorted(name for name in names if name.startswith(("tests/", "docs/", "crossret_emoji/builder/")))
    if foreign:
        session.error(f"the wheel must not hold {', '.join(foreign[:5])}")
