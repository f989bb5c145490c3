"""Networks, losses and optimizers that run on every backend, with sizes to measure."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial


@dataclass(frozen=True)
class Subject:
    """A network to train and to predict with.

    Args:
        make: function from a side to the network, its loss and its optimizer.
        shape: function from a side to the shape of an input.
        truth: function from a generator and the shape `(batch, …)` without channels
            to what the loss takes as truth.
        side: height and width, and depth, that is measured unless another is asked.
        batch: the number of inputs, likewise.
        multiple: what sides must be multiples of.
    """

    make: Callable
    shape: Callable
    truth: Callable
    side: int
    batch: int
    multiple: int


def _linkdsl(scales, side):
    from common.optimizers.sgd import FusedSGD
    from papers.linkdsl.losses import BceMinusDice
    from papers.linkdsl.networks import linknet

    network = linknet((side, side, 1), scales)
    return network, BceMinusDice(), FusedSGD(1e-3, momentum=0.9)


def _hierdice(name, side):
    from common.losses.bootstrapped_cross_entropy import BootstrappedCrossEntropy
    from common.optimizers.adam import FusedAdam
    from papers.hierdice import networks

    network = getattr(networks, name)((side, side, 4))
    return network, BootstrappedCrossEntropy(), FusedAdam(1e-3)


def _cunet(side):
    from common.optimizers.sgd import FusedSGD
    from papers.cunet.losses import PlainLoss
    from papers.cunet.networks import unet

    return unet((side, side, 4)), PlainLoss(), FusedSGD(1e-3, momentum=0.9)


def _dsunet(name, side):
    from common.optimizers.adam import FusedAdam
    from papers.dsunet import networks
    from papers.dsunet.losses import LabelDice

    network = getattr(networks, name)((side, side, side, 4))
    return network, LabelDice(), FusedAdam(5e-4)


def _labels(classes, random, shape):
    return random.integers(classes, size=(*shape, 1)).astype("float32")


def _named_labels(classes, random, shape):
    return {"labels": _labels(classes, random, shape)}


def _masks(count, random, shape):
    return (random.random((*shape, count)) > 0.9).astype("float32")


def _plane(channels, side):
    return side, side, channels


def _volume(channels, side):
    return side, side, side, channels


_of_linkdsl = partial(
    Subject,
    shape=partial(_plane, 1),
    truth=partial(_masks, 1),
    side=128,
    batch=8,
    multiple=32,
)
_of_hierdice = partial(
    Subject,
    shape=partial(_plane, 4),
    truth=partial(_labels, 5),
    side=240,
    batch=2,
    multiple=16,
)
_of_dsunet = partial(
    Subject,
    shape=partial(_volume, 4),
    truth=partial(_masks, 3),
    side=64,
    batch=1,
    multiple=16,
)

NETWORKS = {
    "linkdsl_linknet": _of_linkdsl(partial(_linkdsl, (1,))),
    "linkdsl_dual": _of_linkdsl(partial(_linkdsl, (1, 2))),
    **{
        f"hierdice_{name}": _of_hierdice(partial(_hierdice, name))
        for name in ("fcn8s_vgg16", "unet", "resnet50_skip", "residual_unet")
    },
    "cunet_unet": _of_hierdice(_cunet, truth=partial(_named_labels, 4)),
    **{
        f"dsunet_{name}": _of_dsunet(partial(_dsunet, name))
        for name in ("isensee2017", "separable_unet")
    },
}
