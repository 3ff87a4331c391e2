"""Suite → units of work: one per language, method and seed; units that share a training share a job.

Planning imports no deep-learning library: it reads manifests and tables only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace

from crossret.bench.components import (
    build_dataset,
    build_translator,
    components_of,
    further_translators_of,
    galleries_of,
    protocol_of,
    views_of_terms,
)
from crossret.bench.keys import training_key, unit_key
from crossret.bench.languages import Languages
from crossret.bench.options import check_options
from crossret.bench.routes_in_use import RoutesInUse
from crossret.contracts.data import Dataset
from crossret.contracts.translation import Translator
from crossret.errors import UsageError, unknown
from crossret.plugins import PluginRow, Plugins
from crossret.recipe.models import Recipe, TermRecipe
from crossret.recipe.published import PublishedRow
from crossret.recipe.reading import recipe_of
from crossret.recipe.suite import Suite
from crossret.registry import Registry
from crossret.results.record import UnitId

OWN_DISTRIBUTION = "crossret"


@dataclass(frozen=True)
class Training:
    """One model to train; several units may ask it.

    Attributes:
        recipe: with the terms that can be computed for these languages.
        languages: target languages it reads in training; empty: the source language only.
    """

    key: str
    recipe: Recipe
    languages: tuple[str, ...]
    seed: int


@dataclass(frozen=True)
class RowFacts:
    """What a record says of its row besides its numbers.

    Attributes:
        group: heading under which the method stands.
        reference: whether the others are compared with it.
        ablated: components that it switches off.
    """

    suite: str
    label: str
    group: str
    reference: bool
    ablated: tuple[str, ...]


@dataclass(frozen=True)
class PlannedUnit:
    """One future record.

    Attributes:
        training: ``None`` for a baseline without training.
        dropped: objective terms that cannot be computed for the language (no way back to the source language).
        made_by: version of every distribution that a component comes from.
    """

    id: UnitId
    key: str
    recipe: Recipe
    label: str
    group: str
    reference: bool
    ablated: tuple[str, ...]
    dropped: tuple[str, ...]
    training: Training | None
    made_by: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class PlannedJob:
    """A training and the units that use it, or a baseline's unit."""

    id: str
    training: Training | None
    units: tuple[PlannedUnit, ...]


@dataclass(frozen=True)
class Skipped:
    """A row that a language cannot have, and why."""

    method: str
    language: str
    reason: str


@dataclass(frozen=True)
class Plan:
    """Everything a bench will do, and the suite's published rows, which stand beside its results."""

    suite: str
    jobs: tuple[PlannedJob, ...]
    skipped: tuple[Skipped, ...]
    published: tuple[PublishedRow, ...] = ()

    @property
    def units(self) -> tuple[PlannedUnit, ...]:
        """All units, job after job."""
        return tuple(unit for job in self.jobs for unit in job.units)


@dataclass(frozen=True)
class Selection:
    """What the command line picks from a suite; empty fields mean everything."""

    languages: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    seeds: int | None = None
    overrides: tuple[str, ...] = ()


def make_plan(suite: Suite, selection: Selection, plugins: Plugins) -> Plan:
    """Resolve every method, check every name, and group what is trained once.

    Raises:
        UsageError: unknown method, language, component, protocol, key or value.
        DataError: the data set is broken.
    """
    methods = selection.methods or tuple(suite.methods)
    for method in methods:
        if method not in suite.methods:
            raise unknown("method", method, suite.methods)
    seeds = range(suite.seeds if selection.seeds is None else selection.seeds)
    planner = _Planner(suite, selection, plugins.registry, plugins.rows)
    units = [
        unit
        for seed in seeds
        for method in methods
        for unit in planner.units(method, seed)
        if unit.training is not None or seed == 0
    ]
    if not units:
        reasons = "; ".join(f"{s.method} in {s.language}: {s.reason}" for s in planner.skipped)
        raise UsageError(f"suite {suite.name!r}: nothing can be computed ({reasons})")
    return Plan(suite.name, grouped(units), tuple(dict.fromkeys(planner.skipped)), suite.published)


def grouped(units: Sequence[PlannedUnit]) -> tuple[PlannedJob, ...]:
    """The jobs of units: those that share a training share a job."""
    jobs: dict[str, list[PlannedUnit]] = {}
    for unit in units:
        jobs.setdefault(unit.training.key if unit.training else unit.key, []).append(unit)
    return tuple(PlannedJob(key, found[0].training, tuple(found)) for key, found in jobs.items())


@dataclass
class _Planner:
    suite: Suite
    selection: Selection
    registry: Registry
    rows: Sequence[PluginRow]
    skipped: list[Skipped] = field(default_factory=list)
    _datasets: dict[str, Dataset] = field(default_factory=dict)
    _translators: dict[str, Translator] = field(default_factory=dict)

    def units(self, method: str, seed: int) -> list[PlannedUnit]:
        recipe = recipe_of(self.suite, method, self.selection.overrides)
        components_of(recipe, self.registry)
        check_options(recipe, self.registry)
        dataset = self._dataset(recipe)
        protocol = protocol_of(dataset, recipe)
        galleries_of(dataset, protocol, recipe.evaluation)
        if recipe.baseline is None and dataset.protocols[protocol].test_only:
            raise UsageError(
                f"method {method!r}: data set {recipe.data.dataset!r}, protocol {protocol!r}, is for testing only, "
                "nothing can be trained on it; train on another, then: "
                f"crossret evaluate CHECKPOINT --data {recipe.data.dataset}"
            )
        wanted = self.selection.languages or self.suite.languages
        further, asked = (
            further_translators_of(part.also, recipe.data.dataset, dataset, self.registry)
            for part in (recipe.translation, recipe.evaluation)
        )
        languages = Languages(dataset, self._translator(recipe, dataset), protocol, further, asked)
        languages.check(wanted)
        possible = []
        for language in wanted:
            reason = languages.obstacle(recipe, language)
            if reason:
                self.skipped.append(Skipped(method, language, reason))
            else:
                possible.append(language)
        return [self._unit(method, recipe, languages, language, tuple(possible), seed) for language in possible]

    def _unit(
        self, method: str, recipe: Recipe, languages: Languages, language: str, together: tuple[str, ...], seed: int
    ) -> PlannedUnit:
        entry = self.suite.methods[method]
        read = _training_languages(recipe, language, together)
        dropped = languages.terms_without_way_back(views_of_terms(recipe, self.registry), read)
        possible: Mapping[str, TermRecipe | None] = {n: t for n, t in recipe.objective.items() if n not in dropped}
        recipe = recipe.model_copy(update={"objective": possible})
        unit = UnitId(
            dataset=recipe.data.dataset,
            protocol=languages.protocol,
            language=language,
            method=method,
            seed=seed,
        )
        row = RowFacts(
            self.suite.name, entry.label or method, entry.group, entry.reference, self._ablated(method, recipe)
        )
        versions = distribution_versions(recipe, self.registry, self.rows)
        found = unit_of(unit, recipe, row, languages, read, versions, self.registry)
        return replace(found, dropped=dropped)

    def _ablated(self, method: str, recipe: Recipe) -> tuple[str, ...]:
        """Terms of the method that this one extends and that it switches off."""
        parent = self.suite.methods[method].extends
        if parent is None:
            return ()
        before = recipe_of(self.suite, parent, self.selection.overrides).terms()
        return tuple(name for name in before if recipe.objective.get(name) is None)

    def _dataset(self, recipe: Recipe) -> Dataset:
        name = recipe.data.model_dump_json()
        if name not in self._datasets:
            self._datasets[name] = build_dataset(recipe, self.registry)
        return self._datasets[name]

    def _translator(self, recipe: Recipe, dataset: Dataset) -> Translator:
        name = recipe.data.model_dump_json() + recipe.translation.model_dump_json()
        if name not in self._translators:
            self._translators[name] = build_translator(recipe, dataset, self.registry)
        return self._translators[name]


def unit_of(
    unit: UnitId,
    recipe: Recipe,
    row: RowFacts,
    languages: Languages,
    read: tuple[str, ...],
    versions: Mapping[str, str],
    registry: Registry,
) -> PlannedUnit:
    """A unit with its keys, which say what its numbers depend on.

    Args:
        unit: what is measured.
        recipe: with the terms that can be computed for the languages.
        row: what its record will say of it.
        languages: of the data set, with the translators of the recipe.
        read: target languages that its training reads.
        versions: of the distributions that provide the recipe's components.
        registry: knows which translators are engines.
    """
    training, shown = None, asdict(row)
    routes = RoutesInUse(recipe, languages, registry)
    if recipe.baseline is None:
        key = training_key(recipe, read, unit.seed, languages.fingerprints() | routes.of_training(read), versions)
        training = Training(key, recipe, read, unit.seed)
    else:
        shown |= _foreign(versions)
    data = languages.asked_fingerprints() | routes.of_question(unit.language, read)
    return PlannedUnit(
        id=unit,
        key=unit_key(recipe, unit, training.key if training else "", data, shown),
        recipe=recipe,
        label=row.label,
        group=row.group,
        reference=row.reference,
        ablated=row.ablated,
        dropped=(),
        training=training,
        made_by=versions,
    )


def distribution_versions(recipe: Recipe, registry: Registry, rows: Sequence[PluginRow]) -> dict[str, str]:
    """Distributions that provide the recipe's components: a new version of one is new work."""
    used = {component.distribution for component in components_of(recipe, registry)}
    return {row.distribution: row.version for row in rows if row.distribution in used}


def _foreign(versions: Mapping[str, str]) -> dict[str, Mapping[str, str]]:
    """Versions of what is not ours, for a baseline, which has no training key; ours keep the keys that they had."""
    others = {name: version for name, version in versions.items() if name != OWN_DISTRIBUTION}
    return {"versions": others} if others else {}


def _training_languages(recipe: Recipe, language: str, together: tuple[str, ...]) -> tuple[str, ...]:
    if recipe.texts.target == "none":
        return ()
    return together if recipe.model.joint else (language,)
