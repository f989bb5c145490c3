"""The releases of BraTS as data: names of cases and files, labels, totals."""

import re
from dataclasses import dataclass, field
from functools import cached_property

MODALITIES = ("flair", "t1", "t1ce", "t2")
ROLES = (*MODALITIES, "seg")
GRID = (155, 240, 240)  # (depth, height, width) in voxels of 1 mm, in all releases

# The placeholders in templates of file names, and what they match.
_PLACEHOLDERS = {
    "{case}": r"(?P<case>.+)",
    "{number}": r"(?P<number>\d+)",
    "{more}": r"(?:_\dmore)?",
    ".nii.gz": r"\.nii(?:\.gz)?",
}


@dataclass(frozen=True)
class Release:
    """A release of BraTS and how its folders are laid out.

    Args:
        name: `"brats17"`.
        title: the name in words.
        case: regular expression of the name of a case's folder; its group `patient`
            is what all exams of one patient share.
        files: template of the file name of each of `ROLES`. `{case}` is the name of
            the folder, `{number}` a number, `{more}` the number of further raters
            in 2013 and 2015; `.nii` is accepted for `.nii.gz`.
        labels: canonical label by value on disk.
        totals: number of cases of the training set by grade (`""` without grades).
        example: name of the folder of a case.
        prefixed: by grade, pattern of the names that also occur, for another
            patient, in the other grade; their ids begin with the grade.
        aliases: by role, another name that its file is known to have.
    """

    name: str
    title: str
    case: str
    files: dict[str, str]
    labels: dict[int, int]
    totals: dict[str, int]
    example: str
    prefixed: dict[str, str] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)

    @property
    def total(self):
        """Number of cases in the training set."""
        return sum(self.totals.values())

    def patient(self, case):
        """Returns the patient of a case, or None if the name is not that of a case.

        Args:
            case: name of the folder.
        """
        match = self._case_pattern.fullmatch(case)
        return match and match["patient"]

    def case_id(self, case, group):
        """Returns the id of a case.

        Args:
            case: name of its folder.
            group: its grade, or `""`.

        Returns:
            The name of the folder, with the grade in front if another grade has it too.
        """
        prefixed = self.prefixed.get(group)
        return f"{group}_{case}" if prefixed and re.match(prefixed, case) else case

    def role(self, case, file):
        """Returns which of `ROLES` a file has, or None.

        Args:
            case: name of the folder of the case.
            file: name of the file.
        """
        for role, pattern in self._file_patterns.items():
            match = pattern.fullmatch(file)
            if match and match.groupdict().get("case", case).lower() == case.lower():
                return role
        return next((r for r, name in self.aliases.items() if name == file), None)

    def number(self, role, file):
        """Returns the number in the name of a file, or None if it has none.

        Args:
            role: the role of the file, one of `ROLES`.
            file: name of the file.
        """
        match = self._file_patterns[role].fullmatch(file)
        return match and match.groupdict().get("number")

    def file_name(self, role, case):
        """Returns the file name of a role, with a placeholder for any number.

        Args:
            role: one of `ROLES`.
            case: name of the folder of the case.
        """
        return self.files[role].format(case=case, number="<number>", more="_3more")

    @cached_property
    def _case_pattern(self):
        return re.compile(self.case, re.IGNORECASE)

    @cached_property
    def _file_patterns(self):
        return {role: _pattern(template) for role, template in self.files.items()}


def _pattern(template):
    parts = re.split(f"({'|'.join(map(re.escape, _PLACEHOLDERS))})", template)
    text = "".join(_PLACEHOLDERS.get(part) or re.escape(part) for part in parts)
    return re.compile(text, re.IGNORECASE)


def _vsd_files(label):
    # The dot and the number that follow keep T1 from matching T1c.
    names = {"flair": "Flair", "t1": "T1", "t1ce": "T1c", "t2": "T2"}
    image = "VSD.Brain.XX.O.MR_{}.{{number}}.mha"
    return {role: image.format(name) for role, name in names.items()} | {"seg": label}


_SUFFIXED = {role: f"{{case}}_{role}.nii.gz" for role in ROLES}
_RENAMED = {"flair": "t2f", "t1": "t1n", "t1ce": "t1c", "t2": "t2w", "seg": "seg"}
_FOUR = {0: 0, 1: 1, 2: 2, 4: 4}
_FIVE = {**_FOUR, 3: 3}

_ALL = (
    # Comes before 2013, whose names mean nothing outside of their grade folders.
    Release(
        name="brats15",
        title="BRATS 2015",
        case=r"(?P<patient>brats_(?:2013|tcia)_pat\d+)_\d+",
        files=_vsd_files("VSD.Brain{more}.XX.O.OT.{number}.mha"),
        labels=_FIVE,
        totals={"HGG": 220, "LGG": 54},
        example="brats_tcia_pat118_0001",
        # The ten LGG cases from 2013 have the same names as ten of the HGG cases.
        prefixed={"LGG": r"brats_2013_"},
    ),
    Release(
        name="brats13",
        title="BRATS 2013",
        case=r"(?P<patient>\d{4})",
        files=_vsd_files("VSD.Brain{more}.XX.XX.OT.{number}.mha"),
        labels=_FIVE,
        totals={"HGG": 20, "LGG": 10},
        example="0001",
        prefixed={"HGG": r"\d", "LGG": r"\d"},
    ),
    *(
        Release(
            name=f"brats{year}",
            title=f"BraTS 20{year}",
            case=rf"(?P<patient>Brats{year}_[A-Z0-9]+_[A-Z0-9]+)_\d+",
            files=_SUFFIXED,
            labels=_FOUR,
            totals={"HGG": high, "LGG": low},
            example=f"{prefix}{year}_CBICA_AAB_1",
        )
        for year, prefix, high, low in (
            (17, "Brats", 210, 75),
            (18, "Brats", 210, 75),
            (19, "BraTS", 259, 76),
        )
    ),
    Release(
        name="brats20",
        title="BraTS 2020",
        case=r"(?P<patient>BraTS20_[A-Z]+_\d{3})",
        files=_SUFFIXED,
        labels=_FOUR,
        totals={"HGG": 293, "LGG": 76},
        example="BraTS20_Training_001",
        aliases={"seg": "W39_1998.09.19_Segm.nii"},  # case 355, as published
    ),
    Release(
        name="brats21",
        title="BraTS 2021",
        case=r"(?P<patient>BraTS2021_\d{5})",
        files=_SUFFIXED,
        labels=_FOUR,
        totals={"": 1251},
        example="BraTS2021_00000",
    ),
    Release(
        name="brats23",
        title="BraTS-GLI 2023",
        case=r"(?P<patient>BraTS-GLI-\d{5})-\d{3}",
        files={r: f"{{case}}-{token}.nii.gz" for r, token in _RENAMED.items()},
        labels={0: 0, 1: 1, 2: 2, 3: 4},
        totals={"": 1251},
        example="BraTS-GLI-00000-000",
    ),
)
RELEASES = {release.name: release for release in _ALL}

# Glioma patients after treatment. Its 4 is the resection cavity, no tumor; the
# enhancing tumor is 3, as in 2023, whose names it has with an exam number from 100. It
# is no data set of this suite: no folder is found by it, but its label maps are scored.
_TREATED = Release(
    name="brats24",
    title="BraTS-GLI 2024",
    case=r"(?P<patient>BraTS-GLI-\d{5})-1\d{2}",
    files=RELEASES["brats23"].files,
    labels={0: 0, 1: 1, 2: 2, 3: 4, 4: 5},
    totals={},
    example="BraTS-GLI-00005-100",
)
# Every release whose label maps can be read.
LABELINGS = RELEASES | {_TREATED.name: _TREATED}
