from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from photo_folder import TEST, TRAIN, VAL, make_photo_folder, write_checksums

from crossret.contracts.data import Dataset, ParallelDataset, TranslatedDataset
from crossret.errors import DataError, UsageError
from crossret.translation.fill import translated_queries
from crossret.translation.pooling import Translators, translated_pool
from crossret_datasets.photos import protocols
from crossret_datasets.photos.dataset import Photos
from crossret_translators.recorded import RecordedTranslator

SHARED = Path(__file__).parents[5] / "shared" / "data" / "multi30k-f8k"
real = pytest.mark.skipif(not SHARED.is_dir(), reason=f"the photos are not there ({SHARED})")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_photo_folder(tmp_path / "photos")


@pytest.fixture
def few_training_photos(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocols, "TRAINING_PHOTOS", 3)


def rewrite(path: Path, old: str, new: str) -> None:
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()).decode().replace(old, new).encode()))


def test_it_follows_both_contracts_and_reads_one_caption_per_photo(root: Path) -> None:
    photos = Photos(str(root))
    assert isinstance(photos, Dataset)
    assert isinstance(photos, TranslatedDataset)
    assert isinstance(photos, ParallelDataset)
    assert [lang for lang in photos.test_languages("official") if photos.parallel("official", lang)] == [
        *("en", "de", "fr", "cs", "pt-BR")
    ]
    assert [item.id for item in photos.split("official", "test").items] == list(TEST)
    captions = photos.captions("official", "train", "pt-BR")
    assert [caption.subject for caption in captions] == list(TRAIN)
    assert captions[0].text == 'pt-BR "photo" 100'
    assert photos.image(photos.split("official", "val").items[1]).getpixel((0, 0))[0] in range(195, 208)  # type: ignore[index]
    assert photos.verify() == []


@pytest.mark.usefixtures("few_training_photos")
def test_the_large_gallery_shares_no_parallel_caption_with_training(root: Path) -> None:
    photos = Photos(str(root))
    training = {item.id for item in photos.split("large-gallery", "train").items}
    large = [item.id for item in photos.split("large-gallery", "large").items]
    assert len(training) == 3
    assert large == [*(name for name in TRAIN if name not in training), *TEST]
    free = next(name for name in TRAIN if name not in training)
    rewrite(root / "captions/cs.tsv.gz", f'cs "photo" {free}\n', f"CS «photo» {VAL[0]}!\n")
    changed = Photos(str(root))
    assert [item.id for item in changed.split("large-gallery", "large").items] == [x for x in large if x != free]
    assert [item.id for item in changed.split("large-gallery", "official").items] == list(TEST)


def test_translations_are_joined_by_id_and_the_way_back_by_the_source_caption(root: Path) -> None:
    photos = Photos(str(root))
    captions = photos.captions("official", "train", "en")
    pool = translated_pool(captions, Translators(RecordedTranslator(photos)), "en", "fr", back=True)
    assert set(pool) == set(TRAIN[1:])
    assert pool["101"].sentences[0].target == "en2fr 101"
    assert pool["101"].sentences[0].back == "en2fr2en 101"
    queries = photos.captions("official", "test", "fr")
    assert translated_queries(queries, RecordedTranslator(photos), "fr", "en") == [f"fr2en {name}" for name in TEST]


def test_engines_come_best_first_and_unknown_words_are_added_over_hops(root: Path) -> None:
    photos = Photos(str(root))
    neural, weak = photos.recorded_routes("en", "pt-BR")
    assert (neural.hops[0].engine, weak.hops[0].engine) == ("bergamot", "apertium")
    captions = photos.captions("official", "train", "en")
    answers = photos.recorded(captions, weak)
    assert [answer.status for answer in answers[:2]] == ["failed", "ok"]
    assert answers[1].unknown == 3
    assert answers[1].unknown_words == ("x",)
    assert photos.recorded(captions, neural)[0].unknown == 0
    assert photos.recorded_routes("zh", "en") == ()


def test_chinese_translations_are_found_by_the_same_english_sentence(root: Path) -> None:
    photos = Photos(str(root))
    (route,) = photos.recorded_routes("en", "zh")
    answers = photos.recorded(photos.captions("official", "train", "en"), route)
    assert [answer.text for answer in answers] == [f"中 {name} 4" for name in TRAIN]


@pytest.mark.usefixtures("few_training_photos")
def test_a_query_without_a_recorded_translation_is_an_error_until_a_folder_adds_it(root: Path, tmp_path: Path) -> None:
    queries = Photos(str(root)).captions("large-gallery", "large", "fr")
    with pytest.raises(DataError, match="5 of 7 fr captions have no translation by apertium, the first"):
        translated_queries(queries, RecordedTranslator(Photos(str(root))), "fr", "en")
    more = tmp_path / "more" / "apertium" / "fr2en.tsv.gz"
    more.parent.mkdir(parents=True)
    rows = [f"{name}\ttrain\ttask1\t0\tok\t1\t0\t-\tadded {name}" for name in TRAIN]
    table = "\n".join(["id\tsplit\tprotocol\tk\tstatus\tn_tok\tunknown\tunknown_words\ttext", *rows])
    more.write_bytes(gzip.compress(table.encode()))
    photos = Photos(str(root), translations=str(tmp_path / "more"))
    found = translated_queries(queries, RecordedTranslator(photos), "fr", "en")
    assert found == [f"{'fr2en' if q.subject in TEST else 'added'} {q.subject}" for q in queries]
    assert photos.fingerprint() != Photos(str(root)).fingerprint()


def test_unknown_names_and_broken_files_are_named(root: Path) -> None:
    photos = Photos(str(root))
    with pytest.raises(UsageError, match="did you mean 'large-gallery'"):
        photos.split("large-galery", "test")
    with pytest.raises(UsageError, match="unknown split of protocol 'official' 'large'"):
        photos.split("official", "large")
    with pytest.raises(DataError, match=r"no such folder; data\.options.root must name"):
        Photos(str(root / "nowhere"))
    with pytest.raises(DataError, match=r"no such folder; data\.options.translations"):
        Photos(str(root), translations=str(root / "nowhere"))
    rewrite(root / "captions/fr.tsv.gz", "101\ttrain\ttask1\t0", "101\ttrain\ttask1\tzero")
    with pytest.raises(DataError, match=r"fr\.tsv\.gz:3: k is 'zero'"):
        Photos(str(root)).captions("official", "train", "fr")
    rewrite(root / "captions/fr.tsv.gz", "task1\tzero", "task1\t0")
    rewrite(root / "mt/apertium/en2fr.tsv.gz", "\tok\t", "\tOK\t")
    changed = Photos(str(root))
    captions, (route,) = changed.captions("official", "train", "en"), changed.recorded_routes("en", "fr")
    with pytest.raises(DataError, match=r"en2fr\.tsv\.gz:3: unknown status 'OK'; known: copied, failed, ok"):
        changed.recorded(captions, route)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("101\ttrain", "101\ttrian"), r"index\.tsv:3: unknown split 'trian'; did you mean 'train'"),
        (("101\ttrain", "100\ttrain"), r"index\.tsv:3: id '100' is there twice"),
        (("\t101_x.jpg", ""), r"index\.tsv:3: 3 cells; expected 4"),
        (("split\t", "spilt\t"), r"index\.tsv:1: no column 'split'; did you mean 'spilt'"),
    ],
)
def test_a_broken_index_is_refused_with_its_line(root: Path, change: tuple[str, str], message: str) -> None:
    path = root / "index.tsv"
    path.write_text(path.read_text().replace(*change, 1))
    with pytest.raises(DataError, match=message):
        Photos(str(root))


def test_verification_names_missing_and_changed_files(root: Path) -> None:
    (root / "images/train/101.jpg").write_bytes(b"x")
    (root / "captions/de.tsv.gz").unlink()
    problems = {problem.where: problem.message for problem in Photos(str(root)).verify()}
    assert set(problems) == {"images/train/101.jpg", "captions/de.tsv.gz"}
    assert "found sha256:" in problems["images/train/101.jpg"]
    (root / "SHA256SUMS").unlink()
    assert [problem.where for problem in Photos(str(root)).verify()] == ["SHA256SUMS"]
    write_checksums(root)


@real
def test_the_real_folder_has_the_counts_of_its_description() -> None:
    photos = Photos(str(SHARED))
    official, large = photos.describe("official"), photos.describe("large-gallery")
    assert dict(official.counts) == {"photos, train": 6993, "photos, val": 242, "photos, test": 243}
    assert dict(large.counts) == {
        "photos, train": 3000,
        "photos, val": 242,
        "photos, large": 4200,
        "photos, official": 243,
    }
    for lang, row in official.languages.items():
        assert (row["train"], row["val"], row["test"]) == (6993, 242, 243), lang
    (route, *_) = photos.recorded_routes("en", "zh")
    answers = photos.recorded(photos.captions("official", "train", "en"), route)
    assert sum(answer.status == "failed" for answer in answers) < 7
