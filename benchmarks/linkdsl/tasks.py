"""Builds what a worker repeats; only workers import it, since it needs TensorFlow."""

import keras
import tensorflow as tf

from benchmarks.linkdsl import inputs, networks
from benchmarks.linkdsl.prepared import Prepared
from benchmarks.shared.machine import matrix_product
from common.training.repeatable import make_repeatable


def configure(settings):
    """Sets what TensorFlow reads once, before its first op."""
    tf.get_logger().setLevel("ERROR")  # it takes many functions for retracing
    if settings.within:
        tf.config.threading.set_intra_op_parallelism_threads(settings.within)
    if settings.between:
        tf.config.threading.set_inter_op_parallelism_threads(settings.between)
    keras.utils.set_random_seed(0)
    if settings.deterministic:
        make_repeatable()


def build(task):
    """Returns the `Prepared` of a `benchmarks.linkdsl.variants.Task`."""
    builders = {
        "train": networks.training,
        "infer": networks.inference,
        "peak": peak,
        "read": inputs.reading,
        "loop": inputs.loop,
    }
    return builders[task.part](task)


def peak(task):
    """One large matrix product."""
    product, flop = matrix_product(task.variant.dtype)

    def call():
        product()

    return Prepared(call, flop)
