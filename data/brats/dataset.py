"""BraTS data sets of any release, or a phantom of one, as cases."""

from common.errors import UserError
from data.brats.layout import find_layout
from data.brats.releases import MODALITIES
from data.brats.volume_dataset import VolumeDataset, refuse_other_modality
from data.case import Case
from data.integrity import check_command
from data.volume.files import digest_volume, read_geometry
from data.volume.orientation import require_brats_axes


class BratsDataset(VolumeDataset):
    """The cases of a folder in order of id; it may hold any subset of a release.

    A case's `group` is the grade (`"HGG"`, `"LGG"`, or `""` if the release has none),
    and its `patient` is what all exams of the patient share. Attributes are those of
    `data.brats.volume_dataset.VolumeDataset`.

    Args:
        root: the data set's folder, a grade folder of it, or a folder above it.
        release: name of the release, or None to infer it from the names.

    Raises:
        UserError: no case was recognized, or there are cases of several releases; a
            case lacks a modality or occurs twice; the first one cannot be read or
            is not oriented like those of BraTS.
    """

    def __init__(self, root, release=None):
        layout = find_layout(root, release)
        _check_complete(layout)
        cases = [_as_case(files) for files in layout.cases]
        super().__init__(root, layout.root, layout.release, cases)

    @property
    def arguments(self):
        return self.root, self.release

    def read_images(self, case):
        return {name: self.read_image(case, name) for name in MODALITIES}

    def read_image(self, case, modality):
        refuse_other_modality(modality)
        return self._read(case, case.images[modality])

    def geometry(self, case):
        """Returns the `Geometry` of a case, which is that of its first modality.

        Args:
            case: a case of this data set.

        Raises:
            UserError: the file's header cannot be read, or its axes do not grow
                to the left, back and top.
        """
        if case.id not in self._geometries:
            path = case.images[MODALITIES[0]]
            geometry = read_geometry(path)
            require_brats_axes(path, geometry.affine)
            self._geometries[case.id] = geometry
        return self._geometries[case.id]

    def place_of(self, case):
        return case.images[MODALITIES[0]].parent

    def check(self):
        # Imported here because it needs pandas and SciPy's statistics, which no other
        # user of this class needs: processes of the preparation start sooner.
        from data.brats.check import check_brats

        return check_brats(self.root, self.release)

    def upload_name(self, case, name):
        """Returns the file name under which 2013 and 2015 accept a prediction.

        Args:
            case: a case of one of these releases.
            name: any name without dots, such as that of the method.

        Returns:
            `"VSD.<name>.<number of the case's Flair file>.mha"`.

        Raises:
            ValueError: the release does not number its files.
        """
        number = self._release.number("flair", case.images["flair"].name)
        if number is None:
            raise ValueError(f"Expected a case of 2013 or 2015. Received: {case.id}")
        return f"VSD.{name}.{number}.mha"

    def _image_digests(self, case):
        paths = [case.images[name] for name in MODALITIES]
        return [self.digests.of(path, digest_volume) for path in paths]


def _as_case(files):
    label = files.files["seg"]
    return Case(
        id=files.id,
        patient=files.patient,
        group=files.group,
        images={name: files.files[name][0] for name in MODALITIES},
        label=label[0] if label else None,
    )


def _check_complete(layout):
    """Refuses cases that cannot be read; the check lists everything wrong."""
    release, command = layout.release, check_command(layout.release.name, layout.root)
    seen = {}
    for case in layout.cases:
        if case.error:
            raise case.error
        for name in case.missing:
            expected = f"the file {release.file_name(name, case.folder.name)}"
            raise UserError(case.folder, expected, "no such file", command)
        for role in case.duplicated:
            names = ", ".join(path.name for path in case.files[role])
            raise UserError(case.folder, f"one {role} file", names, command)
        if case.id in seen:
            received = f"{seen[case.id]} too"
            raise UserError(case.folder, f"one case {case.id}", received, command)
        seen[case.id] = case.folder
