"""Every network and loss of the suite, listed once; each property runs over it.

A new network is one entry here, a new layer one in `layers.py` (and a golden:
`python -m tests.conformance.regenerate`). An entry may be exempt from a property by
name, with a reason.
"""

from functools import partial

from common.losses.bootstrapped_cross_entropy import BootstrappedCrossEntropy
from common.losses.cross_entropy import LabelCrossEntropy
from common.losses.region_dice import RegionDice
from common.losses.sensitivity_specificity import SensitivitySpecificity
from papers.anisocascade.losses import PooledDice
from papers.anisocascade.networks import enet, tnet, wnet
from papers.cunet.networks import bfcn, cu_net, drn
from papers.cunet.networks import unet as cunet_unet
from papers.dsunet.losses import LabelDice
from papers.dsunet.networks import isensee2017, separable_unet
from papers.hierdice.networks import (
    fcn8s_vgg16,
    residual_unet,
    resnet50_skip,
    unet,
)
from papers.linkdsl.losses import BceMinusDice
from papers.linkdsl.networks import linknet
from tests.conformance.entries import Loss, Network
from tests.conformance.layers import LAYERS, OF_THE_BATCH

PROPERTIES = ("graph", "saving", "precision", "batch", "gradients")


def networks(prop):
    """Returns the networks that are tested for a property."""
    if prop not in PROPERTIES:
        raise ValueError(f"Expected one of {PROPERTIES}. Received: {prop}")
    return [network for network in NETWORKS if prop not in network.exempt]


# No narrower: if a strided 1x1 convolution has fewer than 16 input channels, oneDNN's
# gradient of its kernel writes out of bounds (uxlfoundation/oneDNN#6035; TensorFlow
# 2.21 on a CPU).
SMALL_FILTERS = 16


def _linknet(name, channels=1, total=None, trainable=None, exempt=None, **options):
    shape = (64, 64, channels)
    return Network(
        name=f"linkdsl_{name}",
        small=partial(linknet, shape, base_filters=SMALL_FILTERS, **options),
        full=partial(linknet, shape, base_filters=64, **options),
        output_shape=(64, 64, 1),
        total=total,
        trainable=trainable,
        normalized_biases=("dec", "head1", "head2"),
        exempt=exempt or {},
    )


DUAL, TRIAD, MULTI = (1, 2), (1, 2, 4), (1, 2, 4, 8)


def _all_but_counts(reason):
    return dict.fromkeys(PROPERTIES, reason)


# These properties depend on the layers, not on how they are connected.
_AS_IN_MULTI = dict.fromkeys(
    ("graph", "saving", "precision", "batch"),
    "the layers of linkdsl_multi, connected differently",
)


def _saved_as(name):
    return {"saving": f"the layers of {name}, connected differently"}


def _aniso(build, total, exempt=None):
    return Network(
        name=f"anisocascade_{build.__name__}",
        small=partial(build, (10, 8, 12, 4), base_channels=8),
        full=partial(build, (19, None, None, 4), base_channels=32),
        output_shape=(2, 8, 12, 2),
        total=total,
        trainable=total,
        exempt=OF_THE_BATCH | (exempt or {}),
    )


def _cunet(name, build, outputs, total, trainable, exempt=None, **options):
    shapes = {key: (32, 32, classes) for key, classes in outputs.items()}
    return Network(
        name=f"cunet_{name}",
        small=partial(build, (32, 32, 4), base_filters=4, **options),
        full=partial(build, (240, 240, 4), **options),
        output_shape=shapes if len(shapes) > 1 else shapes["logits"],
        total=total,
        trainable=trainable,
        exempt=exempt or {},
    )


_BRANCHES = {"wt": 2, "sub": 4}
_HEADS = {f"{b}_aux{2**i}": n for b, n in _BRANCHES.items() for i in range(1, 5)}


def _dsunet(name, build, labels, total, exempt=None, **options):
    return Network(
        name=f"dsunet_{name}",
        small=partial(build, (32, 32, 32, 4), labels, base_filters=2, **options),
        full=partial(build, (128, 128, 128, 4), labels, **options),
        output_shape=(32, 32, 32, labels),
        total=total,
        trainable=total,
        normalized_biases=("down", "context", "up", "local"),
        exempt=exempt or {},
    )


def _hierdice(build, total, fixed=0, normalized_biases=(), exempt=None):
    return Network(
        name=f"hierdice_{build.__name__}",
        small=partial(build, (48, 64, 4), base_filters=4),
        full=partial(build, (240, 240, 4)),
        output_shape=(48, 64, 5),
        total=total,
        trainable=total - fixed,
        normalized_biases=normalized_biases,
        exempt=exempt or {},
    )


_AS_IN_WNET = dict.fromkeys(
    ("saving", "precision"), "the layers of anisocascade_wnet, connected differently"
)

NETWORKS = (
    *LAYERS,
    _aniso(wnet, total=214_470),
    _aniso(tnet, total=214_470, exempt=_all_but_counts("anisocascade_wnet renamed")),
    _aniso(enet, total=204_396, exempt=_AS_IN_WNET),
    _cunet("cu_net", cu_net, _BRANCHES | _HEADS, 22_132_766, 22_115_166),
    _cunet(
        "cu_net_branches",
        cu_net,
        _BRANCHES,
        19_736_326,
        19_718_726,
        _all_but_counts("cunet_cu_net without some of its outputs"),
        auxiliary=False,
    ),
    _cunet(
        "unet",
        cunet_unet,
        {"logits": 4},
        31_050_180,
        31_038_404,
        _saved_as("cunet_cu_net"),
    ),
    _cunet(
        "bfcn",
        bfcn,
        {"tissue": 4, "boundary": 2, "combined": 4},
        4_364_042,
        4_360_714,
        _saved_as("cunet_cu_net and hierdice_resnet50_skip"),
    ),
    _cunet("drn", drn, {"logits": 4}, 1_752_708, 1_748_452, _saved_as("cunet_cu_net")),
    _dsunet(
        "isensee2017_one_label",
        isensee2017,
        1,
        8_269_331,
        _all_but_counts("dsunet_isensee2017 with fewer maps"),
    ),
    _dsunet(
        "isensee2017", isensee2017, 3, 8_269_561, _saved_as("dsunet_separable_unet")
    ),
    _dsunet("separable_unet", separable_unet, 3, 3_757_945),
    _dsunet(
        "separable_unet_mid_norm",
        separable_unet,
        3,
        3_757_945,
        dict.fromkeys(
            ("graph", "saving", "precision", "batch"),
            "the layers of dsunet_separable_unet, in order",
        ),
        mid_norm=True,
    ),
    _hierdice(fcn8s_vgg16, 14_730_079, exempt=_saved_as("hierdice_resnet50_skip")),
    _hierdice(
        unet, 31_032_581, exempt=_saved_as("hierdice_resnet50_skip and cunet_cu_net")
    ),
    _hierdice(resnet50_skip, 23_617_183, 53_120, normalized_biases=("conv",)),
    _hierdice(
        residual_unet,
        32_454_917,
        17_664,
        exempt=_saved_as("hierdice_resnet50_skip and cunet_cu_net"),
    ),
    _linknet(
        "linknet",
        total=11_539_809,
        trainable=11_528_097,
        exempt=_AS_IN_MULTI,
    ),
    _linknet(
        "linknet_rgb",
        channels=3,
        total=11_546_081,
        trainable=11_534_369,
        exempt=_all_but_counts("linkdsl_linknet with more input channels"),
    ),
    _linknet(
        "dual",
        scales=DUAL,
        total=11_544_801,
        trainable=11_532_961,
        exempt=_all_but_counts("its joints are in linkdsl_multi and _cascade_image"),
    ),
    _linknet(
        "triad",
        scales=TRIAD,
        total=11_545_441,
        trainable=11_533_601,
        exempt=_all_but_counts("each of its joints is in linkdsl_multi"),
    ),
    _linknet(
        "triad_enc1",
        scales=TRIAD,
        quarter_at="enc1",
        total=11_546_081,
        trainable=11_534_241,
        exempt=_AS_IN_MULTI,
    ),
    _linknet("multi", scales=MULTI, total=11_548_001, trainable=11_536_161),
    _linknet(
        "multi_enc1",
        scales=MULTI,
        quarter_at="enc1",
        total=11_548_641,
        trainable=11_536_801,
        exempt=_all_but_counts("its joints are in linkdsl_multi and _triad_enc1"),
    ),
    _linknet(
        "cascade",
        channels=2,
        scales=DUAL,
        total=11_548_577,
        trainable=11_536_737,
        exempt=_all_but_counts("linkdsl_dual with one more input channel"),
    ),
    _linknet(
        "cascade_image",
        channels=2,
        scales=DUAL,
        scaled_channels=1,
        total=11_547_937,
        trainable=11_536_097,
    ),
    _linknet(
        "dual_concat_conv",
        scales=DUAL,
        fusion="concat_conv",
        trainable=11_565_665,
        exempt=_AS_IN_MULTI,
    ),
    _linknet(
        "multi_conv_concat", scales=MULTI, fusion="conv_concat", exempt=_AS_IN_MULTI
    ),
    _linknet(
        "dual_resample",
        scales=DUAL,
        fusion="resample",
        exempt=_all_but_counts("linkdsl_dual with one more pooling of the image"),
    ),
)

LOSSES = (
    Loss(
        "anisocascade_pooled_dice",
        partial(PooledDice, from_logits=False),
        perfect=0.0,
        # The absent class has the coefficient 0.
        perfect_of_one_class=0.5,
    ),
    Loss("dsunet_label_dice", LabelDice, perfect=0.0),
    Loss(
        "dsunet_label_dice_without_squares",
        partial(LabelDice, squares=False, name="without_squares"),
        perfect=0.0,
    ),
    Loss("label_cross_entropy", LabelCrossEntropy, perfect=0.0),
    Loss(
        "label_cross_entropy_weighted",
        partial(LabelCrossEntropy, (0.4, 0.6), name="weighted"),
        perfect=0.0,
    ),
    Loss("bootstrapped_cross_entropy", BootstrappedCrossEntropy, perfect=0.0),
    Loss("sensitivity_specificity", SensitivitySpecificity, perfect=0.0),
    # If the region or everything outside it is empty, that term is 1, not 1/2.
    Loss("region_dice", RegionDice, perfect=0.0, perfect_of_one_class=-0.5),
    Loss(
        "region_dice_plain",
        partial(RegionDice, form="plain", name="plain"),
        perfect=0.0,
    ),
    Loss(
        "region_dice_squared",
        partial(RegionDice, form="squared", name="squared"),
        perfect=0.0,
    ),
    Loss("linkdsl_bce_minus_dice", BceMinusDice, perfect=-1.0),
    Loss(
        "linkdsl_bce_minus_dice_of_batch",
        partial(BceMinusDice, dice_over="batch", smooth=0.5, name="of_batch"),
        perfect=-1.0,
    ),
)
