"""What a component makes of the probes, as arrays that can be compared and stored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from crossret.contracts.baseline import PictureBaseline
from crossret.contracts.data import Caption, Dataset
from crossret.contracts.text import TextEncoder
from crossret.contracts.translation import CaptionTranslator, Engine, Route, Translation, Translator
from crossret.contracts.visual import ClipBackbone, FeatureBackbone, FrameFeatureBackbone, PixelBackbone
from crossret.errors import ComponentError, DataError
from crossret.testing.outcomes import ConformanceError, NotApplicableError
from crossret.testing.probes import captions_in, items, pictures, texts_in, write_clips
from crossret.testing.subject import Subject
from crossret.testing.tiny_data import LANGUAGES

Arrays = dict[str, np.ndarray]
TOLERANCE = 1e-4
MOST_HOPS = 2


def observed(subject: Subject, built: Any) -> Arrays:
    """Everything that results depend on: what an untrained call gives."""
    made = inputs(subject, built)
    if isinstance(built, TextEncoder):
        with torch.no_grad():
            out = evaluating(built)(built.tokenize(all_texts(subject)))
        return {**made, "states": (out.states * out.mask.unsqueeze(2)).float().numpy()}
    if isinstance(built, PixelBackbone | ClipBackbone):
        with torch.no_grad():
            return {**made, "features": evaluating(built)(torch.from_numpy(made["pixels"])).float().numpy()}
    return made


def inputs(subject: Subject, built: Any) -> Arrays:
    """What is made without a network: tokens, pixels, stored features, captions, translations."""
    match subject.component.kind:
        case "text-encoder":
            return {f"token {k}": tensor.numpy() for k, tensor in built.tokenize(all_texts(subject)).items()}
        case "visual-backbone":
            return _visual(subject, built)
        case "translator":
            answers = [answer for _, _, found in answered(subject, built) for answer in found]
            return {"answers": np.array([f"{a.status} {a.unknown} {a.text}" for a in answers])}
        case "dataset":
            return _read(built)
        case "baseline":
            return {"captions": captions_by(built, all_texts(subject)), "items": items_by(built)}
        case kind:
            raise NotApplicableError(f"nothing is compared of a {kind}")


def captions_by(baseline: Any, captions: Sequence[str]) -> np.ndarray:
    """A baseline's vectors of captions."""
    if isinstance(baseline, PictureBaseline):
        return baseline.embed_captions(captions)
    vectors: np.ndarray = baseline.embed(captions, descriptions())[0]
    return vectors


def items_by(baseline: Any) -> np.ndarray:
    """A baseline's vectors of the kit's items: of their pictures, or of the English captions that describe them."""
    if isinstance(baseline, PictureBaseline):
        return baseline.embed_pictures(pictures())
    vectors: np.ndarray = baseline.embed(descriptions()[:1], descriptions())[1]
    return vectors


def descriptions() -> list[str]:
    """What describes the kit's items."""
    return [caption.text for caption in captions_in("en")]


def all_texts(subject: Subject) -> list[str]:
    """The probes in the languages that the component covers."""
    return [text for texts in texts_in(subject.component.meta.languages).values() for text in texts]


def evaluating(built: Any) -> Any:
    """The component, in evaluation mode if it has one."""
    return built.eval() if isinstance(built, torch.nn.Module) else built


def _visual(subject: Subject, built: Any) -> Arrays:
    if isinstance(built, PixelBackbone):
        return {"pixels": stacked([built.preprocess(picture) for picture in pictures()])}
    if isinstance(built, ClipBackbone):
        return {"pixels": np.concatenate([built.preprocess_clip(clip) for clip in write_clips(subject.folder)])}
    if isinstance(built, FeatureBackbone):
        return {"features": looked_up(lambda: built.features(items()))}
    assert isinstance(built, FrameFeatureBackbone)
    return {"features": looked_up(lambda: np.concatenate(built.frame_features(items())))}


def looked_up(look: Any) -> np.ndarray:
    """Stored features of the kit's items, if the example stores them.

    Raises:
        NotApplicableError: it holds other items.
    """
    try:
        return np.asarray(look())
    except DataError as error:
        raise NotApplicableError(f"the example holds no features of the kit's items: {error}") from error


def stacked(arrays: Sequence[np.ndarray]) -> np.ndarray:
    """One array of arrays of one shape and type.

    Raises:
        ConformanceError: they differ.
    """
    shapes = {(np.shape(array), str(np.asarray(array).dtype)) for array in arrays}
    if len(shapes) != 1:
        raise ConformanceError("pictures of any size preprocessed to one shape and type", sorted(map(str, shapes)))
    return np.stack(arrays)


def _read(dataset: Dataset) -> Arrays:
    found: Arrays = {}
    for protocol, info in dataset.protocols.items():
        for name in (*(() if info.test_only else ("train", "val")), *info.galleries):
            found[f"{protocol}/{name} items"] = np.array([item.id for item in dataset.split(protocol, name).items])
            for lang in dataset.test_languages(protocol)[:3]:
                if name != "train":
                    texts = [f"{c.id} {c.text}" for c in dataset.captions(protocol, name, lang)]
                    found[f"{protocol}/{name} {lang}"] = np.array(texts)
    return found


def answered(subject: Subject, built: Any) -> list[tuple[Route, tuple[Caption, ...], list[Translation]]]:
    """Some routes of a translator or hops of an engine, with texts and their answers.

    Raises:
        NotApplicableError: it reaches none of the kit's languages, or its engine is not installed.
    """
    found = [(route, captions, ask(built, captions, route)) for route, captions in routes_of(built)]
    if not found:
        raise NotApplicableError(f"no route between {', '.join(LANGUAGES)}")
    return found


def routes_of(built: Any) -> list[tuple[Route, tuple[Caption, ...]]]:
    """Routes between the kit's languages, and captions in their sources."""
    if isinstance(built, Engine):
        try:
            hops = [hop for hop in built.hops() if hop.source in LANGUAGES]
        except ComponentError as error:
            raise NotApplicableError(str(error)) from error
        return [(Route((hop,)), captions_in(hop.source)) for hop in hops[:MOST_HOPS]]
    assert isinstance(built, Translator)
    pairs = [(a, b) for a in LANGUAGES for b in LANGUAGES if a != b]
    return [(routes[0], captions_in(a)) for a, b in pairs if (routes := built.routes(a, b))][: MOST_HOPS + 1]


def ask(built: Any, captions: Sequence[Caption], route: Route) -> list[Translation]:
    """Answers to captions: by caption if the translator knows them so."""
    texts = [caption.text for caption in captions]
    if isinstance(built, Engine):
        answers: list[Translation] = built.translate_hop(texts, route.hops[0])
    elif isinstance(built, CaptionTranslator):
        answers = built.translate_captions(captions, route)
    else:
        answers = built.translate(texts, route)
    return answers


def difference(first: Arrays, second: Arrays) -> str:
    """Where two observations differ beyond rounding, as ``states by 0.12``; empty if nowhere."""
    for name in sorted({*first, *second}):
        if name not in first or name not in second:
            return f"{name}, which only one of them has"
        one, other = np.asarray(first[name]), np.asarray(second[name])
        if one.shape != other.shape:
            return f"{name}: shapes {one.shape} and {other.shape}"
        if one.dtype.kind in "US" or other.dtype.kind in "US":
            places = np.flatnonzero(one != other)
            if len(places):
                return f"{name}: {one.flat[places[0]]!r} and {other.flat[places[0]]!r}"
        elif not np.allclose(one, other, rtol=TOLERANCE, atol=TOLERANCE, equal_nan=True):
            gap = np.abs(one.astype(np.float64) - other.astype(np.float64)).max()
            return f"{name} by {gap:.2g}"
    return ""
