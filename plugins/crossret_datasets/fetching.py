"""Fetches the files of a data set that may be fetched, each from where it was published, and checks what came."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from crossret.errors import ComponentError, DataError
from crossret_datasets.checksums import LOCK, checksum_of, difference, known_checksums, read_lock, write_lock
from crossret_datasets.facts import Download, Facts
from crossret_datasets.unpacking import unpack

Report = Callable[[str], None]


def fetch_all(facts: Facts, root: Path, *, trust: bool, report: Report) -> None:
    """Fetch what is not there; every file appears whole or not at all, and what is there is checked.

    Raises:
        DataError: a file cannot be fetched, or is not what its checksum says; or one has no checksum and ``trust``
            is off.
        ComponentError: pooch is missing.
    """
    checksums = known_checksums(facts, root)
    missing = [one for one in facts.downloads if not _is_there(one, root, checksums)]
    _check_trust(facts, root, missing, checksums, trust=trust)
    report(f"{facts.name}: {facts.licence}. {facts.terms}")
    for number, download in enumerate(missing, start=1):
        report(f"[{number}/{len(missing)}] {download.url}")
        _fetch(download, root, checksums.get(download.path))
        _remember(download, root)
    report(f"{root}: {len(missing)} fetched, {len(facts.downloads) - len(missing)} there before")
    report(f"pictures: {facts.pictures}")


def _is_there(download: Download, root: Path, checksums: dict[str, str]) -> bool:
    for name in download.results:
        path = root / name
        if not path.is_file():
            return False
        differs = difference(path, checksums[name]) if name in checksums else ""
        if differs:
            raise DataError(f"{path}: {differs}; if it was not changed on purpose, delete it and fetch it again")
    return True


def _check_trust(facts: Facts, root: Path, missing: list[Download], checksums: dict[str, str], *, trust: bool) -> None:
    unknown = [download for download in missing if download.path not in checksums]
    if unknown and not trust:
        raise DataError(
            f"{facts.name}: no checksum is known for {len(unknown)} of {len(missing)} files, the first is "
            f"{unknown[0].url}; --trust-on-first-use takes them as they come and keeps their checksums in {root / LOCK}"
        )


def _fetch(download: Download, root: Path, checksum: str | None) -> None:
    path = root / download.path
    with _explained(download, path):
        import pooch

        pooch.get_logger().setLevel("ERROR")
        pooch.retrieve(
            download.url,
            known_hash=checksum,
            fname=path.name,
            path=path.parent,
            downloader=pooch.HTTPDownloader(timeout=60),
        )
    # What pooch writes can be read by its owner only.
    path.chmod(0o644)
    if download.members:
        try:
            unpack(path, download.members)
        except DataError:
            # What cannot be unpacked is of no use, and would be taken for fetched next time.
            path.unlink()
            raise


@contextmanager
def _explained(download: Download, path: Path) -> Iterator[None]:
    """Turn whatever goes wrong on the way into one line with the address and the file."""
    try:
        yield
    except ImportError as error:
        raise ComponentError(f"fetching needs {error.name}; try: pip install 'crossret[fetch]'") from error
    except (OSError, ValueError) as error:
        # The exceptions of requests are OSErrors; a wrong checksum is a ValueError.
        reason = " ".join(str(error).split())
        raise DataError(f"{download.url}: cannot be fetched to {path}: {reason}; nothing was written") from error


def _remember(download: Download, root: Path) -> None:
    names = {download.path, *download.results}
    write_lock(root, read_lock(root) | {name: checksum_of(root / name) for name in names})
