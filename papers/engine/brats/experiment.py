"""What the experiments on BraTS share: data set, cache of volumes and folds."""

from dataclasses import replace

from common.errors import UserError
from data.brats.dataset import BratsDataset
from data.brats.releases import MODALITIES
from data.msd.dataset import MsdDataset
from data.msd.layout import find_root
from data.prepared.n4 import N4
from data.prepared.prepare import prepare_volumes
from data.prepared.volume_cache import VolumeCache
from data.splits.folds import (
    patient_folds,
    read_folds,
    refuse_divided_patients,
    split_by_fold,
)
from papers.engine.brats.licenses import license_of
from papers.engine.brats.palette import LABEL_COLORS
from papers.engine.case_images import CaseImages
from papers.engine.experiment import Experiment


class BratsExperiment(Experiment):
    """An experiment on cases of BraTS, of any release, or of the Decathlon.

    Arguments are those of `papers.engine.experiment.Experiment`.
    """

    @classmethod
    def open_dataset(cls, path):
        return BratsDataset(path) if find_root(path) is None else MsdDataset(path)

    @classmethod
    def prepared_cache(cls, root, dataset, protocol):
        n4 = cls.bias_correction(protocol)
        return VolumeCache(root, dataset.name, dataset.fingerprint(), n4)

    @classmethod
    def prepare(cls, dataset, cache, protocol, console, workers):
        with console.live() as note:
            prepare_volumes(dataset, cache, workers, console.say, note)

    @classmethod
    def bias_correction(cls, protocol):
        """Returns the `data.prepared.n4.N4` of the preparation, or None."""
        rule = protocol.preparation
        if not rule.n4:
            return None
        return N4(shrink=rule.n4_shrink, exclude=cls.not_corrected(protocol))

    @classmethod
    def not_corrected(cls, protocol):
        """Returns the modalities that N4 leaves as they are; by default none."""
        return ()

    @staticmethod
    def by_patient(cases):
        """Returns cases that can be divided, and the name of what is divided.

        Args:
            cases: a list of `data.case.Case`.

        Returns:
            `("patient", cases)`; or `("case", …)`, each case as a patient of its own,
            where the data does not tell its patients.
        """
        if all(case.patient for case in cases):
            return "patient", cases
        return "case", [replace(case, patient=case.id) for case in cases]

    @classmethod
    def splits(cls, dataset, name, protocol, file=None):
        """Puts patients into folds, all their exams together.

        See `Experiment.splits`; the protocol's `folds` are used.
        """
        rule = protocol.folds
        origin, cases = cls.by_patient(list(dataset))
        if file is None:
            folds = patient_folds(
                cases, n_folds=rule.n_folds, seed=rule.fold_seed, strict=False
            )
        else:
            folds = read_folds(file, cases)
            refuse_divided_patients(cases, folds, file)
            origin = cls.origin_of(file)
        return origin, split_by_fold(
            cases, folds, rule.validation_share, rule.fold_seed
        )

    label_colors = LABEL_COLORS

    def case_images(self, case_id):
        """Returns the four modalities and the truth; see `Experiment`."""
        case = self.cases[case_id]
        images = self.dataset.read_images(case)
        return CaseImages(
            images={name: images[name] for name in MODALITIES},
            truth=self.dataset.read_labels(case),
            labels=self.label_colors,
            license=license_of(self.dataset.name, case_id),
            affine=self.dataset.geometry(case).affine,
        )

    def shape_of(self, case_id):
        """Returns the shape of a case, `(depth, height, width)` in voxels.

        The case need not be prepared yet.
        """
        try:
            return self.cache.info(case_id).shape
        except UserError:  # whoever reads its voxels will hear of a damaged file
            return self.dataset.geometry(self.cases[case_id]).shape
