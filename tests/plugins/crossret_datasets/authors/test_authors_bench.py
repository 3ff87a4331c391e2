"""A whole bench on clips in the layout of the authors: no English captions exist but those to train on."""

from __future__ import annotations

import textwrap

import pytest
from authors_layout import write_bigfile, write_vatex
from processes import Crossret

from crossret.bench.plan import Selection, make_plan
from crossret.plugins import plugins
from crossret.recipe.reading import read_suite
from crossret.results.store import Store, read_all

SUITE = """
    name: clips
    languages: [zh]
    recipe:
      data: {{dataset: nrccr-vatex, options: {{root: {root}}}}}
      translation: {{translator: recorded}}
      model:
        visual:
          backbone: nrccr-bigfile
          options: {{root: {root}, collection: vatex, feature: i3d}}
          hidden: 16
          frames: {{most: 8, heads: 2, query_width: 16, positions: 8}}
        text: {{encoder: subword-tiny, width: 16, heads: 2, query_width: 16, positions: 32}}
        common: 16
      training: {{epochs: 2, batch_size: 2, patience: null}}
    methods:
      lexical:
        recipe: {{baseline: lexical, texts: {{target: none}}, evaluation: {{query: translated}}}}
      source-only:
        recipe: {{texts: {{target: none}}, objective: {{source: {{loss: infonce, between: [visual, source]}}}}}}
      translate-test:
        extends: source-only
        recipe: {{evaluation: {{query: translated}}}}
      nrccr:
        recipe:
          objective:
            source: {{loss: triplet, between: [visual, source]}}
            target: {{loss: triplet, between: [visual, target], weight: 0.6}}
            cycle: {{loss: triplet, between: [source, back], weight: 0.5}}
          evaluation: {{query: fused}}
      published:
        extends: nrccr
        recipe: {{reference: true}}
"""


@pytest.fixture
def suite(tmp_path):
    write_vatex(tmp_path)
    write_bigfile(
        tmp_path / "vatex" / "FeatureData" / "i3d", {"vid_a_000001_000011": 3, "-b": 1, "vid_v": 9, "vid_t": 2}
    )
    path = tmp_path / "clips.yaml"
    path.write_text(textwrap.dedent(SUITE.format(root=tmp_path)))
    return path


def test_what_cannot_be_computed_says_why(suite):
    (skipped,) = make_plan(read_suite(str(suite)), Selection(), plugins()).skipped
    assert skipped.method == "lexical"
    assert skipped.reason == "no human en captions of the galleries, by which a baseline knows their items"


def test_everything_else_is_computed(suite, tmp_path):
    crossret = Crossret(tmp_path, tmp_path / "cache")
    ended = crossret("bench", suite, "--executor", "inline", "--out", "out")
    assert ended.code == 0, ended.err
    records = [stored.record for stored in read_all(list(Store(tmp_path / "out").done().values()))]
    assert sorted(r.unit.method for r in records) == ["nrccr", "published", "source-only", "translate-test"]
    assert all(record.best_validation is not None for record in records)
    ended = crossret("search", "a dog runs", "--out", "out", "--lang", "zh")
    assert ended.code == 0, ended.err
    assert "vid_t" in ended.out
