"""Where the time of a step goes: rows, the profiler's times, oneDNN's reorders."""

import json

import numpy as np
import pytest
import tensorflow as tf

from benchmarks.shared import kinds
from benchmarks.shared.breakdown import CALLS, read_reorders, rows_of
from benchmarks.shared.side_by_side import Cell
from benchmarks.shared.trace import operations


def test_profiler_tells_each_kind_of_operation():
    x, kernel = tf.random.normal((1, 32, 32, 8)), tf.random.normal((3, 3, 8, 8))

    @tf.function
    def call():
        for _ in range(2):
            found = tf.nn.conv2d(x, kernel, 1, "SAME")
        return tf.cast(tf.transpose(found + 1), tf.float64)

    call()
    found = operations(call, 3)
    assert set(found) >= {kinds.CONVOLUTION, kinds.LAYOUT, kinds.CAST}
    # The second convolution equals the first, so that TensorFlow computes one.
    assert found[kinds.CONVOLUTION][1] == found[kinds.CAST][1] == 1
    assert all(ms > 0 for ms, _ in found.values())


class FakePeer:
    """A peer with a fixed time of a call."""

    def __init__(self, flop, seconds, found=None):
        self.flop, self.seconds, self.found = flop, seconds, found

    def ask(self, kind, timeout, **request):
        if kind == "prepare":
            assert request["network"] == "net"
            return {"flop": self.flop}
        assert (kind, request) == ("operations", {"calls": CALLS})
        return self.found

    def run(self, calls=1):
        return self.seconds, self.seconds


def test_shares_are_of_all_operations_and_the_peak_is_that_of_the_run():
    found = {kinds.CONVOLUTION: [30.0, 4], kinds.OPTIMIZER: [10.0, 2]}
    peer, peak = FakePeer(6e9, 0.025, found), FakePeer(2e9, 0.001)
    rows = rows_of(Cell("net", "train", 64, 2, "bfloat16"), peer, peak, (5.0, 7))
    by_kind = {row["kind"]: row for row in rows}
    assert list(by_kind) == [*kinds.KINDS, kinds.REORDER]
    assert by_kind[kinds.CONVOLUTION]["share"] == 0.75
    assert by_kind[kinds.CAST]["ms"] == 0
    assert by_kind[kinds.REORDER]["share"] == pytest.approx(0.125)
    assert by_kind[kinds.OPTIMIZER]["step_ms"] == 25
    assert by_kind[kinds.OPTIMIZER]["peak_ms"] == 3
    # A reorder is part of other operations: without it the shares are all there is.
    shares = [row["share"] for row in rows if row["kind"] != kinds.REORDER]
    assert np.isclose(sum(shares), 1)


def test_reorders_are_those_of_the_calls_that_are_measured():
    reorder = "onednn_verbose,v1,primitive,exec,cpu,reorder,jit:uni,undef,s d,,,64,0.5"
    other = reorder.replace("reorder", "matmul")
    answer = json.dumps({"wall": 1})
    lines = [
        "onednn_verbose,v1,info,oneDNN v3.7.3",
        *(answer, reorder, answer, reorder, answer),  # described, prepared, warmed up
        *(reorder, other, reorder, answer, reorder, answer),
    ]
    assert read_reorders("\n".join(lines), 2) == (0.5, 1)
