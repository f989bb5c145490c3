"""One training step on several towers: replicas of a model with shared weights.

Each tower computes the loss of its own part of the batch and its gradients; their
mean is applied once to the weights that all share. Where the towers run does not
change the result: on as many devices, on several machines, or one after the other
on a single device.

A loss that is no mean over examples (Dice over a batch, a mean over kept pixels)
has another value for 3 towers of 8 than for a batch of 24: the number of towers is
part of a method, their place is not.
"""

import contextlib

import keras
import tensorflow as tf

from common.training.objective import objective


class Towers:
    """A number of towers and where they run.

    Made by `sequential`, `mirrored` or `several_machines`. Models, optimizers and
    `common.training.moving_average.MovingAverage`s are made within `scope()`.

    Args:
        count: number of towers.
        strategy: a `tf.distribute.Strategy` with as many replicas; None for one
            device, on which towers take turns.

    Raises:
        ValueError: the strategy has another number of replicas, or is not known to
            give the towers' weights.
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
        # Without a chief of its own, a cluster's first worker is it.
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
            of the towers' losses before the update: what training logs. The first
            axis is cut into equal contiguous parts, one a tower.

        Raises:
            ValueError: a normalization is to be synchronized between towers that
                do not run at once; the optimizer does more to gradients than
                towers allow; or, by the function, a batch that the towers do not
                divide.
        """
        _check_optimizer(optimizer, at_once=self.strategy is not None)
        if self.strategy is None:
            _check_not_synchronized(model, self.count)
            run = self._in_turn(model, loss, optimizer)
        else:
            run, jit_compile = self._at_once(model, loss, optimizer), False

        # Without AutoGraph, which would read the source of the losses again.
        @tf.function(autograph=False, jit_compile=jit_compile)
        def update(x, y):
            value = run(x, y)
            if average is not None:
                average.update(optimizer.iterations.value)
            return value

        return update

    def _at_once(self, model, loss, optimizer):
        def of_one(x, y):
            tower = tf.distribute.get_replica_context().replica_id_in_sync_group
            with tf.GradientTape() as tape:
                value = objective(model, loss, *self._part(x, y, tower))
                # The optimizer adds up the replicas' gradients.
                scaled = optimizer.scale_loss(value / self.count)
            gradients = tape.gradient(scaled, model.trainable_variables)
            optimizer.apply(gradients, model.trainable_variables)
            return value

        def run(x, y):
            values = self.strategy.run(of_one, args=(x, y))
            return self.strategy.reduce("MEAN", values, axis=None)

        return run

    def _in_turn(self, model, loss, optimizer):
        weights = model.trainable_variables
        # What a step itself moves: moving statistics, seeds of dropout.
        moved = model.non_trainable_variables

        # A function of its own, so that it is traced once for all towers.
        @tf.function(autograph=False)
        def of_one(x, y):
            with tf.GradientTape() as tape:
                value = objective(model, loss, x, y)
                scaled = optimizer.scale_loss(value / self.count)
            return value, tape.gradient(scaled, weights)

        def run(x, y):
            before = [tf.identity(variable.value) for variable in moved]
            values, sums = [], None
            # The first tower comes last: all begin with what was before the step,
            # and its moving statistics are the ones that stay. With replicas, it is
            # the first one's that are saved.
            for tower in reversed(range(self.count)):
                if values:
                    for variable, value in zip(moved, before, strict=True):
                        variable.assign(value)
                # One after the other, so that one tower's memory is enough.
                with tf.control_dependencies([s for s in sums or [] if s is not None]):
                    part = keras.tree.map_structure(
                        tf.identity, self._part(x, y, tower)
                    )
                    value, gradients = of_one(*part)
                values.append(value)
                sums = gradients if sums is None else _added(sums, gradients)
            optimizer.apply(sums, weights)
            return tf.add_n(values) / self.count

        return run

    def _part(self, x, y, tower):
        """Returns the examples of one tower."""

        def part(whole):
            size = whole.shape[0]
            if size is None or size % self.count:
                # A smaller part would weigh as much as the others.
                raise ValueError(
                    f"Expected batches that {self.count} towers divide. "
                    f"Received: a batch of {size}"
                )
            share = size // self.count
            return whole[tower * share : (tower + 1) * share]

        with tf.device("/cpu:0"):
            return keras.tree.map_structure(part, (x, y))


def sequential(count):
    """Returns towers that take turns on one device: the same weights."""
    return Towers(count)


def mirrored(devices):
    """Returns one tower a device of this machine; gradients meet on the CPU.

    Args:
        devices: their names, such as `["GPU:0", "GPU:1", "GPU:2"]`.
    """
    # TensorFlow's hierarchical copy loses a gradient where devices are odd.
    strategy = tf.distribute.MirroredStrategy(
        devices, tf.distribute.ReductionToOneDevice(reduce_to_device="/cpu:0")
    )
    return Towers(len(devices), strategy)


def several_machines():
    """Returns one tower a device of all machines that `TF_CONFIG` names.

    To be called before TensorFlow does anything else. A CPU is one device.
    """
    strategy = tf.distribute.MultiWorkerMirroredStrategy()
    return Towers(strategy.num_replicas_in_sync, strategy)


def _reduces_exactly(strategy):
    """Tells whether no gradient is lost, as TensorFlow's hierarchical copy does."""
    if isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy):
        return True
    # Private, for nothing public says how a strategy reduces.
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
            "Expected normalizations that are not synchronized, for towers that take "
            f"turns do not know each other's statistics. Received: {names}"
        )


def _all_layers(model):
    for layer in model.layers:
        yield layer
        if isinstance(layer, keras.Model):
            yield from _all_layers(layer)


def _check_optimizer(optimizer, at_once):
    """Refuses what would be done to each replica's gradients, or a step too often."""
    refused = ("clipnorm", "clipvalue", "global_clipnorm", "use_ema")
    found = [name for name in refused if getattr(optimizer, name, None)]
    if getattr(optimizer, "gradient_accumulation_steps", None):
        found.append("gradient_accumulation_steps")
    if at_once and isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        found.append("a loss scale, of mixed_float16: mixed_bfloat16 needs none")
    if found:
        raise ValueError(
            "Expected an optimizer that takes the towers' mean gradient as it is. "
            f"Received: {', '.join(found)}"
        )
