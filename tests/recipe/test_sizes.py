import pytest

from crossret.recipe.models import EvaluationRecipe
from crossret.recipe.sizes import mebibytes


@pytest.mark.parametrize(
    ("written", "bytes_"),
    [("512MB", 512e6), ("2GiB", 2**31), ("1.5 gb", 1.5e9), ("16KiB", 2**14), ("300", 300 * 2**20), (0.25, 2**18)],
)
def test_a_size_is_read_with_its_unit(written, bytes_):
    assert mebibytes(written) * 2**20 == pytest.approx(bytes_, abs=1e-3)
    assert EvaluationRecipe(memory_mb=written).memory_mb == mebibytes(written)


@pytest.mark.parametrize("written", ["", "MB", "-3MB", "5XB", "1e3MB", "1,5GB", True, None])
def test_anything_else_is_refused(written):
    with pytest.raises(ValueError, match="expected a size such as 512MB or 2GiB"):
        mebibytes(written)
