from __future__ import annotations

from pathlib import Path

import pytest

from crossret.errors import UsageError

from .small_training import trainer


def test_an_encoder_that_cannot_recompute_activations_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"^training.gradient_checkpointing: .* cannot recompute its activations$"):
        trainer(tmp_path, gradient_checkpointing=True)
