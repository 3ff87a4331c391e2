"""Evaluates one unit and makes its record."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime

import numpy as np
import torch

from crossret.bench.anchoring import anchors_of
from crossret.bench.assembly import Assembly
from crossret.bench.checkpoints import Checkpoint
from crossret.bench.components import build_any_baseline, galleries_of
from crossret.bench.devices import accelerator_for, environment, peak_memory_mb
from crossret.bench.keys import hash_of
from crossret.bench.payload import Origin
from crossret.bench.plan import PlannedUnit
from crossret.bench.preparation import prepare_gallery
from crossret.bench.questions import asked_gallery
from crossret.contracts.baseline import PictureBaseline
from crossret.contracts.data import Caption, Dataset, Item
from crossret.evaluation.baseline_ranks import rank_with_baseline
from crossret.evaluation.gallery import GalleryRanks, without_copies
from crossret.evaluation.hardest import Hardest
from crossret.evaluation.model_ranks import rank_gallery, ranked
from crossret.evaluation.picture_baseline import compared_by_pictures
from crossret.registry import Registry
from crossret.results.ranks_file import DirectionName, Failures, QueryRanks, RanksByGallery
from crossret.results.record import Cost, CurvePoint, Direction, GalleryScores, Record
from crossret.results.subjects import ranks_name
from crossret.retrieval.metrics import QueryResults, direction_metrics, sumr

WITHOUT_COPIES = "without-copies"


def evaluate_model(unit: PlannedUnit, checkpoint: Checkpoint, origin: Origin) -> tuple[Record, RanksByGallery]:
    """Rank every gallery with a trained model."""
    started = time.monotonic()
    device = next(checkpoint.model.parameters()).device
    assembly = Assembly(unit.recipe, checkpoint.assembly.registry, str(device))
    found = list(_ranked_by_model(unit, checkpoint, assembly, device))
    return _record(unit, found, origin, device, assembly, checkpoint, time.monotonic() - started)


def _ranked_by_model(
    unit: PlannedUnit, checkpoint: Checkpoint, assembly: Assembly, device: torch.device
) -> Iterator[GalleryRanks]:
    recipe = unit.recipe.evaluation
    anchors = anchors_of(checkpoint, unit.id.language, recipe)
    for name in galleries_of(assembly.dataset, assembly.protocol, recipe):
        gallery = asked_gallery(assembly, name, unit.id.language, recipe)
        prepare_gallery(checkpoint.model, gallery)
        yield rank_gallery(checkpoint.model, gallery, assembly.visual.of(gallery.split), recipe, device, anchors)


def evaluate_baseline(
    unit: PlannedUnit, registry: Registry, origin: Origin, device: str = "cpu"
) -> tuple[Record, RanksByGallery]:
    """Rank every gallery with a baseline; one that looks at pictures computes on the named device.

    Raises:
        ComponentError: the baseline breaks its contract.
    """
    started = time.monotonic()
    assembly = Assembly(unit.recipe, registry)
    baseline = build_any_baseline(str(unit.recipe.baseline), unit.recipe.baseline_options, registry)
    dataset, recipe, place = assembly.dataset, unit.recipe.evaluation, torch.device("cpu")
    if isinstance(baseline, torch.nn.Module):
        place = accelerator_for(device, "no").device
        baseline.to(place).eval()
    found = []
    for name in galleries_of(dataset, assembly.protocol, recipe):
        gallery = asked_gallery(assembly, name, unit.id.language, recipe)
        if isinstance(baseline, PictureBaseline):
            found.append(ranked(gallery, compared_by_pictures(baseline, dataset, gallery, recipe), recipe))
        else:
            described = _source_captions(dataset, assembly.protocol, name)
            found.append(rank_with_baseline(baseline, gallery, described, recipe))
    record, ranks = _record(unit, found, origin, place, assembly, None, time.monotonic() - started)
    components = {**record.components, "baseline": baseline.fingerprint()}
    return record.model_copy(update={"components": components}), ranks


def _source_captions(dataset: Dataset, protocol: str, gallery: str) -> tuple[Caption, ...]:
    """What describes the items of a gallery; distractors of the validation gallery may be training subjects."""
    own = dataset.captions(protocol, gallery, dataset.source_language)
    if gallery != "val":
        return own
    described = {caption.subject for caption in own}
    training = dataset.captions(protocol, "train", dataset.source_language)
    return (*own, *(caption for caption in training if caption.subject not in described))


def _record(
    unit: PlannedUnit,
    found: list[GalleryRanks],
    origin: Origin,
    device: torch.device,
    assembly: Assembly,
    checkpoint: Checkpoint | None,
    seconds: float,
) -> tuple[Record, RanksByGallery]:
    progress = checkpoint.progress if checkpoint else None
    record = Record(
        key=unit.key,
        training_key=unit.training.key if unit.training else "",
        unit=unit.id,
        suite=origin.suite,
        label=unit.label,
        group=unit.group,
        baseline=unit.reference,
        query=unit.recipe.evaluation.query,
        terms=tuple(unit.recipe.terms()),
        ablated=unit.ablated,
        recipe=unit.recipe.model_dump(mode="json"),
        components=checkpoint.components if checkpoint else {"dataset": assembly.dataset.fingerprint()},
        made_by=dict(unit.made_by),
        trained_on=unit.training.languages if unit.training else (),
        data_hash=hash_of([assembly.dataset.fingerprint(), assembly.translator.fingerprint()])[:16],
        environment=environment(device, unit.recipe.training.precision),
        steps=progress.step if progress else 0,
        best_step=progress.best_step if progress else 0,
        best_validation=progress.best_score if progress else None,
        curve=tuple(
            CurvePoint(step=p.step, epoch=p.epoch, loss=p.loss, terms=p.terms, validation=p.score)
            for p in (progress.curve if progress else ())
        ),
        scores=tuple(score for ranks in found for score in _scores(ranks)),
        cost=Cost(
            training_seconds=progress.seconds if progress else 0.0,
            evaluation_seconds=seconds,
            peak_memory_mb=max(peak_memory_mb(), checkpoint.peak_memory_mb if checkpoint else 0.0),
        ),
        ranks_file="",
        command=origin.command,
        finished=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    return record, _ranks_by_gallery(found)


def _scores(ranks: GalleryRanks) -> list[GalleryScores]:
    """Scores of all queries and, where some captions equal the source text, of the others alone."""
    scores = [_gallery_scores(ranks, "")]
    if _has_copies(ranks):
        scores.append(_gallery_scores(without_copies(ranks), WITHOUT_COPIES))
    return scores


def _gallery_scores(ranks: GalleryRanks, subset: str) -> GalleryScores:
    t2v, v2t = direction_metrics(ranks.t2v), direction_metrics(ranks.v2t)
    return GalleryScores(
        gallery=ranks.gallery.split.name,
        items=len(ranks.gallery.split.items),
        captions=len(ranks.gallery.captions),
        t2v=Direction(**asdict(t2v)),
        v2t=Direction(**asdict(v2t)),
        sumr=sumr(t2v, v2t),
        subset=subset,
        rescored=ranks.rescored,
    )


def _ranks_by_gallery(found: list[GalleryRanks]) -> RanksByGallery:
    ranks: RanksByGallery = {}
    for whole in found:
        name = whole.gallery.split.name
        ranks[name] = _query_ranks(whole)
        if _has_copies(whole):
            ranks[ranks_name(name, WITHOUT_COPIES)] = _query_ranks(without_copies(whole))
    return ranks


def _has_copies(ranks: GalleryRanks) -> bool:
    """Whether some captions, but not all, equal a source-language text."""
    copied = [caption.same_as_source for caption in ranks.gallery.captions]
    return any(copied) and not all(copied)


def _query_ranks(ranks: GalleryRanks) -> dict[DirectionName, QueryRanks]:
    captions, items = ranks.gallery.captions, ranks.gallery.split.items

    return {
        "t2v": _named(ranks.t2v, captions, items, ranks.hardest_captions),
        "v2t": _named(ranks.v2t, items, captions, ranks.hardest_items),
    }


def _named(
    results: QueryResults,
    queries: Sequence[Caption] | Sequence[Item],
    gallery: Sequence[Caption] | Sequence[Item],
    hardest: Hardest | None,
) -> QueryRanks:
    ids, subjects = np.array([one.id for one in queries]), np.array([one.subject for one in queries])
    found = np.array([one.id for one in gallery])
    failures = None if hardest is None else Failures(ids[hardest.queries], found[hardest.found])
    return QueryRanks(ids[results.query], subjects[results.query], results.rank, failures)
