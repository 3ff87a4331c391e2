"""The page of data sets says what the readers say."""

import importlib

import pytest
from documentation_pages import DOCS

from crossret.plugins import registry
from crossret_datasets.files_dataset import FilesDataset

TEXT = (DOCS / "how-to" / "datasets.md").read_text(encoding="utf-8")


def readers() -> dict[str, type[FilesDataset]]:
    found = {}
    for component in registry():
        if component.kind == "dataset" and component.target.startswith("crossret_datasets."):
            module, _, name = component.target.partition(":")
            reader = getattr(importlib.import_module(module), name)
            if isinstance(reader, type) and issubclass(reader, FilesDataset):
                found[component.name] = reader
    return found


READERS = readers()


def test_there_are_readers():
    assert {"multi30k", "xtd10", "msvd-cn"} <= set(READERS)


@pytest.mark.parametrize("name", READERS)
def test_a_reader_has_a_row_and_a_section_with_its_facts(name):
    facts = READERS[name].facts
    assert f"\n| `{name}` | " in TEXT
    section = TEXT.partition(f"\n## `{name}`\n")[2].partition("\n## ")[0]
    assert f"Licence: {facts.licence}" in section
    for protocol, rules in facts.protocols.items():
        assert f"`{protocol}`" in section
        for part in rules.parts.values():
            assert f"{part.items:,}" in section


@pytest.mark.parametrize("name", READERS)
def test_a_row_names_the_languages_or_counts_them(name):
    (row,) = (line for line in TEXT.splitlines() if line.startswith(f"| `{name}` | "))
    languages = {lang for rules in READERS[name].facts.protocols.values() for lang in rules.test_languages()}
    column = row.split(" | ")[1]
    assert column == str(len(languages)) or set(column.split()) == languages
