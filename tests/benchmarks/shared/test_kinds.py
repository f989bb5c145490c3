"""Kinds of operations, by the names that TensorFlow's profiler gives."""

import pytest

from benchmarks.shared import kinds
from benchmarks.shared.kinds import kind_of

# As they stand in profiles of LinkNet's and of the U-Net's training steps.
NAMED = {
    "linknet_1_scale_1/stem_conv_1/convolution:_MklNativeConv2D": kinds.CONVOLUTION,
    "net/dec1_conv_1/BiasAdd:_MklNativeFusedConv2D": kinds.CONVOLUTION,
    "gradients/net/enc2_conv_1/convolution_grad/Conv2DBackpropFilter:"
    "_MklNativeConv2DBackpropFilter": kinds.GRADIENT,
    "gradients/net/enc4_conv_1/IdentityN_grad/MatMul:_MklMatMul": kinds.GRADIENT,
    "net/dec4_up_conv_1/conv_transpose:_MklNativeConv2DBackpropInput": kinds.TRANSPOSED,
    "gradients/net/dec4_up_conv_1/conv_transpose_grad/Conv2D:_MklNativeConv2D": (
        kinds.TRANSPOSED
    ),
    "net/stem_bn_1/FusedBatchNormV3:_MklNativeFusedBatchNormEx": kinds.NORMALIZATION,
    "net/stem_bn_1/mul:Mul": kinds.NORMALIZATION,
    "gradients/net/stem_relu_1/Relu_grad/ReluGrad:_MklNativeReluGrad": (
        kinds.NORMALIZATION
    ),
    "net/stem_bn_1/Cast:Cast": kinds.CAST,
    "net/conv_1/transpose:Transpose": kinds.LAYOUT,
    "fused_sgd/ResourceApplyKerasMomentum_57:ResourceApplyKerasMomentum": (
        kinds.OPTIMIZER
    ),
    "adam/mul_3:Mul": kinds.OPTIMIZER,
    "net/pool_1/MaxPool2d:MaxPool": kinds.OTHER,
    "PartitionedCall:StatefulPartitionedCall": None,
}


@pytest.mark.parametrize("named", NAMED)
def test_kind_follows_from_name_and_type(named):
    assert kind_of(*named.rsplit(":", 1)) == NAMED[named]
