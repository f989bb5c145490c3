"""A run's label maps, kept as long as nothing that decides them changes."""

import hashlib
import shutil

from common.files import digest, read_json, write_json


def predictions_of(fingerprint, folder):
    """Returns a run's folder of label maps, emptied if something else made them.

    Args:
        fingerprint: hash of everything that decides the label maps.
        folder: the run's folder.
    """
    folder = folder / "predictions"
    stamp = folder / "made_by.json"
    if not stamp.exists() or read_json(stamp) != fingerprint:
        shutil.rmtree(folder, ignore_errors=True)
        write_json(stamp, fingerprint)
    return folder


def fingerprint_of(models, *rest):
    """Returns a hash of models' weights and of everything else that decides labels.

    Args:
        models: Keras models.
        *rest: JSON values, such as a protocol's digest.
    """
    weights = hashlib.sha256()
    for model in models:
        for array in model.get_weights():
            weights.update(array.tobytes())
    return digest([weights.hexdigest(), *rest])
