"""What goes wrong on the way costs no text another's answer, and never the whole evening."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from apertium_modes import hop, require, write_mode, write_program

from crossret.contracts.translation import Hop
from crossret.errors import ComponentError
from crossret_translators.apertium.engine import ApertiumEngine

EN_ES = Hop("apertium", "en", "es", "eng-spa")
# Answers every record with its own text in capitals, until a text says what to do instead.
STAGE = f"""#!{sys.executable}
import re, sys, time
held = b""
for record in iter(lambda: b"".join(iter(lambda: sys.stdin.buffer.read(1) or b"\\0", b"\\0")), b""):
    body, _, number = record.partition(b".[][#")
    if b"qqdie" in body:
        sys.exit(3)
    if b"qqhang" in body:
        time.sleep(1000)
    if b"qqlose" in body:
        continue
    if b"qqswallow" in body:
        held = record
        continue
    if b"qqvoid" in body:
        body = b""
    answer = held + body.upper() + b".[][#" + number + b"\\0"
    held = b""
    if b"qqtwice" in body:
        answer += answer
    if b"qqchatter" in body:
        answer += b"who asked?\\0"
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()
sys.stdout.buffer.write(b"\\0" * 7)
"""


@pytest.fixture
def fragile(tmp_path: Path) -> ApertiumEngine:
    """The engine with a pair whose stage can be told what to do wrong."""
    require(("en", "es"))
    stage = write_program(tmp_path / "stage", STAGE)
    write_mode(tmp_path / "modes", "eng-spa", f"{stage} | {stage}")
    return ApertiumEngine(str(tmp_path / "modes"), patience=6)


@pytest.mark.parametrize("fault", ["qqdie", "qqlose", "qqvoid"])
@pytest.mark.parametrize("texts", [["{}"], ["{}", "one"], ["one", "{}", "two", "three"], ["one", "{}"]])
def test_a_text_without_an_answer_fails_alone(fragile: ApertiumEngine, texts: list[str], fault: str) -> None:
    asked = [text.format(fault) for text in texts]
    found = fragile.translate_hop(asked, EN_ES)
    assert [a.status for a in found] == ["failed" if text == fault else "copied" for text in asked]
    assert [a.text.casefold() for a in found if a.text] == [text for text in asked if text != fault]


def test_a_text_that_hangs_fails_alone(fragile: ApertiumEngine) -> None:
    found = fragile.translate_hop(["one", "qqhang", "two"], EN_ES)
    assert [answer.text for answer in found] == ["ONE", "", "TWO"]


@pytest.mark.parametrize("fault", ["qqtwice", "qqchatter", "qqswallow"])
def test_answers_out_of_step_are_asked_for_again(fragile: ApertiumEngine, fault: str) -> None:
    asked = ["one", fault, "two", "three"]
    found = fragile.translate_hop(asked, EN_ES)
    assert [a.text.casefold() for a in found] == ["one", fault if fault != "qqswallow" else "", "two", "three"]
    assert found[1].status == ("failed" if fault == "qqswallow" else "copied")


def test_swapped_answers_never_land_on_the_wrong_text(tmp_path: Path) -> None:
    require(("en", "es"))
    swap = f"""#!{sys.executable}
import sys
records = sys.stdin.buffer.read().split(b"\\0")[:-1]
first = next((i for i, r in enumerate(records) if b"swapped" in r), None)
if first is not None and first + 1 < len(records):
    records[first], records[first + 1] = records[first + 1], records[first]
sys.stdout.buffer.write(b"".join(r + b"\\0" for r in records))
"""
    stage = write_program(tmp_path / "stage", swap)
    write_mode(tmp_path / "modes", "eng-spa", str(stage))
    found = ApertiumEngine(str(tmp_path / "modes")).translate_hop(["one", "swapped", "two", "three"], EN_ES)
    assert [answer.text for answer in found] == ["one", "swapped", "two", "three"]


@pytest.mark.parametrize(
    ("stages", "said"),
    [
        ("sleep 987655 | cat", "0 of the 600 warm-up texts were answered, then it stood still and was stopped"),
        ("true", r"0 of the 600 .* ended with status 0; it said nothing"),
        ("no-such-stage", r"0 of the 600 .* ended with status 127; .*no-such-stage: command not found"),
    ],
    ids=["hangs", "answers-nothing", "missing-program"],
)
def test_an_engine_that_answers_nothing_is_an_error(tmp_path: Path, stages: str, said: str) -> None:
    require(("en", "es"))
    # The engine adds -z to the first word of a stage, which these programs would take for an option.
    stage = write_program(tmp_path / "stage", f"#!/bin/bash\n{stages}\n")
    write_mode(tmp_path / "modes", "eng-spa", str(stage))
    with pytest.raises(ComponentError, match=f"apertium mode eng-spa: {said}"):
        ApertiumEngine(str(tmp_path / "modes"), patience=1).translate_hop(["dog"], EN_ES)
    assert not subprocess.run(["pgrep", "-f", "sleep 98765[5]"], capture_output=True, text=True).stdout


def test_a_mode_file_without_a_pipeline_is_an_error(tmp_path: Path) -> None:
    require(("en", "es"))
    write_mode(tmp_path, "eng-spa", "")
    with pytest.raises(ComponentError, match="apertium mode eng-spa: 0 of the 600 warm-up texts were answered"):
        ApertiumEngine(str(tmp_path)).translate_hop(["dog"], EN_ES)


def stages_of_this_test(program: str) -> Iterator[int]:
    """Processes of one stage below this one."""
    mine = os.getpid()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            name = (folder / "comm").read_text().strip()
            parent = _parent(int(folder.name))
            if name == program[:15] and _parent(parent) == mine:
                yield int(folder.name)
        except (OSError, IndexError, ValueError):
            continue


def _parent(process: int) -> int:
    return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])


def test_a_stage_killed_in_the_middle_costs_nothing() -> None:
    engine, found = ApertiumEngine(), hop("en", "es")
    texts = [f"A dog and {number} cats." for number in range(1500)]
    killed: list[int] = []

    def kill() -> None:
        deadline = time.monotonic() + 60
        while not killed and time.monotonic() < deadline:
            for process in stages_of_this_test("apertium-interchunk"):
                time.sleep(0.1)
                with contextlib.suppress(ProcessLookupError):  # it may be done by now
                    os.kill(process, signal.SIGKILL)
                    killed.append(process)
            time.sleep(0.01)

    killer = threading.Thread(target=kill)
    killer.start()
    answers = engine.translate_hop(texts, found)
    killer.join()
    assert killed
    assert all(answer.status == "ok" for answer in answers)
    assert all(str(number) in answer.text for number, answer in enumerate(answers))


def test_an_interrupt_leaves_no_stage_behind(tmp_path: Path) -> None:
    require(("en", "es"))
    stage = write_program(tmp_path / "stage", "#!/bin/bash\nsleep 987656\n")
    write_mode(tmp_path / "modes", "eng-spa", f"{stage} | {stage}")
    code = (
        "from crossret.contracts.translation import Hop\n"
        "from crossret_translators.apertium.engine import ApertiumEngine\n"
        f"ApertiumEngine({str(tmp_path / 'modes')!r}).translate_hop(['dog'], Hop('apertium', 'en', 'es', 'eng-spa'))"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL)
    _wait_for("sleep 98765[6]", there=True)
    process.send_signal(signal.SIGINT)
    process.wait(60)
    _wait_for("sleep 98765[6]", there=False)


def _wait_for(pattern: str, *, there: bool) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = subprocess.run(["pgrep", "-f", pattern], capture_output=True, text=True).stdout
        if bool(found) is there:
            return
        time.sleep(0.1)
    pytest.fail(f"{pattern}: {'never came' if there else 'still there'}")
