"""Half precision where the machine has it, one error where it is masked."""

import keras
import pytest

from common.training import precision
from common.training.precision import scaled, use_precision
from tests.disks import run_python
from tests.half_precision import require_half_precision

TRIED = """
from common.errors import UserError
from common.training.precision import use_precision
for name in ("float32", "mixed_bfloat16"):
    try:
        use_precision(name)
        print(name, "is used")
    except UserError as error:
        print(error.next_step)
"""


@pytest.fixture(autouse=True)
def float32_after():
    yield
    keras.mixed_precision.set_dtype_policy("float32")


@pytest.mark.parametrize("name", ["float32", "mixed_bfloat16", "mixed_float16"])
def test_it_becomes_the_policy_of_layers(name, monkeypatch):
    monkeypatch.setattr(precision, "refusal_of", lambda dtype: None)
    use_precision(name)
    assert keras.layers.Dense(1).dtype_policy.name == name


def test_masked_half_precision_is_one_error(monkeypatch):
    """Whether the mask is refused depends on the processor; the next step does not."""
    monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", "AVX2")
    done = run_python(TRIED)
    assert done.returncode == 0, done.stderr
    used, second = done.stdout.splitlines()
    assert used == "float32 is used"
    if second != "mixed_bfloat16 is used":
        assert second == "unset ONEDNN_MAX_CPU_ISA, or SET=training.precision=float32"
        # This process has no mask, where its own half precision is not refused.
        require_half_precision("mixed_bfloat16")
        use_precision("mixed_bfloat16")


def test_only_float16_needs_a_scaled_loss():
    for name, is_scaled in (("mixed_float16", True), ("mixed_bfloat16", False)):
        optimizer = scaled(keras.optimizers.SGD(0.1), name)
        assert isinstance(optimizer, keras.optimizers.LossScaleOptimizer) is is_scaled
