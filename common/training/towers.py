"""One training step on several towers: replicas of a model with shared weights.

Each tower computes the loss and the gradients of its own part of the batch; the mean
of the gradients is applied once to the shared weights. Where the towers run does not
change the result: on as many devices, on several machines, or one after the other on
a single device.

A loss that is not a mean over examples (Dice over a batch, a mean over kept pixels)
has another value for 3 towers of 8 examples than for one batch of 24. The number of
towers is therefore part of a method; where they run is not.
"""

import contextlib

import keras
import tensorflow as tf

from common.training.objective import objective
from common.training.repeatable import gradients, in_order


class Towers:
    """A number of towers and where they run.

    Use `sequential`, `mirrored` or `several_machines` to make them. Models,
    optimizers and moving averages (`MovingAverage`) are made within `scope()`.

    Args:
        count: number of towers.
        strategy: a `tf.distribute.Strategy` with as many replicas; None for one
            device, on which the towers take turns.

    Raises:
        ValueError: the strategy has another number of replicas, or is not known to
            sum the gradients exactly.
    """

    def __init__(self, count, strategy=None):
        if strategy is not None and strategy.num_replicas_in_sync != count:
            raise ValueError(
                f"Expected a strategy of {count} replicas. "
                f"Received: {strategy.num_replicas_in_sync}"
            )
        if strategy is not None and not _reduces_exactly(strategy):
            raise ValueError(
                "Expected a MirroredStrategy with ReductionToOneDevice, or a "
                f"MultiWorkerMirroredStrategy. Received: {strategy}"
            )
        self.count = count
        self.strategy = strategy

    @property
    def is_chief(self):
        """Whether this process writes the files of a run."""
        resolver = self.strategy and self.strategy.cluster_resolver
        if not resolver or not resolver.cluster_spec().as_dict():
            return True
        # In a cluster without a task named chief, the first worker is the chief.
        return resolver.task_type == "chief" or (
            "chief" not in resolver.cluster_spec().jobs and resolver.task_id == 0
        )

    def scope(self):
        """Returns the context to make models and optimizers in."""
        return self.strategy.scope() if self.strategy else contextlib.nullcontext()

    def make_step(self, model, loss, optimizer, jit_compile=False, average=None):
        """Returns the compiled update of the weights.

        Args:
            model: a Keras model, made within `scope()`.
            loss: a Keras loss, or a function of truth and prediction.
            optimizer: a Keras optimizer, made and built within `scope()`.
            jit_compile: whether XLA compiles the step of towers on one device.
            average: a `MovingAverage`, or None.

        Returns:
            Function from one batch `(x, y)`, whole on every machine, to the mean
            of the towers' losses before the update, which is what training logs.
            The first axis is cut into equal contiguous parts, one per tower.

        Raises:
            ValueError: a normalization is synchronized between towers that do not
                run simultaneously; the optimizer does more to gradients than
                towers allow; or (raised by the function) the number of towers
                does not divide the batch.
        """
        _check_optimizer(optimizer, parallel=self.strategy is not None)
        if self.strategy is None:
            _check_not_synchronized(model, self.count)
            run = self._sequential_step(model, loss, optimizer)
        else:
            run, jit_compile = self._parallel_step(model, loss, optimizer), False

        # Without AutoGraph, which would convert the source of the losses again.
        @tf.function(autograph=False, jit_compile=jit_compile)
        def update(x, y):
            value = run(x, y)
            if average is not None:
                average.update(optimizer.iterations.value)
            return value

        return update

    def _parallel_step(self, model, loss, optimizer):
        def of_one(x, y):
            tower = tf.distribute.get_replica_context().replica_id_in_sync_group
            value = objective(model, loss, *self._part(x, y, tower))
            # The optimizer sums the replicas' gradients, hence the division.
            scaled = optimizer.scale_loss(value / self.count)
            weights = model.trainable_variables
            optimizer.apply(gradients(scaled, weights), weights)
            return value

        def run(x, y):
            values = self.strategy.run(of_one, args=(x, y))
            return self.strategy.reduce("MEAN", values, axis=None)

        return run

    def _sequential_step(self, model, loss, optimizer):
        weights = model.trainable_variables
        # What a step itself changes: moving statistics, seeds of dropout.
        moved = model.non_trainable_variables

        # A function of its own, so that it is traced once for all towers.
        @tf.function(autograph=False)
        def of_one(x, y):
            value = objective(model, loss, x, y)
            scaled = optimizer.scale_loss(value / self.count)
            return value, gradients(scaled, weights)

        def run(x, y):
            before = [tf.identity(variable.value) for variable in moved]
            values, sums = [], None
            # Every tower begins with the statistics from before the step. The first
            # tower comes last, so that its moving statistics are the ones that
            # stay: of replicas, too, it is the first one's that are saved.
            for tower in reversed(range(self.count)):
                if values:
                    for variable, value in zip(moved, before, strict=True):
                        variable.assign(value)
                # One after the other, so that one tower's memory is enough.
                with tf.control_dependencies([s for s in sums or [] if s is not None]):
                    part = keras.tree.map_structure(
                        tf.identity, self._part(x, y, tower)
                    )
                    value, of_part = of_one(*part)
                values.append(value)
                sums = of_part if sums is None else _added(sums, of_part)
            optimizer.apply(sums, weights)
            return in_order(values) / self.count

        return run

    def _part(self, x, y, tower):
        """Returns one tower's examples of a batch."""

        def part(whole):
            size = whole.shape[0]
            if size is None or size % self.count:
                # A smaller part would have the same weight as the others.
                raise ValueError(
                    f"Expected batches of a multiple of {self.count} examples. "
                    f"Received: a batch of {size}"
                )
            share = size // self.count
            return whole[tower * share : (tower + 1) * share]

        with tf.device("/cpu:0"):
            return keras.tree.map_structure(part, (x, y))


def sequential(count):
    """Returns towers that take turns on one device, with the same weights as result."""
    return Towers(count)


def mirrored(devices):
    """Returns one tower per device of this machine; the CPU sums the gradients.

    Args:
        devices: their names, such as `["GPU:0", "GPU:1", "GPU:2"]`.
    """
    # TensorFlow's hierarchical copy loses a gradient if their number is odd.
    strategy = tf.distribute.MirroredStrategy(
        devices,
        tf.distribute.ReductionToOneDevice("/cpu:0", accumulation_fn=in_order),
    )
    return Towers(len(devices), strategy)


def several_machines():
    """Returns one tower per device of all machines that `TF_CONFIG` names.

    Must be called before TensorFlow does anything else. A CPU is one device.
    """
    strategy = tf.distribute.MultiWorkerMirroredStrategy()
    return Towers(strategy.num_replicas_in_sync, strategy)


def _reduces_exactly(strategy):
    """Whether no gradient is lost, as happens in TensorFlow's hierarchical copy."""
    if isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy):
        return True
    # Private, because nothing public says how a strategy reduces.
    reduction = getattr(strategy.extended, "_cross_device_ops", None)
    return isinstance(strategy, tf.distribute.MirroredStrategy) and isinstance(
        reduction, tf.distribute.ReductionToOneDevice
    )


def _added(sums, gradients):
    return [
        total if new is None else new if total is None else total + new
        for total, new in zip(sums, gradients, strict=True)
    ]


def _check_not_synchronized(model, count):
    names = [
        layer.name
        for layer in _all_layers(model)
        if count > 1 and getattr(layer, "synchronized", False)
    ]
    if names:
        raise ValueError(
            "Expected normalizations that are not synchronized, because towers that "
            f"take turns do not know each other's statistics. Received: {names}"
        )


def _all_layers(model):
    for layer in model.layers:
        yield layer
        if isinstance(layer, keras.Model):
            yield from _all_layers(layer)


def _check_optimizer(optimizer, parallel):
    """Refuses what would be done to each replica's gradients, or at the wrong step."""
    refused = ("clipnorm", "clipvalue", "global_clipnorm", "use_ema")
    found = [name for name in refused if getattr(optimizer, name, None)]
    if getattr(optimizer, "gradient_accumulation_steps", None):
        found.append("gradient_accumulation_steps")
    if parallel and isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        found.append("a loss scale (mixed_float16; mixed_bfloat16 needs none)")
    if found:
        raise ValueError(
            "Expected an optimizer that applies the towers' mean gradient unchanged. "
            f"Received: {', '.join(found)}"
        )
