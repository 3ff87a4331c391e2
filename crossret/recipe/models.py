"""The recipe of one method.

The defaults are those published for NRCCR (method section 1.6) unless a field says otherwise.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from crossret.contracts.loss import View
from crossret.recipe.sizes import mebibytes

DuplicateCaptions = Literal["distinct", "shared"]


def _given(options: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


Options = Annotated[dict[str, Any], AfterValidator(_given)]
"""Arguments of a component, by name; one that is set to ``null`` is left out, so that a suite can drop its parent's."""


class Strict(BaseModel):
    """Refuses unknown keys and numbers that are not finite, and never changes."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class DataRecipe(Strict):
    """Which data set, under which of its protocols (default: its first)."""

    dataset: str = "emoji"
    protocol: str | None = None
    options: Options = Field(default_factory=dict)


class TranslatorRecipe(Strict):
    """A translator and its options."""

    translator: str
    options: Options = Field(default_factory=dict)


class VariantsRecipe(Strict):
    """How many translations of a text are used; equal ones count once.

    Attributes:
        routes: of the best routes of every translator, e.g. through several pivots, so many are taken.
        alternatives: further translations of a route, where the engine gives any.
    """

    routes: int = Field(1, ge=1)
    alternatives: int = Field(0, ge=0)


class TranslationRecipe(Strict):
    """Which translator makes target captions, back-translations and English queries, and what of its doubts is used.

    Attributes:
        also: further translators of the training captions; one that has no route for a language, or no way back where
            back-translations are needed, adds nothing to it.
        variants: how many translations of each translator a model reads; each time it reads a caption, one of them,
            drawn at random.
        confidence: what loss terms with the option ``weighted`` weigh pairs by: the share of words that the engine knew
            (``unknown``), or how much of the caption comes back (``round-trip``); ``none``: all pairs count alike.
        unknown_words: in training, ``keep`` words that the engine did not know, leave them out (``drop-words``), or
            leave out captions that have any (``drop-captions``).
    """

    translator: str = "file"
    options: Options = Field(default_factory=dict)
    also: tuple[TranslatorRecipe, ...] = ()
    variants: VariantsRecipe = VariantsRecipe()
    confidence: Literal["none", "unknown", "round-trip"] = "none"
    unknown_words: Literal["keep", "drop-words", "drop-captions"] = "keep"


class TextSources(Strict):
    """The parts of a recipe that say which captions there are and who translates them."""

    data: DataRecipe = DataRecipe()
    translation: TranslationRecipe = TranslationRecipe()


class TextsRecipe(Strict):
    """What a model reads in training.

    Attributes:
        target: ``none`` (source captions only), ``translated``, or ``human`` (the oracle).
        per: one training sample per ``subject`` and epoch, with a random text and item of it, or one per ``caption``.
        fragment_share: how often a subject that has fragments is described by joined fragments instead of a sentence.
        most_fragments: at most so many are joined.
        length_window: batches whose samples are sorted by length together, so that little is padded; 1:
            batches drawn at random, as published.
    """

    target: Literal["none", "translated", "human"] = "translated"
    per: Literal["subject", "caption"] = "caption"
    fragment_share: float = Field(0.5, ge=0, le=1)
    most_fragments: int = Field(3, ge=1)
    length_window: int = Field(8, ge=1)


class FramesRecipe(Strict):
    """What happens to the frames of a clip: projection → positions → attention block → pooling (method section 1.4).

    Attributes:
        most: frames of a clip that are read, from the first on.
        heads: attention heads.
        query_width: width of queries and keys over all heads.
        positions: length of the position table.
    """

    most: int = Field(64, ge=1)
    heads: int = Field(8, ge=1)
    query_width: int = Field(512, ge=1)
    positions: int = Field(80, ge=1)
    dropout: float = Field(0.1, ge=0, lt=1)

    @model_validator(mode="after")
    def _fits(self) -> FramesRecipe:
        if self.query_width % self.heads:
            raise ValueError(f"query_width {self.query_width} is not a multiple of heads {self.heads}")
        if self.most > self.positions:
            raise ValueError(f"most {self.most} is more than positions {self.positions}")
        return self


class VisualRecipe(Strict):
    """The visual tower: backbone → optional principal components → projection → head.

    Attributes:
        options: of the backbone; those of the default backbone name the weights of OpenAI's CLIP, which it would
            otherwise lack.
        principal_components: keep so many of frozen features, fitted on the training items; ``None``: features as they
            are.
        hidden: width of the projection before the head, and of the attention block over frames.
        activation: whether the projection of a picture is followed by a ReLU; that of a frame always is.
        dropout: after the projection of a picture.
        frames: read where the backbone gives one vector per frame.
    """

    backbone: str = "openclip:ViT-B-32-quickgelu"
    options: Options = Field(default_factory=dict)
    principal_components: int | None = Field(None, ge=1)
    hidden: int = Field(1024, ge=1)
    activation: bool = False
    dropout: float = Field(0.0, ge=0, lt=1)
    frames: FramesRecipe = FramesRecipe()

    @model_validator(mode="before")
    @classmethod
    def _default_has_weights(cls, content: Any) -> Any:
        if not isinstance(content, dict) or "backbone" in content:
            return content
        options = content.get("options", {})
        return content | {"options": {"pretrained": "openai"} | options} if isinstance(options, dict) else content


class TextRecipe(Strict):
    """The text tower: encoder → projection → positions → attention block → pooling → head.

    Attributes:
        width: width of the projection and of the attention block.
        heads: attention heads.
        query_width: width of queries and keys over all heads.
        positions: length of the position table; longer texts are cut.
    """

    encoder: str = "hf:bert-base-multilingual-cased"
    options: Options = Field(default_factory=dict)
    width: int = Field(768, ge=1)
    heads: int = Field(8, ge=1)
    query_width: int = Field(512, ge=1)
    positions: int = Field(250, ge=1)
    dropout: float = Field(0.1, ge=0, lt=1)

    @model_validator(mode="after")
    def _heads_divide(self) -> TextRecipe:
        for name, width in (("width", self.width), ("query_width", self.query_width)):
            if width % self.heads:
                raise ValueError(f"{name} {width} is not a multiple of heads {self.heads}")
        return self


class ModelRecipe(Strict):
    """Both towers and the space they share.

    Attributes:
        common: width of the common space.
        head_dropout: dropout of the heads.
        joint: one model for all target languages instead of one per language.
    """

    visual: VisualRecipe = VisualRecipe()
    text: TextRecipe = TextRecipe()
    common: int = Field(1536, ge=1)
    head_dropout: float = Field(0.2, ge=0, lt=1)
    joint: bool = False


class TermRecipe(Strict):
    """One weighted loss term; ``between`` names the views it compares, where the loss leaves that open."""

    loss: str
    between: tuple[View, ...] = ()
    weight: float = Field(1.0, ge=0)
    options: Options = Field(default_factory=dict)


class TrainingRecipe(Strict):
    """Optimisation, schedule and selection.

    Attributes:
        epochs: passes over the training samples.
        learning_rate: of Adam.
        schedule: ``plateau`` (as published: ×``decay`` every epoch, halved when validation does not improve) or
            ``cosine`` (to zero at the last step).
        warmup: share of all steps with a linearly rising rate.
        clip: largest global gradient norm.
        validate_every: epochs between validations.
        patience: stop after more than so many validations without improvement; ``None``: never.
        precision: ``no`` (float32), ``bf16`` or ``fp16``.
        checkpoint_seconds: a resumable state is written after a step, no more often than this.
        micro_batch: samples whose graph is in memory at once; the gradients are those of the whole batch, every part of
            which is computed twice (gradient caching). ``None``: the whole batch at once.
        length_buckets: parts of a batch, from short to long texts, of which each is padded to its own longest: less is
            computed for padding, worth it where no layer of the text encoder trains. The step is the same, but for the
            random numbers of dropout.
        gradient_checkpointing: keep no activations inside the text encoder's layers, compute them again for the
            gradients.
        compile: compile the text encoder's layers (``torch.compile``); worth it for long trainings only.
    """

    epochs: int = Field(50, ge=1)
    batch_size: int = Field(128, ge=2)
    learning_rate: float = Field(1e-4, gt=0)
    schedule: Literal["plateau", "cosine"] = "plateau"
    decay: float = Field(0.99, gt=0, le=1)
    warmup: float = Field(0.0, ge=0, lt=1)
    clip: float = Field(2.0, gt=0)
    validate_every: int = Field(1, ge=1)
    patience: int | None = Field(10, ge=1)
    precision: Literal["no", "bf16", "fp16"] = "no"
    checkpoint_seconds: float = Field(60.0, ge=0)
    micro_batch: int | None = Field(None, ge=1)
    length_buckets: int = Field(1, ge=1)
    gradient_checkpointing: bool = False
    compile: bool = False

    @model_validator(mode="after")
    def _one_way_to_cut(self) -> TrainingRecipe:
        if self.length_buckets > 1 and self.micro_batch is not None:
            raise ValueError("length_buckets: with micro_batch the parts of a batch are padded apart already")
        return self

    @field_validator("precision", mode="before")
    @classmethod
    def _no_is_a_word(cls, value: Any) -> Any:
        """An unquoted ``no`` is false in YAML."""
        return "no" if value is False else value


class AnchorsRecipe(Strict):
    """Texts and items are compared by the training subjects that they resemble.

    Attributes:
        temperature: of the softmax over subjects, by cosine in the common space.
        lexical: a baseline component that says which training texts a query is written like; ``None``: none.
        lexical_options: its options.
        lexical_share: how much that counts beside the model's cosines.
        lexical_temperature: of the softmax over training texts.
    """

    temperature: float = Field(0.07, gt=0)
    lexical: str | None = None
    lexical_options: Options = Field(default_factory=dict)
    lexical_share: float = Field(0.5, ge=0, le=1)
    lexical_temperature: float = Field(0.05, gt=0)


class EvaluationRecipe(Strict):
    """How a trained model is asked.

    Attributes:
        query: the human caption (``target``), its translation into the source language (``translated``), or both
            scores ``fused`` (method section 4.2).
        fusion_weight: weight of the translated query in a fused score.
        duplicate_captions: whether a caption that several items have is answered by its own item alone (``distinct``,
            as published) or by each of them (``shared``). Validation always counts ``distinct``.
        anchors: compare by resemblance to training subjects instead of by cosine.
        also: further translators of what is translated when a model is asked: queries, whose translations' vectors are
            averaged, and, with anchors, the training captions whose wording counts.
        variants: how many translations of each translator are used for that.
        galleries: splits to rank instead of the protocol's test galleries; ``[val]`` compares methods without a look at
            the tests.
        batch_size: texts or items encoded at once.
        memory_mb: memory that scores may take while ranks are counted, beyond the embeddings; a number of MiB, or a
            size such as ``512MB``. It changes no rank, near-ties of fused queries apart.
        scores: in which precision captions and items are compared. ``bfloat16`` is for GPUs that are faster in it; what
            is too close to call is decided by exact scores, so the ranks are the same.
        compile: compile what counts ranks (``torch.compile``): takes some seconds, then less time for each score; worth
            it from about ten billion captions times items on. It changes no rank.
    """

    query: Literal["target", "translated", "fused"] = "target"
    fusion_weight: float = Field(0.5, ge=0, le=1)
    duplicate_captions: DuplicateCaptions = "distinct"
    anchors: AnchorsRecipe | None = None
    also: tuple[TranslatorRecipe, ...] = ()
    variants: VariantsRecipe = VariantsRecipe()
    galleries: tuple[str, ...] | None = Field(None, min_length=1)
    batch_size: int = Field(512, ge=1)
    memory_mb: Annotated[float, BeforeValidator(mebibytes), Field(gt=0)] = 256
    scores: Literal["float32", "bfloat16"] = "float32"
    compile: bool = False


class Recipe(Strict):
    """Everything that one method computes.

    Attributes:
        reference: behave like the published code where the defaults correct it: padding takes part in attention, means
            and discriminators, views are padded apart, samples of one subject are negatives of one another, the last,
            smaller batch is trained on, validation is R@1+5+10 of fused text queries, items without captions are
            queries without an answer.
        baseline: a baseline component that ranks without training; model, objective and training are then unused.
        objective: loss terms by name; ``null`` switches a term off.
    """

    reference: bool = False
    data: DataRecipe = DataRecipe()
    texts: TextsRecipe = TextsRecipe()
    translation: TranslationRecipe = TranslationRecipe()
    model: ModelRecipe = ModelRecipe()
    objective: dict[str, TermRecipe | None] = Field(default_factory=dict)
    training: TrainingRecipe = TrainingRecipe()
    evaluation: EvaluationRecipe = EvaluationRecipe()
    baseline: str | None = None
    baseline_options: Options = Field(default_factory=dict)

    def terms(self) -> dict[str, TermRecipe]:
        """The terms that are switched on and weigh something."""
        return {name: term for name, term in self.objective.items() if term is not None and term.weight > 0}

    def asks_translated(self) -> bool:
        """Whether captions are asked in the source language, too: at the end, or to select weights."""
        selects = self.reference and self.baseline is None and self.texts.target != "none"
        return selects or self.evaluation.query != "target"

    @model_validator(mode="after")
    def _can_be_cut(self) -> Recipe:
        whole = "in reference mode embeddings depend on the whole batch"
        if self.reference and self.training.micro_batch is not None:
            raise ValueError(f"{whole}: training.micro_batch must be null")
        if self.reference and self.training.length_buckets > 1:
            raise ValueError(f"{whole}: training.length_buckets must be 1")
        return self

    @model_validator(mode="after")
    def _has_something_to_do(self) -> Recipe:
        if self.baseline is None and not self.terms():
            raise ValueError("objective has no active term and no baseline is named: nothing to compute")
        if self.baseline is not None and self.evaluation.query == "fused":
            raise ValueError(f"baseline {self.baseline!r} cannot be asked with fused scores, only one query at a time")
        if self.baseline is not None and self.evaluation.anchors is not None:
            raise ValueError(f"baseline {self.baseline!r} was not trained: it has no anchors to compare by")
        return self
