"""The truth of a batch of slices, as the loss of each method needs it."""

from functools import cached_property

import numpy as np

from common.training.step_decay import StepDecay
from data.batches.contours import label_borders
from data.order import SAMPLING, generator
from papers.cunet.architectures import architecture_of
from papers.cunet.sampling import LossSampler, weights_of_batch


class TruthMaker:
    """Makes a batch's truth, a tuple of float32 arrays in the order of `names`.

    Args:
        method: a `NetworkMethod`.
        protocol: a `papers.cunet.protocol.Protocol`.
        seed: the run's seed.
        count_all: function that counts the normal and tumor pixels of all slices, for
            the `p2_scope` `"dataset"`.
    """

    def __init__(self, method, protocol, seed, count_all):
        self.method = method
        self.protocol = protocol
        self.seed = seed
        self._count_all = count_all
        rule, loss = protocol.sampling, protocol.loss
        self.sampler = LossSampler(
            rule.beta,
            rule.alpha1,
            rule.alpha2,
            rule.contour_width,
            rule.contour_overlap,
            protocol.training.epochs,
        )
        self._omega = StepDecay(
            loss.omega, loss.omega_factor, loss.omega_every, loss.omega_least, 0
        )

    @property
    def names(self):
        """The names of the arrays."""
        return ("labels", *architecture_of(self.method).truth)

    def shapes(self, shape):
        """Returns the arrays' shapes for batches of `(batch, height, width)`."""
        shapes = {
            "labels": (*shape, 1),
            "boundary": (*shape, 1),
            "weights": (*shape, 2),
            "omega": shape[:1],
        }
        return [shapes[name] for name in self.names]

    def __call__(self, names, classes, brain):
        """Makes the truth of some slices.

        Args:
            names: the slices' `SliceName`s.
            classes: uint8 `(batch, height, width)`, 0 for non-tumor.
            brain: boolean `(batch, height, width)`.
        """
        make = {
            "labels": lambda: classes[..., None],
            "boundary": lambda: self.borders(classes),
            "weights": lambda: self.weights(names, classes > 0, brain),
            "omega": lambda: self.omega(names),
        }
        return tuple(np.asarray(make[name](), np.float32) for name in self.names)

    def borders(self, classes):
        """Returns BFCN's boundary targets, `(batch, height, width, 1)`."""
        radius = self.protocol.loss.border_radius
        return np.stack([label_borders(one, radius) for one in classes])[..., None]

    def omega(self, names):
        """Returns the weight of the auxiliary losses in each slice's epoch."""
        return [self._omega.value(name.epoch) for name in names]

    def weights(self, names, tumor, brain):
        """Returns the sample matrices of both U-Nets, `(batch, height, width, 2)`."""
        if self.method.sampled:
            weights = weights_of_batch(
                self.sampler,
                tumor,
                brain,
                [generator(self.seed, n.epoch, n.row, SAMPLING) for n in names],
                self.protocol.sampling.p2_scope,
                self._p2_of_all,
            )
        else:
            # inferred: without sampling, plain cross-entropy over all pixels.
            weights = np.ones((*tumor.shape, 2), np.float32)
        if self.protocol.network.branch2_classes == 3:
            weights[..., 1] *= tumor  # there is no class for the rest
        return weights

    @cached_property
    def _p2_of_all(self):
        if self.protocol.sampling.p2_scope != "dataset":
            return None
        return self.sampler.p2(*self._count_all())
