"""The heavy parts of a training or evaluation, built from a recipe through the registry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import cast, get_args

import numpy as np
from torch import nn

from crossret.bench.components import (
    build_dataset,
    build_translator,
    further_translators_of,
    protocol_of,
    views_of_terms,
)
from crossret.bench.conventions import Conventions, conventions_of
from crossret.contracts.data import Caption, Dataset, Split
from crossret.contracts.text import TextEncoder
from crossret.contracts.translation import Translator
from crossret.contracts.visual import VisualBackbone
from crossret.data.addresses import local_options
from crossret.data.array_cache import cached_array, key_of
from crossret.data.checks import checked_captions, checked_split
from crossret.data.input_batches import Inputs
from crossret.data.pools import Pool, TrainingSet
from crossret.data.ragged import Ragged
from crossret.data.visual_inputs import VisualInputs
from crossret.evaluation.gallery import Gallery, load_gallery
from crossret.evaluation.positives import POSITIVES
from crossret.following import check_follows
from crossret.makers import broken
from crossret.model.dual_encoder import DualEncoder
from crossret.model.frame_tower import FrameTower
from crossret.model.principal_components import fit_principal_components
from crossret.model.text_tower import TextTower
from crossret.model.visual_tower import VisualTower
from crossret.recipe.models import DuplicateCaptions, Recipe
from crossret.registry import Registry
from crossret.training.seeds import seed_everything
from crossret.translation.fill import human_target_pool, source_pool
from crossret.translation.pooling import Translators, translated_pool


@dataclass(frozen=True)
class Assembly:
    """Data set, translator and backbone of one recipe, built when first used."""

    recipe: Recipe
    registry: Registry
    device: str = "cpu"

    @property
    def conventions(self) -> Conventions:
        """Ours, or those of the published code."""
        return conventions_of(self.recipe)

    @cached_property
    def dataset(self) -> Dataset:
        """The data set."""
        return build_dataset(self.recipe, self.registry)

    @cached_property
    def translator(self) -> Translator:
        """The translator."""
        return build_translator(self.recipe, self.dataset, self.registry)

    @cached_property
    def further_translators(self) -> tuple[Translator, ...]:
        """Those that only training captions are translated with."""
        return further_translators_of(
            self.recipe.translation.also, self.recipe.data.dataset, self.dataset, self.registry
        )

    @cached_property
    def protocol(self) -> str:
        """The protocol's name."""
        return protocol_of(self.dataset, self.recipe)

    @cached_property
    def train_split(self) -> Split:
        """The training items.

        Raises:
            DataError: there is none, or one twice.
        """
        return checked_split(self.dataset, self.protocol, "train")

    @cached_property
    def backbone(self) -> VisualBackbone:
        """The visual backbone.

        Raises:
            ComponentError: it breaks the contract.
        """
        name = self.recipe.model.visual.backbone
        built = self.registry.build("visual-backbone", name, **local_options(self.recipe.model.visual.options))
        check_follows(built, *get_args(VisualBackbone))
        backbone: VisualBackbone = built
        return backbone

    @cached_property
    def visual(self) -> VisualInputs:
        """Visual inputs per split."""
        return VisualInputs(self.dataset, self.backbone, self.recipe.model.visual.frames.most, self.device)

    def encoder(self) -> TextEncoder:
        """A new text encoder, drawn from torch's current random state.

        Raises:
            ComponentError: it breaks the contract.
        """
        name = self.recipe.model.text.encoder
        built = self.registry.build("text-encoder", name, **local_options(self.recipe.model.text.options))
        check_follows(built, TextEncoder)
        if not isinstance(built, nn.Module):
            raise broken(built, "a torch.nn.Module", f"an object of class {type(built).__name__}")
        return cast(TextEncoder, built)

    def model(self, seed: int) -> DualEncoder:
        """A new model; every initial weight follows from the seed."""
        seed_everything(seed)
        recipe = self.recipe.model
        backbone = cast(nn.Module, self.backbone) if self.visual.trains else None
        padding = self.conventions.padding
        shape = (self.backbone.dimension, recipe.visual, recipe.common, recipe.head_dropout, backbone)
        visual = FrameTower(*shape, padding=padding) if self.visual.framed else VisualTower(*shape)
        return DualEncoder(visual, self.text_tower())

    def text_tower(self) -> TextTower:
        """A new text tower, drawn from torch's current random state; it needs no data."""
        recipe = self.recipe.model
        return TextTower(self.encoder(), recipe.text, recipe.common, recipe.head_dropout, self.conventions.padding)

    def training_inputs(self) -> Inputs:
        """Visual inputs of the training items."""
        return self.visual.of(self.train_split)

    def fit_principal_components(self, model: DualEncoder, inputs: Inputs) -> None:
        """Fit the visual tower's principal components on training features, if it keeps any; on those of all frames."""
        components = model.visual.principal_components
        if components is None:
            return
        kept = components.kept
        ids = (item.id for item in self.train_split.items)
        most = self.recipe.model.visual.frames.most
        key = key_of(self.dataset.fingerprint(), self.backbone.fingerprint(), kept, most, *ids)

        def fitted() -> np.ndarray:
            return fit_principal_components(inputs.blocks if isinstance(inputs, Ragged) else [inputs], kept)

        components.load(cached_array("principal-components", key, fitted))

    def training_set(self, languages: Sequence[str]) -> TrainingSet:
        """Texts of the training split in the views that active terms read."""
        source = self.dataset.source_language
        captions = self._training_captions(source)
        if not languages:
            return TrainingSet(self.train_split, {"": source_pool(captions)})
        if self.recipe.texts.target == "human":
            human = {lang: human_target_pool(self._training_captions(lang)) for lang in languages}
            return TrainingSet(self.train_split, dict.fromkeys(languages, source_pool(captions)), human)
        translators = Translators(self.translator, self.further_translators, self.recipe.translation)
        pools: dict[str, Pool] = {
            lang: translated_pool(captions, translators, source, lang, back=self._reads_back()) for lang in languages
        }
        return TrainingSet(self.train_split, pools)

    def _training_captions(self, lang: str) -> tuple[Caption, ...]:
        return checked_captions(self.dataset, self.protocol, self.train_split, lang)

    def _reads_back(self) -> bool:
        return any("back" in views for views in views_of_terms(self.recipe, self.registry).values())

    def gallery(
        self, split: str, language: str, *, translated: bool, duplicates: DuplicateCaptions = "distinct"
    ) -> Gallery:
        """One gallery in one language, with English queries if they are asked for."""
        translator, asked = self.translator if translated else None, self.conventions.item_queries
        return load_gallery(self.dataset, self.protocol, split, language, translator, asked, POSITIVES[duplicates])
