"""An experiment on BraTS whose result is one label map per case."""

from abc import abstractmethod

from common.evidence import protocol_digest
from common.metrics.case_scores import score_case
from data.volume.geometry import Geometry
from papers.engine.brats.experiment import BratsExperiment
from papers.engine.brats.label_maps import fingerprint_of, predictions_of
from papers.engine.run import Run


class VolumeExperiment(BratsExperiment):
    """Segments whole cases, keeps their label maps and scores these.

    A paper says in `segmentation` how a case becomes labels. Arguments are those of
    `papers.engine.experiment.Experiment`.
    """

    @property
    @abstractmethod
    def convention(self):
        """The convention of the scores, from `common.metrics.conventions`."""

    @abstractmethod
    def segmentation(self, model):
        """Returns how the network segments cases.

        Args:
            model: as for `evaluate`.

        Returns:
            `(segment, fingerprint)`: a function from a case's id to its labels, uint8
            `(depth, height, width)`, and a hash of all that decides them.
        """

    def evaluate(self, model):
        """Yields each test case's scores; see `Experiment.evaluate`.

        Scores are of the case's own grid. A case that the same network has segmented
        before is read from the run's folder.
        """
        segment, fingerprint = self.segmentation(model)
        folder = predictions_of(fingerprint, self.folder)

        def score(case_id):
            case, path = self.cases[case_id], folder / f"{case_id}.nii.gz"
            if not path.exists():
                self.dataset.write_prediction(case, segment(case_id), path)
            return self.score(case, path)

        return self.scored(self.split.test, score)

    keeps_label_maps = True

    def label_maps(self, model, case_ids):
        """Yields the labels that the evaluation has kept; see `Experiment`."""
        for case_id in case_ids:
            path = Run(self.folder).prediction(case_id)
            yield case_id, self.dataset.read_prediction(self.cases[case_id], path)

    def fingerprint(self, model, *rest):
        """Returns a hash of a network's weights, the protocol and all else.

        Args:
            model: the network.
            *rest: what JSON can hold and what decides labels, too.
        """
        return fingerprint_of([model], *rest, protocol_digest(self.protocol))

    def score(self, case, path):
        """Returns the scores of a case's label map, a dict by column.

        Args:
            case: a `data.case.Case`.
            path: file of the label map.
        """
        info = self.cache.info(case.id)
        labels = self.dataset.read_prediction(case, path)
        truth = self.dataset.read_labels(case)
        spacing = Geometry(info.shape, info.affine).spacing
        return score_case(labels, truth, spacing, convention=self.convention)
