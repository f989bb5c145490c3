"""The segmenter on scans as they come: files, turned axes, one graph a shape."""

import keras
import nibabel
import numpy as np
import pytest

from common.errors import UserError
from data.scans.find import find_scan
from papers.anisocascade.cascade import STAGES, predict_case
from papers.anisocascade.inference_protocol import Cascade, Inference, Tiling
from papers.anisocascade.segmenter import Segmenter, compile_network, compile_networks

LPS = np.diag([-1.0, -1.0, 1.0, 1.0])
RSA = np.array([[1, 0, 0, 3], [0, 0, 1, 4], [0, 1, 0, 5], [0, 0, 0, 1.0]])
PROTOCOL = Inference(
    tiling=Tiling((8, 8), (8, 8), (8, 8), (8, 8), (8, 8)),
    cascade=Cascade(whole_size=20, enhancing_size=1),
)


class Dark(keras.layers.Layer):
    """Logits from one channel; notes how often Python runs its call."""

    def __init__(self, channel, **kwargs):
        super().__init__(**kwargs)
        self.channel, self.traced = channel, []
        self.slope = self.add_weight((), keras.initializers.Constant(-3.0))

    def call(self, inputs):
        self.traced.append(inputs.shape)
        x = self.slope * (inputs[:, 4:-4, ..., self.channel] + 1.5)
        return keras.ops.stack([keras.ops.zeros_like(x), x], -1)


def models(slope=-3.0):
    """A cascade of one view, to save time; the others are tested elsewhere."""
    made = {}
    for channel, stage in enumerate(STAGES):
        inputs = keras.Input((None, None, None, 4))
        model = made[stage, "axial"] = keras.Model(inputs, Dark(channel)(inputs))
        model.layers[-1].slope.assign(slope)
        model.layers[-1].traced.clear()
    return made


@pytest.fixture
def volumes():
    drawn = np.random.default_rng(0).integers(900, 1000, (4, 20, 24, 28), np.int16)
    drawn[0, 5:15, 6:16, 7:17] = 100
    drawn[1, 7:13, 8:14, 9:15] = 100
    drawn[2, 9:11, 10:12, 11:14] = 100
    drawn[:, :2] = drawn[:, :, :3] = 0
    return drawn


def write(folder, volumes, affine):
    folder.mkdir()
    for name, volume in zip(("flair", "t1", "t1ce", "t2"), volumes, strict=True):
        image = nibabel.Nifti1Image(volume.T, affine)
        nibabel.save(image, folder / f"{folder.name}_{name}.nii.gz")
    return folder


def test_labels_are_those_of_the_cascade(tmp_path, volumes):
    folder = write(tmp_path / "one", volumes, LPS)
    made = models()
    networks = {key: compile_network(model) for key, model in made.items()}
    expected = predict_case(list(volumes), networks, PROTOCOL).labels
    assert set(np.unique(expected)) == {0, 1, 2, 4}
    segmenter = Segmenter(made, PROTOCOL)
    case = find_scan(folder)
    for scan in (folder, str(folder), case, case.images):
        np.testing.assert_array_equal(segmenter(scan), expected)
    np.testing.assert_array_equal(segmenter.segment_volumes(volumes), expected)


def test_networks_that_differ_in_weights_share_a_graph():
    """With the same bits as on their own; others share none."""
    inputs = keras.Input((None, None, None, 4))
    made = {
        key: keras.Model(inputs, Dark(channel, name="dark")(inputs), name=key)
        for key, channel in (("axial", 0), ("coronal", 0), ("other", 1))
    }
    for slope, model in enumerate(made.values(), 1):
        model.layers[-1].slope.assign(slope)
        model.layers[-1].traced.clear()
    patches = np.random.default_rng(0).normal(size=(2, 9, 8, 8, 4)).astype("float32")
    together = {key: run(patches) for key, run in compile_networks(made).items()}
    traced = [len(model.layers[-1].traced) for model in made.values()]
    assert sorted(traced) == [0, 1, 1]
    for key, model in made.items():
        np.testing.assert_array_equal(together[key], compile_network(model)(patches))
    assert (together["axial"] != together["coronal"]).any()


class Inverted:
    """In place of N4: makes dark voxels bright, which the networks see."""

    exclude = ("t2",)

    def correct(self, image, spacing):
        assert tuple(spacing) == (1.0, 1.0, 1.0)
        return np.where(image > 0, 1100 - image, 0)

    def settings(self):
        return {"inverted": True}


def test_a_scan_is_corrected_as_the_training_was(tmp_path, volumes):
    """A user's scan as its files are; a cache's volumes are corrected already."""
    folder = write(tmp_path / "one", volumes, LPS)
    made, correction = models(), Inverted()
    segmenter = Segmenter(made, PROTOCOL, correction=correction)
    inverted = [correction.correct(volume, (1.0,) * 3) for volume in volumes[:3]]
    inverted.append(volumes[3])
    expected = segmenter.segment_volumes(inverted)
    assert (expected != segmenter.segment_volumes(volumes)).any()
    np.testing.assert_array_equal(segmenter(folder), expected)
    plain = Segmenter(made, PROTOCOL)
    assert (plain(folder) != expected).any()
    assert plain.fingerprint() != segmenter.fingerprint()


def test_a_scan_that_was_read_before(tmp_path, volumes):
    folder = write(tmp_path / "one", volumes, LPS)
    segmenter = Segmenter(models(), PROTOCOL)
    scan = segmenter.read(folder)
    assert {finding.code for finding in scan.findings} == {"small"}
    result = segmenter.segment(scan)
    assert result.findings is scan.findings
    np.testing.assert_array_equal(result.labels, segmenter(folder))


def test_probabilities_only_where_asked_for(tmp_path, volumes):
    folder = write(tmp_path / "one", volumes, LPS)
    segmenter = Segmenter(models(), PROTOCOL)
    assert segmenter.segment(folder).probabilities == {}
    result = segmenter.segment(folder, probabilities=True)
    assert tuple(result.probabilities) == STAGES
    for probability in result.probabilities.values():
        assert probability.shape == volumes.shape[1:]
    found = result.probabilities["whole"][result.labels > 0] > 0.5
    assert found.mean() > 0.9


def test_a_scan_of_another_orientation_gets_the_same_labels_in_space(tmp_path, volumes):
    segmenter = Segmenter(models(), PROTOCOL)
    straight = segmenter(write(tmp_path / "lps", volumes, LPS))
    # (x, y, z) of the file are right, top, front: (-width, depth, -height).
    turned = volumes[:, :, ::-1, ::-1].transpose(0, 2, 1, 3)
    received = segmenter.segment(write(tmp_path / "other", turned, RSA), None, True)
    expected = straight[:, ::-1, ::-1].transpose(1, 0, 2)
    np.testing.assert_array_equal(received.labels, expected)
    assert received.probabilities["core"].shape == expected.shape
    assert "orientation" in {finding.code for finding in received.findings}


def test_one_graph_for_each_shape(tmp_path, volumes):
    made = models()
    segmenter = Segmenter(made, PROTOCOL)
    first = write(tmp_path / "first", volumes, LPS)
    for _ in range(2):
        segmenter(first)
    traced = made["whole", "axial"].layers[-1].traced
    assert len(traced) == 1
    segmenter(write(tmp_path / "second", volumes[:, :, :20], LPS))
    assert len(traced) == len(set(map(tuple, traced))) == 2


def test_force(tmp_path, volumes):
    folder = write(tmp_path / "large", volumes, np.diag([-2.0, -2.0, 2.0, 1.0]))
    with pytest.raises(UserError, match="1 x 1 x 1 mm"):
        Segmenter(models(), PROTOCOL)(folder)
    assert Segmenter(models(), PROTOCOL, force=True)(folder).any()


def test_fingerprint_tells_weights_and_protocol():
    first = Segmenter(models(), PROTOCOL).fingerprint()
    assert Segmenter(models(), PROTOCOL).fingerprint() == first
    assert Segmenter(models(-2.0), PROTOCOL).fingerprint() != first
    assert Segmenter(models(), Inference()).fingerprint() != first
