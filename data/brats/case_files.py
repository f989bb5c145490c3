"""The files of one BraTS case as found in its folder, complete or not."""

from dataclasses import dataclass
from pathlib import Path

from common.errors import UserError
from common.files import unreadable
from data.brats.releases import MODALITIES, ROLES
from data.ignored import files_below


@dataclass(frozen=True)
class CaseFiles:
    """What a case's folder holds.

    Args:
        id: unique within the data set, unless the data set is at fault.
        patient: identifier that all exams of the patient share.
        group: `"HGG"`, `"LGG"` or `""`.
        folder: the case's folder.
        files: by role (the modalities and `"seg"`), all files whose names say so:
            none if it is missing, two if there are two.
        others: files without a role, such as license texts.
        error: why the folder could not be listed as a whole, or None.
    """

    id: str
    patient: str
    group: str
    folder: Path
    files: dict[str, tuple[Path, ...]]
    others: tuple[Path, ...]
    error: UserError | None = None

    @property
    def missing(self):
        """The modalities without a file, in order."""
        return tuple(name for name in MODALITIES if not self.files[name])

    @property
    def duplicated(self):
        """The roles with more than one file, in order."""
        return tuple(role for role in ROLES if len(self.files[role]) > 1)


def list_case_files(release, folder, group):
    """Lists the files of a case; nothing is opened.

    Args:
        release: the `Release`.
        folder: the case's folder.
        group: its grade, or `""`.

    Returns:
        A `CaseFiles`.
    """
    files, others, error = {role: [] for role in ROLES}, [], None
    try:
        for path in files_below(folder, depth=1):
            role = release.role(folder.name, path.name)
            (others if role is None else files[role]).append(path)
    except OSError as reason:
        error = unreadable(folder, reason)
    patient = release.patient(folder.name)
    case_id = release.case_id(folder.name, group)
    return CaseFiles(
        id=case_id,
        # Patients of two grades with the same name are two patients.
        patient=case_id.removesuffix(folder.name) + patient,
        group=group,
        folder=folder,
        files={role: tuple(sorted(paths)) for role, paths in files.items()},
        others=tuple(sorted(others)),
        error=error,
    )
