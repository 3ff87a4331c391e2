from __future__ import annotations

import dataclasses
from pathlib import Path

from made_up_run import write_run

from crossret.plugins import registry
from crossret.report.chapters import Asked, chapters
from crossret.results.figures import Shown
from crossret.results.store import read_all


def test_rules_of_what_answers_a_caption_stand_in_chapters_of_their_own(tmp_path: Path) -> None:
    write_run(tmp_path)
    stored = list(read_all([tmp_path]))
    shared = [
        dataclasses.replace(
            one,
            record=one.record.model_copy(
                update={"recipe": one.record.recipe | {"evaluation": {"duplicate_captions": "shared"}}}
            ),
        )
        for one in stored
    ]
    made = chapters([*stored, *shared], (), Asked(Shown.named("sumr", "both"), None, None, {}), registry())
    assert [(one.data.protocol, len(one.records)) for one in made] == [
        ("plain", len(stored)),
        ("plain, shared captions", len(stored)),
    ]
