"""Label maps of volumes as files.

A segmenter has `read(case)`, which returns a checked scan with its `findings`;
`segment(scan, progress)`, which returns `labels` (canonical, in the order of the files)
and `findings`; and `fingerprint()`, which changes with whatever changes the labels.
"""

from pathlib import Path

from common.errors import UserError
from data.brats.labels import from_canonical, to_canonical
from data.brats.releases import MODALITIES, RELEASES
from data.case import Case
from data.msd.layout import find_root
from data.scans.find import ALL_FOUR, find_cases, find_scan, release_of, role_of
from data.scans.scan import open_scan
from data.volume.files import encode_labels, read_volume
from data.volume.orientation import brats_geometry, to_brats_axes
from papers.engine.case_images import CaseImages
from papers.engine.predict.files import Files

# Its labels 0, 1, 2 and 4 are written where the files follow no release's naming.
_DEFAULT_RELEASE = RELEASES["brats17"]


class VolumeFiles(Files):
    """Cases of four modalities; a case is opened as a `data.case.Case`.

    The label values are those of the release whose naming the files follow (from 2023
    on, enhancing tumor is 3; those of the Decathlon for its files), otherwise 0, 1, 2
    and 4; the geometry is that of the files.
    """

    outputs = (".nii", ".nii.gz", ".mha")
    ending = ".nii.gz"

    def kind_of(self, case):
        """Returns `"one"` or `"several"` for the cases of a folder, else None."""
        if _is_case(case):
            return "one"
        try:
            cases = find_cases(case)
        except UserError:
            return None
        return "several" if any(_is_case(path) for _, path in cases) else None

    def open_case(self, source):
        """Returns a `Case`.

        Args:
            source: its folder or its one file, a `Case`, or the paths of `"flair"`,
                `"t1"`, `"t1ce"` and `"t2"` in a dict.

        Raises:
            UserError: there is no such folder, or not one file per modality.
        """
        if isinstance(source, dict):
            paths = {name: Path(path) for name, path in source.items()}
            return Case("", None, "", paths, None)
        return source if isinstance(source, Case) else find_scan(source)

    def list_cases(self, root):
        return find_cases(root)

    def images(self, case):
        missing = [name for name in MODALITIES if name not in case.images]
        if missing:
            received = ", ".join(case.images) or "none"
            raise UserError(
                "the scan", f"a file of {missing[0]}", received, f"pass {ALL_FOUR}"
            )
        return list(dict.fromkeys(case.images[name] for name in MODALITIES))

    def is_input(self, path, case):
        """Whether a path is, or would be read as, an image or the truth of the case."""
        if case.channels is not None:
            return find_root(self.images(case)[0]).resolve() in path.resolve().parents
        parents = {image.parent.resolve() for image in self.images(case)}
        # In 2013 and 2015, each image has a folder of its own in that of the case.
        folder = parents.pop() if len(parents) == 1 else parents.pop().parent
        above = path.parent.resolve()
        if folder in (above, above.parent) and role_of(path.name) is not None:
            return True
        return super().is_input(path, case)

    def is_among_inputs(self, folder, root):
        """Whether a folder is that of the cases, or would be taken for one of them."""
        return root.resolve() in (folder.resolve(), *folder.resolve().parents)

    def segment(self, segmenter, case, progress, warn):
        """Segments a case; shows what the checks found before the minutes are spent."""
        scan = segmenter.read(case)
        for finding in scan.findings:
            warn(finding)
        result = segmenter.segment(scan, progress)
        return result.labels, result.findings

    def shown(self, source, path, names):
        """Reads images and labels turned to the axes of BraTS; see `Files.shown`."""
        case = self.open_case(source)
        scan = open_scan(case, force=True)  # it was checked when it was segmented
        values, geometry = read_volume(path)
        labels = to_canonical(values, release_of(case.images) or _DEFAULT_RELEASE, path)
        images = CaseImages(
            images=dict(zip(MODALITIES, scan.volumes, strict=True)),
            truth=None,
            labels=names,
            license="",
            affine=brats_geometry(geometry).affine,
        )
        return images, to_brats_axes(labels, geometry.affine)

    def encode(self, path, labels, case):
        release = release_of(case.images) or _DEFAULT_RELEASE
        values = from_canonical(labels, release)
        return encode_labels(path, values, case.images[MODALITIES[0]])


def _is_case(folder):
    try:
        find_scan(folder)
    except UserError:
        return False
    return True
