"""Models that were trained elsewhere, measured on our data: the figures are those of their library's own calls."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from tiny_clip import write_clip, write_openclip
from torch import Tensor

from crossret.cli import cli
from crossret.contracts.baseline import PictureBaseline
from crossret.errors import ComponentError, UsageError
from crossret.plugins import registry
from crossret.results.store import read_all

transformers = pytest.importorskip("transformers")
open_clip = pytest.importorskip("open_clip")

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve pictures in the test split; two English captions of each, and one Spanish."""
    root = tmp_path_factory.mktemp("pictures")
    (root / "images").mkdir()
    words = ["red box", "green ring", "blue bar", "pink box", "black ring", "red bar"]
    rows = ["item,lang,text,split"]
    for number in range(12):
        for split in ("train", "val", "test"):
            noise = np.random.default_rng([number, len(split)]).integers(0, 256, (24, 36, 3)).astype(np.uint8)
            Image.fromarray(noise).save(root / "images" / f"{split}{number}.png")
            rows += [f"{split}{number}.png,en,{words[number % 6]} {words[number // 2]},{split}"]
            rows += [f"{split}{number}.png,en,number {'today ' * (number + 1)}is {words[number % 6]},{split}"]
            rows += [f"{split}{number}.png,es,caja {'roja ' * number},{split}"]
    (root / "captions.csv").write_text("\n".join(rows) + "\n")
    return root


@pytest.fixture(scope="module", params=["clip", "siglip"])
def hf(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    return write_clip(tmp_path_factory.mktemp(request.param), request.param)


@pytest.fixture(scope="module")
def openclip(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    paths = list(open_clip.factory._MODEL_CONFIG_PATHS)
    yield write_openclip(tmp_path_factory.mktemp("openclip"))[1]
    open_clip.factory._MODEL_CONFIG_PATHS[:] = paths
    open_clip.factory._rescan_model_configs()


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Command:
    def run(*words: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            cli.main([*map(str, words)], prog_name="crossret")
        said = capsys.readouterr()
        return int(str(ended.value.code)), said.out, said.err

    return run


def recalls_by_sorting(texts: Tensor, pictures: Tensor, owners: list[int]) -> dict[str, float]:
    """R@1, R@5 and R@10 of text queries from the whole matrix of cosines."""
    scores = torch.nn.functional.normalize(texts, dim=-1) @ torch.nn.functional.normalize(pictures, dim=-1).T
    order = scores.argsort(dim=1, descending=True, stable=True)
    places = [order[row].tolist().index(owner) for row, owner in enumerate(owners)]
    return {f"R@{k}": 100 * sum(place < k for place in places) / len(places) for k in (1, 5, 10)}


def read(folder: Path, lang: str) -> tuple[list[str], list[Image.Image], list[int]]:
    """Test captions, test pictures and which picture each caption is of."""
    rows = [line.split(",") for line in (folder / "captions.csv").read_text().splitlines()[1:]]
    asked = [(item, text) for item, language, text, split in rows if split == "test" and language == lang]
    items = list(dict.fromkeys(item for item, *_, split in rows if split == "test"))
    pictures = [Image.open(folder / "images" / item).convert("RGB") for item in items]
    return [text for _, text in asked], pictures, [items.index(item) for item, _ in asked]


def first_row(document: str) -> dict[str, str]:
    table = json.loads(document)["tables"][0]
    return {name: cell["text"] for name, cell in zip(table["columns"], table["rows"][0], strict=True)}


def assert_figures(row: dict[str, str], expected: dict[str, float]) -> None:
    assert {name: row[name] for name in expected} == {name: f"{value:.1f}" for name, value in expected.items()}


@pytest.mark.parametrize("lang", ["en", "es"])
def test_a_model_of_transformers_has_the_figures_of_its_own_calls(
    command: Command, hf: str, folder: Path, lang: str, tmp_path: Path
) -> None:
    words = ("--lang", lang, "--data", "folder", "--data-option", f"root={folder}", "--out", tmp_path)
    code, out, err = command("evaluate", "--model", f"hf:{hf}", *words, "--device", "cpu", "--format", "json")
    assert code == 0, err
    model = transformers.AutoModel.from_pretrained(hf)
    tokenizer = transformers.AutoTokenizer.from_pretrained(hf)
    processor = transformers.AutoImageProcessor.from_pretrained(hf)
    texts, pictures, owners = read(folder, lang)
    padding = "max_length" if "siglip" in model.config.model_type else True
    tokens = tokenizer(texts, padding=padding, truncation=True, max_length=12, return_tensors="pt")
    with torch.no_grad():
        queries = model.get_text_features(**tokens).pooler_output
        gallery = model.get_image_features(**processor(pictures, return_tensors="pt")).pooler_output
    row = first_row(out)
    assert_figures(row, recalls_by_sorting(queries, gallery, owners))
    (stored,) = read_all([tmp_path])
    assert stored.record.unit.method == f"zero-shot:hf:{Path(hf).name}"
    assert stored.record.unit.language == lang
    assert stored.record.scores[0].t2v.r5 == pytest.approx(float(row["R@5"]), abs=0.05)
    assert stored.record.components["baseline"]


def test_a_model_of_open_clip_has_the_figures_of_its_own_calls(
    command: Command, openclip: Path, folder: Path, tmp_path: Path
) -> None:
    words = ("--lang", "en", "--data", "folder", "--data-option", f"root={folder}", "--out", tmp_path)
    given = ("--model", "openclip:tiny-dual", "--model-option", f"weights={openclip}")
    code, out, err = command("evaluate", *given, *words, "--device", "cpu", "--format", "json")
    assert code == 0, err
    torch.manual_seed(0)
    model, _, transform = open_clip.create_model_and_transforms("tiny-dual")
    model.eval()
    texts, pictures, owners = read(folder, "en")
    with torch.no_grad():
        queries = model.encode_text(open_clip.get_tokenizer("tiny-dual")(texts))
        gallery = model.encode_image(torch.stack([transform(picture) for picture in pictures]))
    assert_figures(first_row(out), recalls_by_sorting(queries, gallery, owners))


def test_its_record_stands_beside_others_in_a_leaderboard(
    command: Command, openclip: Path, folder: Path, tmp_path: Path
) -> None:
    """And a suite can have it as a method."""
    data = f"{{dataset: folder, options: {{root: '{folder}'}}}}"
    suite = tmp_path / "suite.yaml"
    suite.write_text(
        "languages: [es]\n"
        f"recipe: {{data: {data}, translation: {{translator: identity}}, texts: {{target: none}}}}\n"
        "methods:\n"
        "  words: {recipe: {baseline: lexical}, group: baseline, reference: true}\n"
        f"  seen: {{recipe: {{baseline: 'openclip:tiny-dual', baseline_options: {{weights: '{openclip}'}}}}}}\n"
    )
    out = tmp_path / "runs"
    code, _, err = command("bench", suite, "--out", out, "--device", "cpu", "--executor", "inline")
    assert code == 0, err
    words = ("--lang", "es", "--data", "folder", "--data-option", f"root={folder}", "--out", out, "--device", "cpu")
    given = ("--model", "openclip:tiny-dual", "--model-option", f"weights={openclip}")
    assert command("evaluate", *given, *words)[0] == 0
    code, table, err = command("leaderboard", out, "--format", "md")
    assert code == 0, err
    lines = {
        name: line for line in table.splitlines() for name in ("words", "seen", "zero-shot:openclip") if name in line
    }
    assert set(lines) == {"words", "seen", "zero-shot:openclip"}
    by_method = {stored.record.unit.method: stored.record for stored in read_all([out])}
    assert by_method["seen"].scores == by_method["zero-shot:openclip:tiny-dual"].scores


def test_both_follow_the_contract_and_a_vector_depends_on_nothing_else(hf: str, openclip: Path) -> None:
    pictures = [Image.fromarray(np.full((20, 30, 3), 9 * n, dtype=np.uint8)) for n in range(3)]
    texts = ["a red box", "ring", "指輪 😀 " * 20]
    for name, options in ((f"hf:{hf}", {}), ("openclip:tiny-dual", {"weights": str(openclip)})):
        built: Any = registry().build("baseline", name, **options)
        assert isinstance(built, PictureBaseline)
        for embed, inputs in ((built.embed_captions, texts), (built.embed_pictures, pictures)):
            together = embed(inputs)
            assert together.dtype == np.float32
            np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
            np.testing.assert_allclose(np.concatenate([embed([one]) for one in inputs]), together, atol=1e-5)
        assert built.fingerprint() == registry().build("baseline", name, **options).fingerprint()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--model", "hff:x", "--data", "emoji"), "unknown model 'hff'; did you mean 'hf'?"),
        (("--model", "hf", "--data", "emoji"), "unknown baseline 'hf'; known: hf:MODEL"),
        (("--model", "lexical", "--data", "emoji"), "unknown model 'lexical'"),
        (("--model", "hf:x"), "--model was trained on no data set that crossret knows: name one with --data"),
        (
            ("--model", "openclip:ViT-B-23:openai", "--data", "emoji"),
            "unknown open_clip model 'ViT-B-23'; did you mean",
        ),
        (("--model", "openclip:ViT-B-32", "--data", "emoji"), "'openclip:ViT-B-32' names no weights; expected"),
        ((), "expected a CHECKPOINT or --model"),
    ],
)
def test_what_cannot_be_meant_is_one_line(words: tuple[str, ...], said: str, command: Command, tmp_path: Path) -> None:
    code, _, err = command("evaluate", *words, "--lang", "es", "--out", tmp_path, "--device", "cpu")
    assert code == 2
    assert err.strip().splitlines()[-1].startswith(f"crossret: {said}")


@pytest.mark.parametrize(
    ("name", "library", "extra"), [("hf:x", "transformers", "hf"), ("openclip:x", "open_clip", "openclip")]
)
def test_a_missing_library_names_the_extra(
    name: str, library: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, registry().get("baseline", name).target.partition(":")[0], raising=False)
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(ComponentError, match=rf"pip install 'crossret\[{extra}\]'"):
        registry().build("baseline", name)


def test_a_hub_that_cannot_be_reached_is_one_line() -> None:
    with pytest.raises(
        ComponentError, match=r"^model 'hf:nobody/nothing' cannot be loaded: .*; get it with: hf download"
    ):
        registry().build("baseline", "hf:nobody/nothing", local_files_only=True)


def test_a_model_without_pictures_is_one_line(tmp_path: Path) -> None:
    from tiny_bert import write_bert

    with pytest.raises(UsageError, match="is a BertModel; expected a dual encoder of texts and pictures"):
        registry().build("baseline", f"hf:{write_bert(tmp_path)}")
