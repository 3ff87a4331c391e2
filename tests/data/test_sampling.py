from __future__ import annotations

import itertools
import time
from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossret.contracts.data import Item, Split
from crossret.data.pools import AlignedText, Pool, SubjectTexts, TrainingSet
from crossret.data.sampling import Batch, Sampler
from crossret.errors import DataError
from crossret.recipe.models import TextsRecipe

LANGUAGES = ("aa", "bb")


def text(language: str, subject: str, part: str) -> AlignedText:
    """Every view says whose text it is, in which language and which part."""
    return AlignedText(f"{part}@{subject}", f"{part}@{subject}@{language}", f"{part}@{subject}@{language}@back")


def pool(language: str, counts: list[tuple[int, int]]) -> Pool:
    return {
        f"s{n}": SubjectTexts(
            tuple(text(language, f"s{n}", f"sentence{k}") for k in range(sentences)),
            tuple(text(language, f"s{n}", f"tag{k}") for k in range(tags)),
        )
        for n, (sentences, tags) in enumerate(counts)
        if sentences + tags
    }


def training_set(counts: list[tuple[int, int]], copies: int = 2, languages: tuple[str, ...] = LANGUAGES) -> TrainingSet:
    items = tuple(Item(f"s{n}/{copy}", f"s{n}") for copy in range(copies) for n in range(len(counts)))
    return TrainingSet(Split("train", items), {language: pool(language, counts) for language in languages})


counts_of_texts = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5)).filter(any), min_size=2, max_size=12)
recipes = st.builds(
    TextsRecipe,
    per=st.sampled_from(["subject", "caption"]),
    fragment_share=st.floats(0, 1),
    most_fragments=st.integers(1, 4),
    length_window=st.integers(1, 4),
)


@st.composite
def samplers(draw: st.DrawFn, **fixed: Any) -> Sampler:
    recipe = fixed.get("recipe") or draw(recipes)
    return Sampler(
        fixed.get("training") or training_set(draw(counts_of_texts)),
        recipe,
        fixed.get("batch_size") or draw(st.integers(2, 7)),
        draw(st.integers(0, 99)),
    )


@settings(deadline=None)
@given(sampler=samplers(), smallest=st.integers(1, 8))
def test_a_last_batch_is_kept_from_a_size_on(sampler: Sampler, smallest: int) -> None:
    kept = Sampler(sampler.training, sampler.recipe, sampler.batch_size, sampler.seed, smallest)
    samples = len(sampler._anchors())
    full, rest = divmod(samples, sampler.batch_size)
    sizes = sorted(len(batch.items) for batch in kept.epoch(0))
    assert len(sizes) == kept.batches_per_epoch()
    left = [rest] if full == 0 or min(smallest, sampler.batch_size) <= rest else []
    assert sizes == sorted([sampler.batch_size] * full + left)


def contents(batches: list[Batch]) -> list[Any]:
    return [(b.items.tolist(), b.texts, b.subjects.tolist(), b.languages.tolist()) for b in batches]


@settings(deadline=None)
@given(sampler=samplers(), epochs=st.permutations([0, 1, 2]))
def test_an_epoch_depends_on_seed_and_number_alone(sampler: Sampler, epochs: list[int]) -> None:
    """Epochs asked for in any order, half-read or read side by side, by a new sampler or the same."""
    expected = {epoch: contents(list(sampler.epoch(epoch))) for epoch in (0, 1, 2)}
    other = Sampler(sampler.training, sampler.recipe, sampler.batch_size, sampler.seed)
    running = {epoch: other.epoch(epoch) for epoch in epochs}
    side_by_side: dict[int, list[Batch]] = {epoch: [] for epoch in epochs}
    for row in itertools.zip_longest(*running.values()):
        for epoch, batch in zip(running, row, strict=True):
            side_by_side[epoch] += [batch] if batch is not None else []
    assert {epoch: contents(batches) for epoch, batches in side_by_side.items()} == expected


def test_epochs_and_seeds_differ() -> None:
    training = training_set([(2, 3)] * 20)
    recipe = TextsRecipe(per="subject")
    orders = {
        tuple(np.concatenate([b.subjects for b in Sampler(training, recipe, 5, seed).epoch(epoch)]).tolist())
        for seed in range(4)
        for epoch in range(4)
    }
    assert len(orders) == 16


@settings(deadline=None)
@given(sampler=samplers())
def test_every_batch_is_full_and_the_rest_is_left_out(sampler: Sampler) -> None:
    training = sampler.training
    first = next(iter(training.pools.values()))
    anchors = (
        len(training.subjects)
        if sampler.recipe.per == "subject"
        else sum(max(1, len(first[s].sentences)) for s in training.subjects)
    )
    sizes = [len(batch.items) for batch in sampler.epoch(0)]
    assert len(sizes) == sampler.batches_per_epoch()
    assert sizes == ([sampler.batch_size] * (anchors // sampler.batch_size) or [anchors])


@settings(deadline=None)
@given(sampler=samplers(recipe=TextsRecipe(per="subject")), epoch=st.integers(0, 5))
def test_per_subject_no_subject_comes_twice_in_an_epoch(sampler: Sampler, epoch: int) -> None:
    subjects = np.concatenate([batch.subjects for batch in sampler.epoch(epoch)])
    assert len(set(subjects.tolist())) == len(subjects)
    assert len(subjects) > len(sampler.training.subjects) - sampler.batch_size


@settings(deadline=None)
@given(counts=counts_of_texts, seed=st.integers(0, 99))
def test_per_caption_every_sentence_comes_once_in_an_epoch(counts: list[tuple[int, int]], seed: int) -> None:
    training = training_set(counts, languages=("aa",))
    everything = sum(max(1, sentences) for sentences, _ in counts)
    sampler = Sampler(training, TextsRecipe(per="caption"), max(2, everything), seed)
    (batch,) = sampler.epoch(0)
    sentences = Counter(t for t in batch.texts["source"] if t.startswith("sentence"))
    expected = [t.source for texts in training.pools["aa"].values() for t in texts.sentences]
    assert sentences == Counter(expected)
    fragments_only = {n for n, (count, _) in enumerate(counts) if count == 0}
    others = [s for t, s in zip(batch.texts["source"], batch.subjects.tolist(), strict=True) if t.startswith("tag")]
    assert sorted(others) == sorted(fragments_only)


@settings(deadline=None)
@given(sampler=samplers(), epoch=st.integers(0, 3))
def test_item_text_subject_and_language_of_a_sample_belong_together(sampler: Sampler, epoch: int) -> None:
    training = sampler.training
    for batch in sampler.epoch(epoch):
        rows = zip(batch.items, batch.subjects, batch.languages, *batch.texts.values(), strict=True)
        assert list(batch.texts) == ["source", "target", "back", "other"]
        for item, number, language, source, target, back, other in rows:
            subject = training.subjects[number]
            assert training.split.items[item].subject == subject
            parts = [part.split("@") for part in source.split(" ")]
            assert {owner for _, owner in parts} == {subject}
            code = training.languages[language]
            assert target == " ".join(f"{part}@{subject}@{code}" for part, _ in parts), "fragments out of step"
            assert back == " ".join(f"{part}@{subject}@{code}@back" for part, _ in parts), "fragments out of step"
            assert other == target
            names = [part for part, _ in parts]
            assert len(set(names)) == len(names), "a fragment twice in one text"
            assert len(names) <= sampler.recipe.most_fragments
            assert len(names) == 1 or all(name.startswith("tag") for name in names)


def padding(batches: list[Batch]) -> float:
    """Share of characters that would be padding."""
    padded = real = 0
    for batch in batches:
        for texts in batch.texts.values():
            lengths = [len(text) for text in texts]
            padded += max(lengths) * len(lengths)
            real += sum(lengths)
    return 1 - real / padded


def test_a_length_window_saves_padding_and_changes_no_sample_but_the_batch_it_is_in() -> None:
    training = training_set([(1, 6)] * 120)
    one, eight = (
        list(Sampler(training, TextsRecipe(per="subject", most_fragments=6, length_window=window), 10, 3).epoch(2))
        for window in (1, 8)
    )
    assert padding(eight) < padding(one) / 2

    def samples(batches: list[Batch]) -> list[tuple[int, str]]:
        return sorted((n, t) for b in batches for n, t in zip(b.subjects.tolist(), b.texts["target"], strict=True))

    assert samples(one) == samples(eight)
    means = [np.mean([len(t) for t in batch.texts["source"]]) for batch in eight]
    assert means != sorted(means), "batches must not come in the order of their length"


@pytest.mark.parametrize(("share", "expected"), [(0.0, 0), (0.25, 0.25), (1.0, 1)])
def test_share_of_fragments(share: float, expected: float) -> None:
    training = training_set([(1, 4)] * 200)
    sampler = Sampler(training, TextsRecipe(per="subject", fragment_share=share, most_fragments=3), 200, 0)
    texts = [t for epoch in range(10) for batch in sampler.epoch(epoch) for t in batch.texts["source"]]
    tags = [t for t in texts if t.startswith("tag")]
    assert len(tags) / len(texts) == pytest.approx(expected, abs=0.03)
    if tags:
        lengths = Counter(len(t.split()) for t in tags)
        assert {n: count / len(tags) for n, count in lengths.items()} == pytest.approx(
            dict.fromkeys((1, 2, 3), 1 / 3), abs=0.06
        )


def test_all_items_texts_and_languages_of_a_subject_are_drawn_evenly() -> None:
    training = training_set([(2, 0)] * 50, copies=3)
    sampler = Sampler(training, TextsRecipe(per="subject"), 50, 0)
    batches = [batch for epoch in range(40) for batch in sampler.epoch(epoch)]
    for values in (
        [training.split.items[i].id[-1] for b in batches for i in b.items],
        [code for b in batches for code in b.languages.tolist()],
        [t.split("@")[0] for b in batches for t in b.texts["source"]],
    ):
        counted = Counter(values)
        shares = [count / len(values) for count in counted.values()]
        assert shares == pytest.approx([1 / len(counted)] * len(counted), abs=0.03)
        assert len(counted) > 1


def test_human_target_texts_are_of_the_same_subject_but_not_aligned() -> None:
    source = {f"s{n}": SubjectTexts(tuple(AlignedText(f"source{k}@s{n}") for k in range(3))) for n in range(30)}
    human = {f"s{n}": SubjectTexts(tuple(AlignedText(target=f"human{k}@s{n}") for k in range(4))) for n in range(30)}
    items = tuple(Item(f"{n}", f"s{n}") for n in range(30))
    training = TrainingSet(Split("train", items), {"aa": source}, {"aa": human})
    sampler = Sampler(training, TextsRecipe(target="human", per="caption"), 90, 0)
    pairs = set()
    for epoch in range(8):
        (batch,) = sampler.epoch(epoch)
        assert set(batch.texts) == {"source", "target", "other"}
        for first, second in zip(batch.texts["source"], batch.texts["target"], strict=True):
            assert first.split("@")[1] == second.split("@")[1]
            pairs.add((first.split("@")[0], second.split("@")[0]))
    assert len(pairs) == 3 * 4


def test_a_model_without_target_language_reads_source_texts_only() -> None:
    source = {f"s{n}": SubjectTexts((AlignedText(f"text {n}"),)) for n in range(4)}
    items = tuple(Item(f"{n}", f"s{n}") for n in range(4))
    (batch,) = Sampler(TrainingSet(Split("train", items), {"": source}), TextsRecipe(), 4, 0).epoch(0)
    assert set(batch.texts) == {"source"}
    assert batch.languages.tolist() == [0] * 4


def test_only_subjects_with_texts_in_every_language_take_part() -> None:
    pools = {"aa": pool("aa", [(1, 0), (1, 0), (0, 0), (0, 2)]), "bb": pool("bb", [(1, 0), (0, 0), (1, 0), (1, 0)])}
    items = tuple(Item(f"{n}/{copy}", f"s{n}") for n in (3, 0, 1, 2) for copy in range(2))
    training = TrainingSet(Split("train", items), pools)
    assert training.subjects == ("s3", "s0")
    assert [list(found) for found in training.items_of] == [[0, 1], [2, 3]]
    assert training.languages == ("aa", "bb")


@pytest.mark.parametrize(("language", "named"), [("aa", "aa"), ("", "the source")])
def test_a_training_set_without_a_subject_is_refused(language: str, named: str) -> None:
    with pytest.raises(DataError, match=f"split 'train': no item has a caption in {named}"):
        TrainingSet(Split("train", (Item("a", "s9"),)), {language: pool("aa", [(1, 0)])})


def test_an_epoch_of_1423_subjects_takes_a_moment() -> None:
    sampler = Sampler(training_set([(1, 4)] * 1423, copies=3), TextsRecipe(per="subject"), 128, 0)
    seconds = []
    for epoch in range(5):
        started = time.perf_counter()
        assert len(list(sampler.epoch(epoch))) == 11
        seconds.append(time.perf_counter() - started)
    assert min(seconds) < 0.1


def varied(training: TrainingSet) -> TrainingSet:
    """Every text has two more translations."""

    def with_variants(text: AlignedText) -> AlignedText:
        others = (replace(text, target=f"{text.target}@{n}", back=f"{text.back}@{n}", confidence=n / 3) for n in (1, 2))
        return replace(text, variants=tuple(others))

    pools: dict[str, Pool] = {
        language: {
            subject: SubjectTexts(
                tuple(map(with_variants, texts.sentences)), tuple(map(with_variants, texts.fragments))
            )
            for subject, texts in pool.items()
        }
        for language, pool in training.pools.items()
    }
    return TrainingSet(training.split, pools)


@settings(deadline=None)
@given(counts=counts_of_texts, per=st.sampled_from(["subject", "caption"]), seed=st.integers(0, 99))
def test_a_caption_with_several_translations_is_one_sample_with_one_of_them(
    counts: list[tuple[int, int]], per: str, seed: int
) -> None:
    plain = training_set(counts)
    recipe = TextsRecipe(per=per, most_fragments=1)  # type: ignore[arg-type]
    one, several = (Sampler(training, recipe, 2, seed) for training in (plain, varied(plain)))
    assert one.batches_per_epoch() == several.batches_per_epoch()
    for batch in several.epoch(1):
        for i, (target, back, other) in enumerate(
            zip(batch.texts["target"], batch.texts["back"], batch.texts["other"], strict=True)
        ):
            parts, homes = target.split("@"), back.split("@")
            assert other != target
            assert other.split("@")[:3] == parts[:3], "another translation of the same text"
            assert parts[3:] == homes[4:], "a translation with its own back-translation"
            assert batch.confidence[i] == pytest.approx(int(parts[3]) / 3 if parts[3:] else 1)


def test_all_translations_are_drawn_evenly_and_the_same_in_every_run() -> None:
    training = varied(training_set([(1, 0)] * 6, languages=("aa",)))
    sampler = Sampler(training, TextsRecipe(per="subject"), 6, 3)
    batches = [batch for epoch in range(300) for batch in sampler.epoch(epoch)]
    drawn = Counter("@".join(text.split("@")[3:]) for batch in batches for text in batch.texts["target"])
    assert set(drawn) == {"", "1", "2"}
    assert min(drawn.values()) > 0.28 * drawn.total()
    assert contents(list(sampler.epoch(7))) == contents(list(Sampler(training, sampler.recipe, 6, 3).epoch(7)))
