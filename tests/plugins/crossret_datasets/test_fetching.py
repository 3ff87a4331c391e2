"""Against a real server on this machine."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import re
import sys
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from crossret.errors import ComponentError, DataError
from crossret_datasets.checksums import LOCK, known_checksums, read_lock
from crossret_datasets.facts import Download, Facts
from crossret_datasets.fetching import fetch_all

pytest.importorskip("pooch")

TEXT = b"ein Satz\n"
DIGEST = f"sha256:{hashlib.sha256(TEXT).hexdigest()}"
MD5 = f"md5:{hashlib.md5(TEXT).hexdigest()}"
WRONG = f"sha256:{'0' * 64}"


def _zip(name: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, TEXT)
    return buffer.getvalue()


def _tar(name: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        info = tarfile.TarInfo(name)
        info.size = len(TEXT)
        archive.addfile(info, io.BytesIO(TEXT))
    return buffer.getvalue()


CONTENT = {
    "/text": TEXT,
    "/cut": TEXT,
    "/zip": _zip("captions/c.jsonl"),
    "/tar": _tar("./c.json"),
    "/other-zip": _zip("c.json"),
}


class Handler(BaseHTTPRequestHandler):
    """Serves the content; ``/cut`` promises more than comes."""

    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        content = CONTENT.get(self.path)
        if content is None:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(content) * (3 if self.path == "/cut" else 1)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        pass


@dataclasses.dataclass(frozen=True)
class Server:
    url: str
    asked: list[str]


@pytest.fixture
def server() -> Iterator[Server]:
    asked: list[str] = []
    handler = type("Asked", (Handler,), {"asked": asked})
    running = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=running.serve_forever, args=(0.01,))
    thread.start()
    yield Server(f"http://127.0.0.1:{running.server_port}", asked)
    running.shutdown()
    thread.join()
    running.server_close()


def facts(*downloads: Download) -> Facts:
    return Facts(
        name="some",
        title="Some",
        protocols={},
        texts=(),
        pictures="ask their owners",
        licence="CC0-1.0",
        terms="LICENSE: do what you like",
        source="",
        downloads=downloads,
    )


def fetched(of: Facts, root: Path, *, trust: bool = False) -> list[str]:
    lines: list[str] = []
    fetch_all(of, root, trust=trust, report=lines.append)
    return lines


def test_a_file_with_a_known_hash_is_fetched_and_the_terms_are_told(server: Server, tmp_path: Path) -> None:
    some = facts(Download("data/de.txt", f"{server.url}/text", DIGEST))
    lines = fetched(some, tmp_path)
    assert (tmp_path / "data" / "de.txt").read_bytes() == TEXT
    assert lines == [
        "some: CC0-1.0. LICENSE: do what you like",
        f"[1/1] {server.url}/text",
        f"{tmp_path}: 1 fetched, 0 there before",
        "pictures: ask their owners",
    ]


def test_a_file_is_checked_by_a_published_md5_too_and_others_may_read_it(server: Server, tmp_path: Path) -> None:
    fetched(facts(Download("de.txt", f"{server.url}/text", MD5)), tmp_path)
    assert (tmp_path / "de.txt").stat().st_mode & 0o444 == 0o444
    (tmp_path / "de.txt").write_text("my own")
    with pytest.raises(DataError, match=r"de\.txt: found md5:.*…; expected md5:"):
        fetched(facts(Download("de.txt", f"{server.url}/text", MD5)), tmp_path)


def test_without_pooch_it_says_what_to_install(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pooch", None)
    with pytest.raises(ComponentError, match=r"fetching needs pooch; try: pip install 'crossret\[fetch\]'"):
        fetched(facts(Download("de.txt", f"{server.url}/text", DIGEST)), tmp_path)


def test_what_is_there_is_not_fetched_again(server: Server, tmp_path: Path) -> None:
    some = facts(Download("de.txt", f"{server.url}/text", DIGEST))
    fetched(some, tmp_path)
    assert f"{tmp_path}: 0 fetched, 1 there before" in fetched(some, tmp_path)
    assert server.asked == ["/text"]


def test_without_a_known_hash_nothing_is_fetched_unless_the_user_trusts(server: Server, tmp_path: Path) -> None:
    some = facts(Download("a.txt", f"{server.url}/text", DIGEST), Download("b.txt", f"{server.url}/text"))
    with pytest.raises(DataError) as caught:
        fetched(some, tmp_path)
    assert re.fullmatch(
        rf"some: no checksum is known for 1 of 2 files, the first is {server.url}/text; --trust-on-first-use .*{LOCK}",
        str(caught.value),
    )
    assert server.asked == []
    fetched(some, tmp_path, trust=True)
    assert read_lock(tmp_path) == {"a.txt": DIGEST, "b.txt": DIGEST}
    (tmp_path / "b.txt").unlink()
    fetched(some, tmp_path)  # its hash is known now
    assert (tmp_path / "b.txt").read_bytes() == TEXT


def test_what_came_later_must_be_what_came_first(server: Server, tmp_path: Path) -> None:
    (tmp_path / LOCK).write_text(json.dumps({"b.txt": WRONG}))
    with pytest.raises(DataError, match=r"/text: cannot be fetched to .*b\.txt: .*hash .*does not match.*nothing was"):
        fetched(facts(Download("b.txt", f"{server.url}/text")), tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [LOCK]


@pytest.mark.parametrize(
    ("address", "sha256", "pattern"),
    [
        ("/text", WRONG, r"hash .*does not match"),
        ("/none", DIGEST, r"404 Client Error"),
        ("/cut", DIGEST, r"IncompleteRead|Connection broken"),
    ],
)
def test_a_failure_is_one_line_and_leaves_nothing(
    address: str, sha256: str, pattern: str, server: Server, tmp_path: Path
) -> None:
    with pytest.raises(DataError) as caught:
        fetched(facts(Download("de.txt", f"{server.url}{address}", sha256)), tmp_path)
    line = str(caught.value)
    assert line.startswith(f"{server.url}{address}: cannot be fetched to {tmp_path / 'de.txt'}: ")
    assert line.endswith("; nothing was written")
    assert re.search(pattern, line), line
    assert "\n" not in line
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_does_not_answer_is_told(server: Server, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"http://127\.0\.0\.1:1/x: cannot be fetched to .*; nothing was written"):
        fetched(facts(Download("de.txt", "http://127.0.0.1:1/x", DIGEST)), tmp_path)


def test_after_a_failure_the_rest_is_fetched_by_the_same_command(server: Server, tmp_path: Path) -> None:
    good, bad = Download("a.txt", f"{server.url}/text"), Download("b.txt", f"{server.url}/none")
    with pytest.raises(DataError, match="404"):
        fetched(facts(good, bad), tmp_path, trust=True)
    lines = fetched(facts(good, Download("b.txt", f"{server.url}/text")), tmp_path, trust=True)
    assert f"{tmp_path}: 1 fetched, 1 there before" in lines


def test_a_changed_file_is_told_and_kept(server: Server, tmp_path: Path) -> None:
    (tmp_path / "de.txt").write_text("my own")
    with pytest.raises(
        DataError, match=r"de\.txt: found sha256:.*…; expected sha256:.*…; if it was not changed on purpose"
    ):
        fetched(facts(Download("de.txt", f"{server.url}/text", DIGEST)), tmp_path)
    assert (tmp_path / "de.txt").read_text() == "my own"


@pytest.mark.parametrize(
    ("address", "archive", "member"), [("/zip", "c.zip", "c.jsonl"), ("/tar", "c.tar.gz", "c.json")]
)
def test_members_of_an_archive_are_unpacked_beside_it(
    address: str, archive: str, member: str, server: Server, tmp_path: Path
) -> None:
    some = facts(Download(f"in/{archive}", f"{server.url}{address}", members=(member,)))
    fetched(some, tmp_path, trust=True)
    assert (tmp_path / "in" / member).read_bytes() == TEXT
    assert known_checksums(some, tmp_path)[f"in/{member}"] == DIGEST
    assert f"{tmp_path}: 0 fetched, 1 there before" in fetched(some, tmp_path)


def test_an_archive_without_the_member_and_one_that_is_broken_are_told(server: Server, tmp_path: Path) -> None:
    some = facts(Download("c.zip", f"{server.url}/other-zip", members=("c.jsonl",)))
    with pytest.raises(DataError, match=r"c\.zip: no member 'c\.jsonl'; did you mean 'c\.json'"):
        fetched(some, tmp_path, trust=True)
    with pytest.raises(DataError, match=r"d\.zip: cannot be unpacked: File is not a zip file"):
        fetched(facts(Download("d.zip", f"{server.url}/text", members=("c",))), tmp_path, trust=True)
    assert list(tmp_path.iterdir()) == []


def test_a_malformed_lock_is_told(tmp_path: Path) -> None:
    (tmp_path / LOCK).write_text("{")
    with pytest.raises(DataError, match=rf"{LOCK}: cannot be read: .*; expected the checksums"):
        fetched(facts(Download("a", "http://127.0.0.1:1/")), tmp_path)
    (tmp_path / LOCK).write_text('{"a": 3}')
    with pytest.raises(DataError, match=rf"{LOCK}: found something else"):
        read_lock(tmp_path)
