"""Fetches the files of a data set that may be fetched, each from where it was published, and checks what came."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from crossret.errors import ComponentError, DataError
from crossret_datasets.facts import Download, Facts
from crossret_datasets.hashes import LOCK, known_hashes, read_lock, sha256_of, write_lock
from crossret_datasets.unpacking import unpack

Report = Callable[[str], None]


def fetch_all(facts: Facts, root: Path, *, trust: bool, report: Report) -> None:
    """Fetch what is not there; every file appears whole or not at all, and what is there is checked.

    Raises:
        DataError: a file cannot be fetched, or is not what its hash says; or hashes are not known and ``trust`` is off.
        ComponentError: pooch is missing.
    """
    hashes = known_hashes(facts, root)
    missing = [one for one in facts.downloads if not _is_there(one, root, hashes)]
    _check_trust(facts, root, missing, hashes, trust=trust)
    report(f"{facts.name}: {facts.licence}. {facts.terms}")
    for number, download in enumerate(missing, start=1):
        report(f"[{number}/{len(missing)}] {download.url}")
        _fetch(download, root, hashes.get(download.path))
        _remember(download, root)
    report(f"{root}: {len(missing)} fetched, {len(facts.downloads) - len(missing)} there before")
    report(f"pictures: {facts.pictures}")


def _is_there(download: Download, root: Path, hashes: dict[str, str]) -> bool:
    for name in download.results:
        path = root / name
        if not path.is_file():
            return False
        found = sha256_of(path)
        if hashes.get(name, found) != found:
            raise DataError(
                f"{path}: found sha256 {found[:16]}…; expected {hashes[name][:16]}…; "
                "if it was not changed on purpose, delete it and fetch it again"
            )
    return True


def _check_trust(facts: Facts, root: Path, missing: list[Download], hashes: dict[str, str], *, trust: bool) -> None:
    unknown = [download for download in missing if download.path not in hashes]
    if unknown and not trust:
        raise DataError(
            f"{facts.name}: no SHA-256 is known for {len(unknown)} of {len(missing)} files, the first is "
            f"{unknown[0].url}; --trust-on-first-use takes them as they come and keeps their hashes in {root / LOCK}"
        )


def _fetch(download: Download, root: Path, sha256: str | None) -> None:
    path = root / download.path
    with _explained(download, path):
        import pooch

        pooch.get_logger().setLevel("ERROR")
        pooch.retrieve(
            download.url,
            known_hash=None if sha256 is None else f"sha256:{sha256}",
            fname=path.name,
            path=path.parent,
            downloader=pooch.HTTPDownloader(timeout=60),
        )
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
        # The exceptions of requests are OSErrors; a wrong hash is a ValueError.
        reason = " ".join(str(error).split())
        raise DataError(f"{download.url}: cannot be fetched to {path}: {reason}; nothing was written") from error


def _remember(download: Download, root: Path) -> None:
    names = {download.path, *download.results}
    write_lock(root, read_lock(root) | {name: sha256_of(root / name) for name in names})
