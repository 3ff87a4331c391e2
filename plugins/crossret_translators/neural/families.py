"""Model families by the language tokens of their vocabulary, and which pairs of languages a model serves."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from crossret.errors import UsageError, nearest
from crossret_translators.neural.codes import FLORES, M2M, MARIAN, Table
from crossret_translators.neural.folders import ModelFolder


@dataclass(frozen=True, slots=True)
class Family:
    """How models of one kind are told languages.

    Attributes:
        name: of the kind.
        table: its codes.
        token: of a code, a format.
        tags_source: whether the source language has a token before the text, and the target's starts the answer;
            else the target's stands before the text.
    """

    name: str
    table: Table
    token: str
    tags_source: bool

    def tokens(self, vocabulary: Container[str]) -> dict[str, str]:
        """Tokens by language, of the languages that the vocabulary has."""
        found: dict[str, str] = {}
        for language, code in self.table:
            token = self.token.format(code)
            if token in vocabulary:
                found.setdefault(language, token)
        return found


class Tags(NamedTuple):
    """Tokens that tell a model what to do; empty where it needs none.

    Attributes:
        before: the text, in the source.
        start: of the answer.
    """

    before: str = ""
    start: str = ""


NLLB: Final = Family("NLLB", FLORES, "{}", tags_source=True)
M2M100: Final = Family("M2M100", M2M, "__{}__", tags_source=True)
OPUS: Final = Family("OPUS-MT", MARIAN, ">>{}<<", tags_source=False)

Pairs = dict[tuple[str, str], Tags]


def pairs_of(folder: ModelFolder, vocabulary: Container[str]) -> Pairs:
    """The pairs of languages of a model, and the tokens that ask for them.

    Args:
        folder: with the languages that the user names, if any.
        vocabulary: the model's tokens.

    Raises:
        UsageError: nothing says which languages a model has, or one that the user names is not the model's.
    """
    for family in (NLLB, M2M100):
        tokens = family.tokens(vocabulary)
        if len(tokens) > 1:
            sources, targets = _among(folder, folder.source, tokens), _among(folder, folder.target, tokens)
            return {(s, t): Tags(tokens[s], tokens[t]) for s in sources for t in targets if tokens[s] != tokens[t]}
    declared = folder.declared()
    tokens = OPUS.tokens(vocabulary)
    sources = folder.source or _known(folder, "source", declared.source)
    if tokens:
        targets = _among(folder, folder.target, tokens)
        return {(s, t): Tags(before=tokens[t]) for s in sources for t in targets if s != t}
    targets = folder.target or _known(folder, "target", declared.target)
    return {(s, t): Tags() for s in sources for t in targets if s != t}


def _among(folder: ModelFolder, named: Sequence[str], tokens: dict[str, str]) -> Sequence[str]:
    for language in named:
        if language not in tokens:
            raise UsageError(f"{folder.path}: the model has no language {language!r}{nearest(language, tokens)}")
    return named or tuple(tokens)


def _known(folder: ModelFolder, end: str, code: str) -> tuple[str, ...]:
    """The language that the model's files name."""
    languages = tuple(language for language, own in MARIAN if own == code)
    if not languages:
        found = f"its files say {code!r}" if code else "its files do not say"
        raise UsageError(
            f"{folder.path}: which {end} language has this model? {found}; name it: "
            f"models='[{{path: {folder.path}, source: CODE, target: CODE}}]'"
        )
    return languages[:1]
