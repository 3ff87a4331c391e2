"""How good the recorded translations of multi30k-f8k's training captions are, against the human ones.

    pip install sacrebleu
    python benchmarks/photos/translation_quality.py DATA

prints one row per language and engine. French and Portuguese captions are human translations of the same English
sentences, so they are references; the Chinese ones were written from the pictures and are none.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from sacrebleu.metrics import BLEU, CHRF

from crossret.contracts.translation import Route
from crossret_datasets.photos.dataset import Photos

PAIRS = ("fr", "pt-BR")


def main(root: str) -> None:
    """Print the table."""
    photos = Photos(root)
    print(
        "| language | engine | direction | captions | chrF | BLEU | with an unknown word | unknown words per caption |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for lang in PAIRS:
        for route in photos.recorded_routes("en", lang):
            print(row(photos, lang, route, ("official", "train")))
        for route in photos.recorded_routes(lang, "en"):
            print(row(photos, lang, route, ("official", "test")))


def row(photos: Photos, lang: str, route: Route, split: tuple[str, str]) -> str:
    """Quality of one route on one split."""
    asked, wanted = ("en", lang) if route.hops[0].source == "en" else (lang, "en")
    captions = photos.captions(*split, asked)
    references = {caption.subject: caption.text for caption in photos.captions(*split, wanted)}
    pairs = [
        (answer, references[caption.subject])
        for caption, answer in zip(captions, photos.recorded(captions, route), strict=True)
        if answer.status != "failed"
    ]
    found, expected = [answer.text for answer, _ in pairs], [[reference for _, reference in pairs]]
    unknown: Sequence[int] = [answer.unknown for answer, _ in pairs]
    engine = route.hops[0].engine
    shown = (
        (f"{sum(count > 0 for count in unknown) / len(unknown):.1%}", f"{sum(unknown) / len(unknown):.2f}")
        if any(unknown)
        else ("not told", "not told")
    )
    chrf, bleu = CHRF().corpus_score(found, expected).score, BLEU().corpus_score(found, expected).score
    return (
        f"| {lang} | {engine} | {asked} → {wanted} | {len(pairs)} | {chrf:.1f} | {bleu:.1f} | {shown[0]} | {shown[1]} |"
    )


if __name__ == "__main__":
    main(sys.argv[1])
