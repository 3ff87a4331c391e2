"""What a record depends on, compared with what is here; and the unit that computes it again."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from crossret.bench.components import build_dataset, build_translator, components_of, further_translators_of
from crossret.bench.keys import hash_of
from crossret.bench.languages import Languages
from crossret.bench.plan import PlannedUnit, RowFacts, distribution_versions, unit_of
from crossret.errors import CrossretError, DataError, reason
from crossret.plugins import Plugins
from crossret.recipe.models import Recipe
from crossret.recipe.reading import validated
from crossret.registry import Registry
from crossret.results.agreement import contradictions
from crossret.results.record import Record
from crossret.results.store import Stored

if TYPE_CHECKING:
    from crossret.bench.assembly import Assembly

Outcome = Literal["same", "differs", "missing", "not recorded"]
CORE = "crossret"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that a record's numbers depend on, or follow from.

    Attributes:
        recorded: as the record has it.
        here: as this machine has it.
        decisive: whether the record cannot be called reproduced without it; versions and machines may differ as long as
            the numbers do not.
    """

    subject: str
    recorded: str
    here: str
    outcome: Outcome
    decisive: bool

    @property
    def passed(self) -> bool:
        """Nothing speaks against it."""
        return self.outcome in ("same", "not recorded")


@dataclass(frozen=True, slots=True)
class Examination:
    """What was found out about a record.

    Attributes:
        unit: computes it again; ``None`` if that is impossible here.
        obstacle: why it is impossible.
    """

    stored: Stored
    checks: tuple[Check, ...]
    unit: PlannedUnit | None
    obstacle: str = ""

    @property
    def decided(self) -> bool:
        """Whether data, components, recipe and figures are those of the record."""
        return self.unit is not None and all(check.passed for check in self.checks if check.decisive)


def examine(stored: Stored, plugins: Plugins, device: str, options: Mapping[str, Any]) -> Examination:
    """Compare what a record depends on with what is here.

    Args:
        stored: the record.
        plugins: of this process.
        device: where it would be computed again.
        options: of the data set on this machine, beside or instead of those of the recipe, e.g. another ``root``.
    """
    record = stored.record
    checks = [*_environment(record, plugins, device), _figures(stored)]
    try:
        recorded = validated(Recipe, record.recipe, str(stored.path))
        checks.append(_recipe(record, recorded))
        data = recorded.data.model_copy(update={"options": {**recorded.data.options, **options}})
        recipe = recorded.model_copy(update={"data": data})
        components_of(recipe, plugins.registry)
        unit, same = _units(record, recorded, recipe, plugins)
        checks += _content(record, recipe, unit, plugins.registry)
    except (CrossretError, OSError) as error:
        checks.append(Check("data and components", "", reason(error), "missing", decisive=True))
        return Examination(stored, tuple(checks), None, reason(error))
    checks.append(_compared("everything (key)", record.key[:16], same.key[:16], decisive=True))
    return Examination(stored, tuple(checks), unit)


def _compared(subject: str, recorded: str | None, here: str | None, *, decisive: bool = False) -> Check:
    if recorded is None:
        return Check(subject, "", here or "", "not recorded", decisive)
    if here is None:
        return Check(subject, recorded, "", "missing", decisive)
    return Check(subject, recorded, here, "same" if recorded == here else "differs", decisive)


def _environment(record: Record, plugins: Plugins, device: str) -> Iterator[Check]:
    from crossret.bench.devices import accelerator_for, environment

    here = environment(accelerator_for(device, "no").device, record.environment.precision)
    for package, version in record.environment.versions.items():
        yield _compared(package, version, here.versions.get(package) or _version(package))
    versions = {row.distribution: row.version for row in plugins.rows}
    for name, version in record.made_by.items():
        if name != CORE:
            yield _compared(f"plugin {name}", version, versions.get(name))
    yield _compared("device", record.environment.device, here.device)
    yield _compared("threads", str(record.environment.threads), str(here.threads))


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _figures(stored: Stored) -> Check:
    subject = "figures follow from ranks"
    if not stored.path.with_name(stored.record.ranks_file).is_file():
        return Check(subject, stored.record.ranks_file, "no such file beside the record", "not recorded", decisive=True)
    try:
        wrong = contradictions(stored)
    except DataError as error:
        wrong = (reason(error),)
    more = f", and {len(wrong) - 1} more" if len(wrong) > 1 else ""
    here = f"{wrong[0]}{more}" if wrong else "all that ranks give"
    return Check(subject, "", here, "differs" if wrong else "same", decisive=True)


def _recipe(record: Record, recipe: Recipe) -> Check:
    """A later version may know more keys: their defaults are what the record meant."""
    keys = sorted(_different(record.recipe, recipe.model_dump(mode="json")))
    found = ", ".join(keys[:3]) + (" …" if len(keys) > 3 else "") if keys else "all keys read as they were"
    return Check("recipe", "", found, "differs" if keys else "same", decisive=True)


def _different(recorded: Mapping[str, Any], here: Mapping[str, Any], path: str = "") -> Iterator[str]:
    for name, value in recorded.items():
        place, other = f"{path}{name}", here.get(name)
        if isinstance(value, dict) and isinstance(other, dict):
            yield from _different(value, other, f"{place}.")
        elif value != other:
            yield place


def _units(record: Record, recorded: Recipe, recipe: Recipe, plugins: Plugins) -> tuple[PlannedUnit, PlannedUnit]:
    """The unit to compute here, and the one that the record was, had it been planned here with the same versions."""
    registry = plugins.registry
    dataset = build_dataset(recipe, registry)
    further, asked = (
        further_translators_of(part.also, recipe.data.dataset, dataset, registry)
        for part in (recipe.translation, recipe.evaluation)
    )
    languages = Languages(dataset, build_translator(recipe, dataset, registry), record.unit.protocol, further, asked)
    if record.unit.protocol not in dataset.protocols:
        raise DataError(f"data set {recipe.data.dataset!r} has no protocol {record.unit.protocol!r} any more")
    row = RowFacts(record.suite, record.label, record.group, record.baseline, record.ablated)
    read, versions = _read(record, recipe), distribution_versions(recipe, registry, plugins.rows)
    here = unit_of(record.unit, recipe, row, languages, read, versions, registry)
    return here, unit_of(record.unit, recorded, row, languages, read, record.made_by or versions, registry)


def _read(record: Record, recipe: Recipe) -> tuple[str, ...]:
    """The target languages of its training.

    Raises:
        DataError: one model of several languages, in a record that does not tell which.
    """
    if record.trained_on is not None:
        return record.trained_on
    if recipe.baseline is not None or recipe.texts.target == "none":
        return ()
    if recipe.model.joint:
        raise DataError(
            f"the record does not tell which languages its model was trained on together; its command does: "
            f"{record.command}"
        )
    return (record.unit.language,)


def _content(record: Record, recipe: Recipe, unit: PlannedUnit, registry: Registry) -> Iterator[Check]:
    from crossret.bench.assembly import Assembly

    assembly = Assembly(recipe, registry)
    here = hash_of([assembly.dataset.fingerprint(), assembly.translator.fingerprint()])[:16]
    yield _compared("data and translations (hash)", record.data_hash, here, decisive=True)
    found = _fingerprints(assembly, unit)
    for name in dict.fromkeys([*record.components, *found]):
        yield _compared(name, record.components.get(name), found.get(name), decisive=True)


def _fingerprints(assembly: Assembly, unit: PlannedUnit) -> dict[str, str]:
    from crossret.bench.fingerprints import fingerprints_of

    if unit.training is None:
        return {"dataset": assembly.dataset.fingerprint()}
    return fingerprints_of(assembly, unit.training.languages, assembly.model(unit.id.seed).text.encoder)
