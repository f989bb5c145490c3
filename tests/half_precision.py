"""Whether this machine computes in half precision."""

import pytest

from common.training.precision import refusal_of


def require_half_precision(policy):
    """Skips a test where TensorFlow's own convolution refuses the type.

    Args:
        policy: a dtype or the name of a policy, such as `"mixed_bfloat16"`.
    """
    refusal = refusal_of(policy.removeprefix("mixed_"))
    if refusal:
        pytest.skip(f"TensorFlow's own convolution refuses {policy}: {refusal}")
