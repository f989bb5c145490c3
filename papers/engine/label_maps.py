"""A run's label maps, kept for as long as what made them is the same."""

import hashlib
import shutil

from common.files import digest, read_json, write_json


def predictions_of(fingerprint, folder):
    """Returns a run's folder of label maps, emptied where others made them.

    Args:
        fingerprint: of what makes the label maps.
        folder: the run's folder.
    """
    folder = folder / "predictions"
    stamp = folder / "made_by.json"
    if not stamp.exists() or read_json(stamp) != fingerprint:
        shutil.rmtree(folder, ignore_errors=True)
        write_json(stamp, fingerprint)
    return folder


def fingerprint_of(models, *rest):
    """Returns a hash of models' weights and of all else that decides label maps.

    Args:
        models: Keras models.
        *rest: what JSON can hold, such as a protocol's digest.
    """
    weights = hashlib.sha256()
    for model in models:
        for array in model.get_weights():
            weights.update(array.tobytes())
    return digest([weights.hexdigest(), *rest])
