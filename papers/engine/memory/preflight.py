"""Predicts a job's memory before it runs, and remembers what was counted.

The counts come from the network itself, which a start has built anyway. A dry run
builds it, too, once: a table of them in the repository would be wrong for every other
size and width, and another thing to keep.
"""

from dataclasses import asdict

import keras
import tensorflow as tf

from common.blank import blank
from common.errors import UserError
from common.evidence import protocol_digest
from common.files import digest, read_json, write_json
from common.training.cluster import on_several_machines
from common.training.precision import use_precision
from papers.engine.memory.footprint import Footprint, footprint_of
from papers.engine.memory.prediction import Prediction

VERSION = 1  # increase it whenever networks or counts change


class Preflight:
    """Predictions for the jobs of one data set.

    Args:
        folder: where the counts are kept.
        settings: the user's own values by key, which stay in what is advised.
    """

    def __init__(self, folder, settings):
        self._folder = folder
        self._settings = settings

    def of_job(self, job, experiment):
        """Returns the `Prediction` of a job that has not begun, or None.

        Args:
            job: a `papers.engine.job.Job`.
            experiment: its experiment; the data need not be prepared.
        """
        if not (job.trains and is_predictable()):
            return None
        path = self._folder / f"{_key_of(job)}.json"
        try:
            footprint = Footprint(**read_json(path))
        except (OSError, TypeError, UserError):
            footprint = _built(experiment)
            write_json(path, asdict(footprint))
        return _prediction(footprint, experiment, self._settings)


def of_experiment(experiment, settings):
    """Returns the `Prediction` of a training whose data are not there yet, or None.

    Args:
        experiment: its experiment, of which only the network is built.
        settings: as for `Preflight`.
    """
    if not is_predictable():
        return None
    return _prediction(_built(experiment), experiment, settings)


def of_model(experiment, model, settings):
    """Returns the `Prediction` of a training about to start, or None.

    Args:
        experiment: the job's experiment.
        model: its network.
        settings: as for `Preflight`.
    """
    if not is_predictable():
        return None
    return _prediction(_footprint(experiment, model), experiment, settings)


def is_predictable():
    """Whether the training's memory is this machine's alone: a CPU, and no GPU."""
    return not (tf.config.list_physical_devices("GPU") or on_several_machines())


def _prediction(footprint, experiment, settings):
    smaller = tuple((_beside(settings, one), s) for one, s in experiment.smaller())
    return Prediction(footprint, experiment.examples_at_once, smaller)


def _beside(settings, setting):
    """Returns a setting with the user's other ones, as `SET=` takes them together."""
    advised = dict(one.split("=", 1) for one in setting.split())
    return " ".join(f"{key}={value}" for key, value in (settings | advised).items())


def _footprint(experiment, model):
    averages = experiment.average_decay is not None
    return footprint_of(
        model, experiment.optimizer(), averages, experiment.example_shape
    )


def _built(experiment):
    """Returns the `Footprint` of a training; its network is built without values."""
    use_precision(experiment.protocol.training.precision)
    try:
        return _footprint(experiment, blank(experiment.build))
    finally:
        use_precision("float32")
        keras.backend.clear_session()


def _key_of(job):
    """Returns a hash of what decides a network: methods, protocol and data set."""
    protocol = protocol_digest(job.protocol, ("training.epochs",))
    return digest([VERSION, job.method.key, protocol, job.fingerprint])
