from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch

from crossret.contracts.text import TextEncoder
from crossret.errors import ComponentError, DataError, UsageError

transformers = pytest.importorskip("transformers")

from crossret_text.transformer import TransformerEncoder  # noqa: E402

SENTENCES = ["a smiling face with red eyes", "dogs", "cara con ojos", "笑脸 眼睛", "हँसता हुआ चेहरा", "?"]


@pytest.fixture(params=["bert", "xlmr"])
def folder(request: pytest.FixtureRequest) -> str:
    path: str = request.getfixturevalue(request.param)
    return path


def trainable(encoder: TransformerEncoder) -> set[str]:
    return {name for name, parameter in encoder.network.named_parameters() if parameter.requires_grad}


def test_follows_the_contract(folder: str) -> None:
    encoder = TransformerEncoder(folder, max_tokens=16).eval()
    assert isinstance(encoder, TextEncoder)
    tokens = encoder.tokenize(SENTENCES)
    found = encoder(tokens)
    assert found.states.shape == (*tokens["input_ids"].shape, encoder.dimension)
    assert encoder.dimension == 16
    assert found.mask.dtype == torch.bool
    assert found.mask.any(1).all()
    assert found.mask.shape[1] <= 16


def test_weights_are_the_saved_ones(folder: str) -> None:
    encoder = TransformerEncoder(folder, max_tokens=20).eval()
    model = transformers.AutoModel.from_pretrained(folder).eval()
    tokens = encoder.tokenize(SENTENCES)
    torch.testing.assert_close(encoder(tokens).states, model(**tokens).last_hidden_state, rtol=0, atol=0)


def test_states_do_not_depend_on_padding(folder: str) -> None:
    encoder = TransformerEncoder(folder, max_tokens=20).eval()
    batch = encoder(encoder.tokenize(SENTENCES))
    for row, text in enumerate(SENTENCES):
        alone = encoder(encoder.tokenize([text])).states[0]
        assert int(batch.mask[row].sum()) == len(alone)
        torch.testing.assert_close(batch.states[row, : len(alone)], alone, rtol=1e-4, atol=1e-5)


LAYERS = {"none": [], "1-2": [1, 2], "0-0": [0]}


@pytest.mark.parametrize("train_layers", LAYERS)
def test_gradient_reaches_the_chosen_layers_only(folder: str, train_layers: str) -> None:
    encoder = TransformerEncoder(folder, max_tokens=20, train_layers=train_layers)
    expected = tuple(f"encoder.layer.{number}." for number in LAYERS[train_layers])
    assert trainable(encoder) == {name for name, _ in encoder.network.named_parameters() if name.startswith(expected)}
    states = encoder(encoder.tokenize(SENTENCES)).states
    assert states.requires_grad == bool(expected)
    if expected:
        states.square().sum().backward()
    reached = {name for name, parameter in encoder.network.named_parameters() if parameter.grad is not None}
    assert reached == trainable(encoder)


def test_all_trains_everything(folder: str) -> None:
    encoder = TransformerEncoder(folder, max_tokens=20, train_layers="all")
    encoder(encoder.tokenize(SENTENCES)).states.square().sum().backward()
    assert all(parameter.grad is not None for parameter in encoder.parameters())
    assert not any("pooler" in name for name, _ in encoder.named_parameters())


def test_frozen_layers_stay_in_evaluation_mode(bert: str) -> None:
    encoder = TransformerEncoder(bert, max_tokens=20, train_layers=[2]).train()
    training = [any(module.training for module in layer.modules()) for layer in encoder.network.encoder.layer]
    assert training == [False, False, True]
    assert not encoder.network.embeddings.dropout.training
    encoder.eval()
    assert not any(module.training for module in encoder.modules())


def test_nothing_is_dropped_when_nothing_trains(bert: str) -> None:
    encoder = TransformerEncoder(bert, max_tokens=20, train_layers="none").train()
    tokens = encoder.tokenize(SENTENCES)
    torch.testing.assert_close(encoder(tokens).states, encoder(tokens).states, rtol=0, atol=0)


def test_long_text_is_cut(bert: str) -> None:
    encoder = TransformerEncoder(bert, max_tokens=5)
    assert encoder.tokenize(["a smiling face with red eyes"])["input_ids"].shape == (1, 5)


@pytest.mark.parametrize("max_tokens", [0, 25])
def test_positions_bound_max_tokens(bert: str, max_tokens: int) -> None:
    with pytest.raises(UsageError, match=f"max_tokens is {max_tokens}; .* takes 1 to 24"):
        TransformerEncoder(bert, max_tokens=max_tokens)


def test_prefix_and_lowercase_change_tokens(bert: str) -> None:
    plain, prefixed = TransformerEncoder(bert, max_tokens=24), TransformerEncoder(bert, max_tokens=24, prefix="face ")
    assert prefixed.tokenize(["dogs"])["input_ids"].tolist() == plain.tokenize(["face dogs"])["input_ids"].tolist()
    lower = TransformerEncoder(bert, max_tokens=24, lowercase=True)
    assert lower.tokenize(["DOGS"])["input_ids"].tolist() == plain.tokenize(["dogs"])["input_ids"].tolist()
    assert plain.tokenize(["DOGS"])["input_ids"].tolist() != plain.tokenize(["dogs"])["input_ids"].tolist()


ACCENTS = [
    "Ein Mädchen ißt Ärpfel",
    "UNE ÉTÉ à l'Île",
    "Žlutý kůň",
    "ガラスの窓ぎわ",
    "一个 女孩",
    "İstanbul'da",
    "e\u0301",
]


def test_lower_case_without_accents_is_what_the_published_tokenizer_does(tmp_path: Path) -> None:
    """The published code forces a cased model's tokenizer into lower-case mode, which strips accents, too."""
    letters = sorted({char for text in ACCENTS for char in (*text, *text.lower())} | set("abcdefghijklmnopqrstuvwxyz"))
    plain = [c for c in letters if not c.isspace()]
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *plain, *(f"##{c}" for c in plain)]
    config = transformers.BertConfig(
        vocab_size=len(vocabulary), hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8
    )
    transformers.BertModel(config).save_pretrained(tmp_path)
    words = {word: number for number, word in enumerate(vocabulary)}
    transformers.BertTokenizer(words, do_lower_case=False).save_pretrained(tmp_path)
    published = transformers.BertTokenizer(words, do_lower_case=True)
    encoder = TransformerEncoder(str(tmp_path), lowercase=True, strip_accents=True)
    found = encoder.tokenize(ACCENTS)
    expected = published(ACCENTS, padding=True, return_tensors="pt")
    assert found["input_ids"].tolist() == expected["input_ids"].tolist()
    cased = TransformerEncoder(str(tmp_path), lowercase=True).tokenize(ACCENTS)
    assert cased["input_ids"].tolist() != expected["input_ids"].tolist()


@pytest.mark.parametrize("blank", ["", " \n"])
def test_blank_text_is_an_error_even_with_a_prefix(bert: str, blank: str) -> None:
    with pytest.raises(DataError, match="text 1 of 2 is blank"):
        TransformerEncoder(bert, max_tokens=8, prefix="query: ").tokenize(["dogs", blank])


def test_random_init_keeps_the_architecture_only(bert: str) -> None:
    pretrained, random = (TransformerEncoder(bert, max_tokens=8, random_init=flag) for flag in (False, True))
    shapes = [{name: tensor.shape for name, tensor in e.state_dict().items()} for e in (pretrained, random)]
    assert shapes[0] == shapes[1]
    key = "network.encoder.layer.0.attention.self.query.weight"
    assert not torch.equal(pretrained.state_dict()[key], random.state_dict()[key])


def test_fingerprint_follows_weights_tokens_and_options(bert: str, xlmr: str, tmp_path: Path) -> None:
    def fingerprint(folder: str = bert, **options: object) -> str:
        return TransformerEncoder(folder, **{"max_tokens": 8, **options}).fingerprint()

    copied = shutil.copytree(bert, tmp_path / "copy")
    assert fingerprint() == fingerprint(str(copied)) == fingerprint(train_layers="none", cache_states="none")
    changed = [fingerprint(xlmr), fingerprint(max_tokens=9), fingerprint(lowercase=True), fingerprint(prefix="x ")]
    changed.append(fingerprint(strip_accents=True))
    assert len({fingerprint(), fingerprint(random_init=True), *changed}) == 7
    assert fingerprint(random_init=True) == fingerprint(random_init=True)
    frozen = {"random_init": True, "train_layers": "none"}
    assert fingerprint(**frozen) != fingerprint(**frozen)


def test_absent_model_is_one_line_that_helps() -> None:
    with pytest.raises(
        ComponentError, match=r"'hf:nobody/nothing' cannot be loaded: .*hf download nobody/nothing"
    ) as caught:
        TransformerEncoder("nobody/nothing", local_files_only=True)
    assert "\n" not in str(caught.value)


def test_pickled_weights_are_not_read(bert: str, tmp_path: Path) -> None:
    folder = shutil.copytree(bert, tmp_path / "pickled")
    weights = folder / "model.safetensors"
    from safetensors.torch import load_file

    torch.save(load_file(weights), folder / "pytorch_model.bin")
    weights.unlink()
    with pytest.raises(ComponentError, match=r"model\.safetensors"):
        TransformerEncoder(str(folder), max_tokens=8)


def test_incomplete_weights_are_an_error(bert: str, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    folder = shutil.copytree(bert, tmp_path / "incomplete")
    state = load_file(folder / "model.safetensors")
    del state["encoder.layer.1.output.dense.weight"]
    save_file(state, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ComponentError, match=r"1 weights are missing, the first is 'encoder\.layer\.1\.output\.dense"):
        TransformerEncoder(str(folder), max_tokens=8)


@pytest.mark.parametrize("train_layers", ["all", "1-2"])
def test_recomputed_activations_give_the_same_gradients_and_are_not_kept(bert: str, train_layers: str) -> None:
    found = []
    for recompute in (False, True):
        encoder = TransformerEncoder(bert, train_layers=train_layers, max_tokens=16)
        if recompute:
            encoder.recompute_activations()
        kept = []
        with torch.autograd.graph.saved_tensors_hooks(lambda x, k=kept: k.append(x.numel()) or x, lambda x: x):
            torch.manual_seed(1)
            loss = encoder.train()(encoder.tokenize(SENTENCES)).states.square().sum()
        loss.backward()
        gradients = {name: p.grad for name, p in encoder.named_parameters() if p.grad is not None}
        found.append((loss.detach(), gradients, sum(kept)))
    (loss, gradients, kept), (other_loss, others, fewer) = found
    assert torch.equal(loss, other_loss)
    assert gradients.keys() == others.keys()
    assert all(torch.equal(gradients[name], others[name]) for name in gradients)
    assert fewer < kept / 2, (fewer, kept)


def test_layers_that_do_not_train_keep_no_graph_when_activations_are_recomputed(bert: str) -> None:
    encoder = TransformerEncoder(bert, train_layers=[2], max_tokens=16)
    encoder.recompute_activations()
    needed = []
    encoder.network.encoder.layer[1].register_forward_hook(lambda *given: needed.append(given[2].requires_grad))
    assert encoder.train()(encoder.tokenize(SENTENCES)).states.requires_grad
    assert needed == [False]


def test_only_layers_that_train_are_compiled(bert: str) -> None:
    encoder = TransformerEncoder(bert, train_layers="1-2", max_tokens=16).eval()
    tokens = encoder.tokenize(SENTENCES)
    plain = encoder(tokens).states
    names = set(encoder.state_dict())
    calls = []

    def backend(graph: torch.fx.GraphModule, inputs: list[object]) -> object:
        calls.append(graph)
        return graph

    encoder.compile(backend=backend, dynamic=True)
    torch.testing.assert_close(encoder(tokens).states, plain, rtol=1e-5, atol=1e-5)
    assert calls
    layers = encoder.network.encoder.layer
    assert [layer._compiled_call_impl is not None for layer in layers] == [False, True, True]
    assert set(encoder.state_dict()) == names
