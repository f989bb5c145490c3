"""Label maps are those of the present weights, or are made anew."""

import keras
import numpy as np

from papers.engine.brats.label_maps import fingerprint_of, predictions_of


def test_maps_of_other_weights_are_removed(tmp_path):
    folder = predictions_of("first", tmp_path)
    (folder / "a.nii.gz").write_bytes(b"labels")
    assert predictions_of("first", tmp_path) == folder
    assert (folder / "a.nii.gz").exists()
    predictions_of("second", tmp_path)
    assert not (folder / "a.nii.gz").exists()
    # The first weights again: what the second made is not theirs.
    (folder / "b.nii.gz").write_bytes(b"labels")
    predictions_of("first", tmp_path)
    assert not (folder / "b.nii.gz").exists()


def test_a_fingerprint_moves_with_each_weight_and_with_the_rest():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)])
    before = fingerprint_of([model], "rule")
    assert fingerprint_of([model], "rule") == before
    assert fingerprint_of([model], "other rule") != before
    model.weights[1].assign(np.array([0.0, 0.0, 1e-6], np.float32))
    assert fingerprint_of([model], "rule") != before
