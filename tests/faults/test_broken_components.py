"""Installed plugins whose components break their contract in the middle of a bench, each told in one line."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from processes import Crossret, Ended
from small_data import Small

ENCODER = """
    import torch
    from torch import nn

    from crossret.contracts.text import TokenStates


    class Letters(nn.Module):
        dimension = 8

        def __init__(self):
            super().__init__()
            self.table = nn.Embedding(128, 8)

        def fingerprint(self):
            return "letters"

        def tokenize(self, texts):
            numbers = [[ord(letter) % 128 for letter in text] for text in texts]
            ids = torch.zeros(len(texts), max(map(len, numbers)), dtype=torch.int64)
            for row, found in zip(ids, numbers):
                row[: len(found)] = torch.tensor(found)
            return {TOKENS}

        def forward(self, tokens):
            states, mask = self.table(tokens["ids"]), tokens["ids"] > 0
            return ANSWER
"""
LOSS = """
    import torch


    class Gap:
        views = frozenset(("visual", "source"))

        def __init__(self, context):
            self.steps = 0

        def __call__(self, views):
            self.steps += 1
            value = (views.embeddings["visual"] - views.embeddings["source"]).square().sum(-1).mean()
            return ANSWER
"""
BACKBONE = """
    import numpy as np
    import torch


    class Mean:
        dimension, trains = 3, False

        def fingerprint(self):
            return "FINGERPRINT"

        def preprocess(self, image):
            return PIXELS

        def __call__(self, pixels):
            features = pixels.float().mean((1, 2))
            return ANSWER
"""
BASELINE = """
    import numpy as np


    class Chance:
        def fingerprint(self):
            return "chance"

        def embed(self, captions, descriptions):
            draw = np.random.default_rng(SEED)
            found = [draw.normal(size=(len(texts), 4)).astype("float32") for texts in (captions, descriptions)]
            return ANSWER
"""
TRANSLATOR = """
    from crossret.contracts.translation import Hop, Route, Translation


    class Upper:
        def routes(self, source, target):
            return (Route((Hop("upper", source, target),)),)

        def translate(self, texts, route):
            answers = [Translation(text.upper(), "ok") for text in texts]
            return ANSWER

        def fingerprint(self):
            return "upper"
"""
pytestmark = pytest.mark.slow
PLUGIN = """
    from crossret.hookspecs import hookimpl


    @hookimpl
    def {hook}(register):
        register("{name}", "odd_component:{class_}")
"""


def installed(folder: Path, hook: str, name: str, class_: str, component: str) -> Path:
    info = folder / "crossret_odd-2.1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: crossret-odd\nVersion: 2.1\n")
    (info / "entry_points.txt").write_text("[crossret]\nodd = odd_plugin\n")
    (folder / "odd_plugin.py").write_text(textwrap.dedent(PLUGIN.format(hook=hook, name=name, class_=class_)))
    (folder / "odd_component.py").write_text(textwrap.dedent(component))
    return folder


def bench(crossret: Crossret, small: Small, packages: Path, out: Path, method: str, *settings: str) -> Ended:
    sets = [word for setting in ("training.epochs=1", *settings) for word in ("--set", setting)]
    paths = {"PYTHONPATH": f"{packages}:{crossret.environment()['PYTHONPATH']}"}
    return crossret(
        "bench", small.suite, "--lang", "es", "--method", method, "--executor", "inline", *sets, "--out", out, **paths
    )


def told(ended: Ended, component: str) -> str:
    """What is said of the component, after its name and origin."""
    assert ended.code in (1, 2)
    start = f"{component} of plugin 'odd' (crossret-odd)"
    assert start in ended.line, ended.line
    return ended.line.split(start)[1].removeprefix(": ").split("; what is finished is kept")[0]


ENCODERS = {
    "wrong width": (
        '{"ids": ids}',
        "TokenStates(states[..., :5], mask)",
        "expected floating-point states of shape (texts, tokens, 8), found torch.float32 of shape (4, 10, 5)",
    ),
    "pooled": ('{"ids": ids}', "TokenStates(states.mean(1), mask)", "found torch.float32 of shape (4, 8)"),
    "a pair": ('{"ids": ids}', "(states, mask)", "expected TokenStates, found tuple"),
    "mask of numbers": (
        '{"ids": ids}',
        "TokenStates(states, mask.long())",
        "expected a bool mask of shape (4, 10), found torch.int64 of shape (4, 10)",
    ),
    "text lost": ('{"ids": ids}', "TokenStates(states[1:], mask[1:])", "expected states of 4 texts, found those of 3"),
    "not a number": (
        '{"ids": ids}',
        "TokenStates(states / (states - states), mask)",
        "expected finite states of 'red circle', found",
    ),
    "undecided": (
        '{"ids": ids}',
        "TokenStates(states + torch.rand(()), mask)",
        "expected the same states whenever it is asked, found others for 'red circle'",
    ),
    "elsewhere": (
        '{"ids": ids}',
        "TokenStates(states.to('meta'), mask)",
        "expected both on the device of the tokens, cpu, found states on meta, the mask on cpu",
    ),
    "raises": ('{"ids": ids}', "TokenStates(states @ states, mask)", "RuntimeError: "),
    "tokens": ("ids.tolist()", "TokenStates(states, mask)", "expected tokens as named tensors, found "),
}


@pytest.mark.parametrize("what", ENCODERS)
def test_a_text_encoder(crossret: Crossret, small: Small, tmp_path: Path, what: str) -> None:
    tokens, answer, said = ENCODERS[what]
    program = ENCODER.replace("{TOKENS}", tokens).replace("ANSWER", answer)
    packages = installed(tmp_path / "site", "register_text_encoders", "letters", "Letters", program)
    ended = bench(crossret, small, packages, tmp_path / "out", "source-only", "model.text.encoder=letters")
    assert said in told(ended, "text-encoder 'letters'")


def test_the_encoder_that_the_others_break_works(crossret: Crossret, small: Small, tmp_path: Path) -> None:
    program = ENCODER.replace("{TOKENS}", '{"ids": ids}').replace("ANSWER", "TokenStates(states, mask)")
    packages = installed(tmp_path / "site", "register_text_encoders", "letters", "Letters", program)
    ended = bench(crossret, small, packages, tmp_path / "out", "source-only", "model.text.encoder=letters")
    assert ended.code == 0, ended.err


LOSSES = {
    "a vector": (
        "value.repeat(3)",
        "expected one floating-point number, a tensor of shape (), found torch.float32 of shape (3,)",
    ),
    "a number": ("value.item()", "expected one floating-point number, a tensor of shape (), found float"),
    "nothing": ("None", "found NoneType"),
    "elsewhere": ("value.to('meta')", "expected a loss on device cpu, found one on meta"),
    "view": ("views.embeddings['back'].sum()", "KeyError: 'back' ("),
    "raises": ("value @ value", "RuntimeError: "),
    "not a number": ("value * (float('nan') if self.steps > 1 else 1)", ", was the first; a smaller"),
    "infinite": ("value * (float('inf') if self.steps > 1 else 1)", ", was the first; a smaller"),
}


@pytest.mark.parametrize("what", LOSSES)
def test_a_loss(crossret: Crossret, small: Small, tmp_path: Path, what: str) -> None:
    answer, said = LOSSES[what]
    packages = installed(tmp_path / "site", "register_losses", "gap", "Gap", LOSS.replace("ANSWER", answer))
    ended = bench(crossret, small, packages, tmp_path / "out", "source-only", "objective.gap.loss=gap")
    assert said in told(ended, "loss 'gap'")


BACKBONES = {
    "wrong width": (
        "np.asarray(image)",
        "features[:, :2]",
        "expected floating-point features of shape (2, 3), found torch.float32 of shape (2, 2)",
    ),
    "an array": ("np.asarray(image)", "features.numpy()", "expected a tensor of features, found ndarray"),
    "not a number": (
        "np.asarray(image)",
        "features / 0 * 0",
        "expected finite features of item 'train-red-circle', found nan",
    ),
    "undecided": (
        "np.asarray(image)",
        "features + torch.rand(())",
        "expected the same features whenever it is asked, found features up to ",
    ),
    "pixels": (
        "np.asarray(image)[: 16 + int(np.asarray(image).sum()) % 7]",
        "features",
        "expected pixels of one shape and type",
    ),
    "raises": ("image.no_such_thing", "features", "AttributeError: "),
}


@pytest.mark.parametrize("what", BACKBONES)
def test_a_visual_backbone(crossret: Crossret, small: Small, tmp_path: Path, what: str) -> None:
    pixels, answer, said = BACKBONES[what]
    program = BACKBONE.replace("PIXELS", pixels).replace("ANSWER", answer).replace("FINGERPRINT", what)
    packages = installed(tmp_path / "site", "register_visual_backbones", "mean", "Mean", program)
    settings = ("model.visual.backbone=mean", "model.visual.principal_components=null")
    ended = bench(crossret, small, packages, tmp_path / "out", "source-only", *settings)
    assert said in told(ended, "visual-backbone 'mean'")


BASELINES = {
    "undecided": ("", "found", "expected the same vectors whenever it is asked, found others"),
    "lists": (
        "0",
        "[vectors.tolist() for vectors in found]",
        "expected vectors of captions as a numpy array, found list",
    ),
    "doubles": (
        "0",
        "[vectors.astype(float) for vectors in found]",
        "as float32 of shape (4, D), found float64 of shape",
    ),
    "row lost": (
        "0",
        "found[0], found[1][1:]",
        "expected vectors of items as float32 of shape (4, D), found float32 of shape (3, 4)",
    ),
    "not a number": ("0", "[vectors * np.nan for vectors in found]", "expected finite vectors of captions, found nan"),
    "two widths": ("0", "found[0][:, :3], found[1]", "expected captions and items of one width, found 3 and 4"),
    "one": ("0", "found[:1]", "ValueError: not enough values to unpack"),
}


@pytest.mark.parametrize("what", BASELINES)
def test_a_baseline(crossret: Crossret, small: Small, tmp_path: Path, what: str) -> None:
    seed, answer, said = BASELINES[what]
    program = BASELINE.replace("SEED", seed).replace("ANSWER", answer)
    packages = installed(tmp_path / "site", "register_baselines", "chance", "Chance", program)
    ended = bench(crossret, small, packages, tmp_path / "out", "lexical", "baseline=chance")
    assert said in told(ended, "baseline 'chance'")


TRANSLATORS = {
    "one short": ("answers[1:]", "answers for "),
    "texts": ("[answer.text for answer in answers]", "expected answers of class Translation, found str for "),
    "empty": ("[Translation('', 'ok') for _ in texts]", "empty translation of "),
    "raises": ("answers[len(texts)]", "IndexError: "),
}


@pytest.mark.parametrize("what", TRANSLATORS)
def test_a_translator(crossret: Crossret, small: Small, tmp_path: Path, what: str) -> None:
    answer, said = TRANSLATORS[what]
    packages = installed(
        tmp_path / "site", "register_translators", "upper", "Upper", TRANSLATOR.replace("ANSWER", answer)
    )
    ended = bench(crossret, small, packages, tmp_path / "out", "translate-train", "translation.translator=upper")
    assert "translator 'upper' of plugin 'odd' (crossret-odd)" in ended.line
    assert said in ended.line


DATASET = """
    from PIL import Image

    from crossret.contracts.data import Caption, Description, Item, ProtocolInfo, Split


    class Odd:
        source_language, protocols = "en", {"plain": ProtocolInfo("plain", ("test",))}

        def __init__(self, root): ...

        def fingerprint(self):
            return "odd"

        def test_languages(self, protocol):
            return ("en", "es")

        def split(self, protocol, name):
            return SPLIT

        def captions(self, protocol, split, lang):
            return CAPTIONS

        def image(self, item):
            return IMAGE

        def translations(self): ...

        def describe(self, protocol): ...

        def verify(self): ...
"""
ITEMS = "Split(name, tuple(Item(f'{name}{number}', 's') for number in range(20)))"
PICTURE = "Image.new('RGB', (32, 32))"
DATASETS = {
    "no split": ("[Item('a', 's')]", "()", PICTURE, "expected a Split, found list"),
    "split raises": ("{}[name]", "()", PICTURE, "KeyError: 'train' ("),
    "no picture": (ITEMS, "()", "None", "expected a PIL image of item 'train0', found NoneType"),
    "texts": (ITEMS, "('a text',)", PICTURE, "expected en captions of class Caption, found str"),
    "captions raise": (ITEMS, "open('/no/such/file')", PICTURE, "FileNotFoundError: "),
}


@pytest.mark.parametrize("what", DATASETS)
def test_a_data_set(crossret: Crossret, small: Small, tmp_path: Path, what: str) -> None:
    split, captions, image, said = DATASETS[what]
    program = DATASET.replace("SPLIT", split).replace("CAPTIONS", captions).replace("IMAGE", image)
    packages = installed(tmp_path / "site", "register_datasets", "odd", "Odd", program)
    words = ("data.dataset=odd", "translation.translator=identity", "model.visual.principal_components=null")
    ended = bench(crossret, small, packages, tmp_path / "out", "source-only", *words)
    assert said in told(ended, "dataset 'odd'")


KINDS = {
    "loss as encoder": (
        ("register_text_encoders", "gap", "Gap", LOSS.replace("ANSWER", "value").replace("context", "context=None")),
        ("source-only", "model.text.encoder=gap"),
        "text-encoder 'gap' of plugin 'odd' (crossret-odd): expected crossret.contracts.text.TextEncoder, found an "
        "object of class Gap without 'dimension', 'fingerprint', 'tokenize'; it looks like a loss: is it registered in "
        "the right hook?",
    ),
    "baseline as loss": (
        (
            "register_losses",
            "chance",
            "Odd",
            "class Odd:\n        def __init__(self, context): ...\n        "
            "def embed(self, captions, descriptions): ...\n        def fingerprint(self): ...",
        ),
        ("source-only", "objective.gap.loss=chance"),
        "expected crossret.contracts.loss.Term, found an object of class Odd without 'views', '__call__'; it "
        "looks like a baseline: is it registered in the right hook?",
    ),
    "translator as data": (
        (
            "register_datasets",
            "upper",
            "Upper",
            TRANSLATOR.replace("def routes", "def __init__(self, root): ...\n\n        def routes"),
        ),
        ("source-only", "data.dataset=upper"),
        "expected crossret.contracts.data.Dataset, found an object of class Upper without ",
    ),
    "no module": (
        (
            "register_text_encoders",
            "frozen",
            "Frozen",
            "class Frozen:\n        dimension = 3\n        "
            "def fingerprint(self): ...\n        def tokenize(self, texts): ...\n        "
            "def __call__(self, tokens): ...",
        ),
        ("source-only", "model.text.encoder=frozen"),
        "text-encoder 'frozen' of plugin 'odd' (crossret-odd): expected a torch.nn.Module, found an object of class "
        "Frozen",
    ),
    "constructor": (
        ("register_losses", "gap", "Gap", "class Gap:\n        def __init__(self, context):\n            1 / 0"),
        ("source-only", "objective.gap.loss=gap"),
        "loss 'gap' of plugin 'odd' (crossret-odd) cannot be built: ZeroDivisionError: division by zero (",
    ),
    "missing module": (
        ("register_losses", "gap", "Gap", "import nobody_has_it"),
        ("source-only", "objective.gap.loss=gap"),
        "loss 'gap' of plugin 'odd' (crossret-odd) cannot be loaded from odd_component:Gap: No module named "
        "'nobody_has_it' (",
    ),
}


@pytest.mark.parametrize("what", KINDS)
def test_what_is_no_component_of_its_kind(crossret: Crossret, small: Small, tmp_path: Path, what: str) -> None:
    plugin, words, said = KINDS[what]
    packages = installed(tmp_path / "site", *plugin)
    ended = bench(crossret, small, packages, tmp_path / "out", *words)
    assert ended.code == 1
    assert said in ended.line


@pytest.mark.parametrize("hook", ["register_executors", "register_renderers"])
def test_an_executor_or_a_renderer_of_the_wrong_kind(
    crossret: Crossret, small: Small, tmp_path: Path, hook: str
) -> None:
    program = "class Odd:\n        def __init__(self, workers=None): ..."
    packages = installed(tmp_path / "site", hook, "odd", "Odd", program)
    paths = {"PYTHONPATH": f"{packages}:{crossret.environment()['PYTHONPATH']}"}
    if hook == "register_renderers":
        ended = crossret("components", "--format", "odd", **paths)
        said = (
            "renderer 'odd' of plugin 'odd' (crossret-odd): expected crossret.contracts.rendering.Renderer, found an "
        )
        assert ended.line == f"{said}object of class Odd without 'render'"
    else:
        ended = crossret("bench", small.suite, "--executor", "odd", **paths)
        said = (
            "executor 'odd' of plugin 'odd' (crossret-odd): expected crossret.contracts.execution.Executor, found an "
        )
        assert ended.line == f"{said}object of class Odd without 'run'"
