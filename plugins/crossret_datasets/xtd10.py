"""``xtd10``: 1,000 COCO pictures with one caption each in eleven languages, for testing (Aggarwal and Kale, 2020)."""

from __future__ import annotations

from typing import Final

from crossret.errors import DataError
from crossret_datasets import coco
from crossret_datasets.facts import Download, Facts, Part, Rules
from crossret_datasets.files_dataset import FilesDataset
from crossret_datasets.text_files import unique
from crossret_datasets.texts import Text, numbered

REPOSITORY: Final = "adobe-research/Cross-lingual-Test-Dataset-XTD10"
URL: Final = f"https://raw.githubusercontent.com/{REPOSITORY}/d77ff16148468c84287f3efcbf602a015c5e4954"
PICTURE_LIST: Final = "XTD10/test_image_names.txt"
# By BCP-47 code: German and French come from Multi30K's sister MIC, Japanese from STAIR, whose file is called jp.
CAPTIONS: Final = {
    **{lang: f"XTD10/test_1kcaptions_{lang}.txt" for lang in ("en", "es", "it", "ko", "pl", "ru", "tr", "zh")},
    **{lang: f"MIC/test_1kcaptions_{lang}.txt" for lang in ("de", "fr")},
    "ja": "STAIR/test_1kcaptions_jp.txt",
}
FILES: Final = (PICTURE_LIST, *CAPTIONS.values())

FACTS: Final = Facts(
    name="xtd10",
    title="XTD10",
    protocols={"test": Rules("zero-shot test", {"test": Part(1_000, dict.fromkeys(CAPTIONS, 1_000))})},
    texts=FILES,
    downloads=tuple(Download(name, f"{URL}/{name}") for name in FILES),
    pictures=coco.PICTURES,
    licence="LicenseRef-Adobe-Research",
    terms="LICENSE.md of the repository: Adobe Research License, noncommercial research purposes only",
    source=f"https://github.com/{REPOSITORY}",
    notes=("For testing only: train on other data, then `crossret evaluate CHECKPOINT --data xtd10`.",),
)


class Xtd10(FilesDataset):
    """Reads a copy of the repository; line n of every file belongs to line n of the list of pictures."""

    facts = FACTS

    def items_of(self, protocol: str, split: str) -> tuple[str, ...]:
        """The pictures in the order of the list."""
        return tuple(coco.coco_picture(line) for line in unique(self.files.texts(PICTURE_LIST)))

    def texts_of(self, protocol: str, split: str, lang: str) -> tuple[Text, ...]:
        """One caption per picture."""
        items, lines = self.items_of(protocol, split), self.files.texts(CAPTIONS[lang])
        if len(items) != len(lines):
            raise DataError(
                f"{self.files.path(CAPTIONS[lang])}: found {len(lines)} lines; expected {len(items)}, "
                f"one for each of {self.files.path(PICTURE_LIST)}"
            )
        return numbered((item, line.text.strip()) for item, line in zip(items, lines, strict=True))
