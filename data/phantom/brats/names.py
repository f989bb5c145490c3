"""Names of the cases, files and tables of the BraTS phantom, as in each release."""

import csv
import io
import string

import numpy as np

from data.order import generator
from data.phantom.portable import exp, normal

_COLUMNS = {
    "brats17": ("Brats17ID", "Age", "Survival"),
    "brats18": ("BraTS18ID", "Age", "Survival", "ResectionStatus"),
    "brats19": ("BraTS19ID", "Age", "Survival", "ResectionStatus"),
    "brats20": ("Brats20ID", "Age", "Survival_days", "Extent_of_Resection"),
}
_FLAT = ("brats20", "brats21", "brats23")
_SHORT_GRADES = {"HGG": "HG", "LGG": "LG"}
# Names of the cases without labels, and the first of their numbers; these continue
# those of the training cases.
_UNLABELED = {
    "brats13": ("{:04d}", 301),
    "brats15": ("brats_2013_pat{:04d}_1", 301),
    "brats17": ("Brats17_TCIA_{:03d}_1", 601),
    "brats18": ("Brats18_TCIA10_{:03d}_1", 601),
    "brats19": ("BraTS19_TCIA10_{:03d}_1", 601),
    "brats20": ("BraTS20_Validation_{:03d}", 1),
    "brats21": ("BraTS2021_{:05d}", 1701),
    "brats23": ("BraTS-GLI-{:05d}-000", 1701),
}


def case_name(release, grade, index, labeled=True):
    """Returns the name of a case's folder, unique within its grade.

    Args:
        release: name of the release.
        grade: `"HGG"` or `"LGG"`.
        index: number of the case within its grade, from 0.
        labeled: whether it is a training case.
    """
    number = 2 * index + (grade == "LGG")  # across both grades
    if not labeled:
        form, first = _UNLABELED[release]
        return form.format(first + number)
    if release == "brats13":
        return f"{index + 1:04d}"
    if release == "brats15":
        if index % 4 == 0:  # both grades count these from 1, as in the real data
            return f"brats_2013_pat{index // 4 + 1:04d}_1"
        return f"brats_tcia_pat{100 + number}_{index + 1:04d}"
    if release in _FLAT:
        form = {
            "brats20": "BraTS20_Training_{:03d}",
            "brats21": "BraTS2021_{:05d}",
            "brats23": "BraTS-GLI-{:05d}-000",
        }[release]
        return form.format(number + (release == "brats20"))
    prefix = {"brats17": "Brats17", "brats18": "Brats18", "brats19": "BraTS19"}
    source = f"2013_{number}"
    if index % 4:
        site = "" if release == "brats17" else f"{1 + index % 8:02d}"
        source = f"TCIA{site}_{100 + number}"
        if grade == "HGG" and index % 2:  # this source has no LGG cases
            letters = string.ascii_uppercase
            source = "CBICA_" + "".join(letters[index // 26**k % 26] for k in (2, 1, 0))
    return f"{prefix[release]}_{source}_1"


def case_folder(release, grade, index, labeled=True):
    """Returns a case's folder, relative to the data set: below its grade, or flat.

    The validation and test sets of 2015 and later do not reveal the grades.
    """
    name = case_name(release, grade, index, labeled)
    if release == "brats13":
        return f"{_SHORT_GRADES[grade]}/{name}"
    if release == "brats15" and not labeled:
        return f"HGG_LGG/{name}"
    return f"{grade}/{name}" if labeled and release not in _FLAT else name


def case_files(release, grade, index, labeled=True):
    """Returns the path within the data set of each file of a case, by role.

    Args:
        release: a `Release`.
        grade: `"HGG"` or `"LGG"`.
        index: number of the case within its grade, from 0.
        labeled: whether it is a training case. Otherwise it has the name of a case of
            the validation set, or in 2013 and 2015 of the test set.
    """
    folder = case_folder(release.name, grade, index, labeled)
    number = (54510 if labeled else 74510) + 20 * index + 10 * (grade == "LGG")
    numbers = {"flair": 2, "t1": 3, "t1ce": 4, "t2": 5, "seg": 7}
    paths = {}
    for role, template in release.files.items():
        if role == "seg" and not labeled:
            continue
        file = template.format(
            case=folder.split("/")[-1],
            number=number + numbers[role],
            more=f"_{3 - index % 3}more",
        )
        inner = f"{file.removesuffix('.mha')}/" if file.endswith(".mha") else ""
        paths[role] = f"{folder}/{inner}{file}"
    return paths


def tables(release, counts, seed, labeled=True):
    """Returns the content of each table beside the cases, by file name.

    Args:
        release: name of the release.
        counts: number of cases by grade.
        seed: the phantom's seed.
        labeled: whether it is a training set; the table of a validation set does not
            reveal the survival.
    """
    texts = {}
    if release in _COLUMNS and labeled:
        rows = [_survival(release, i, seed) for i in range(counts["HGG"])]
        name = "survival_info.csv" if release == "brats20" else "survival_data.csv"
        texts[name] = _csv([_COLUMNS[release], *rows])
    elif release in _COLUMNS:
        rows = [_survival(release, i, seed, False) for i in range(counts["HGG"])]
        rows = [_COLUMNS[release], *rows]
        texts["survival_evaluation.csv"] = _csv(row[:2] + row[3:] for row in rows)
    if release == "brats20" and labeled:
        other = ("BraTS_2017", "BraTS_2018", "TCGA_TCIA", "BraTS_2019", "BraTS_2020")
        rows = [("Grade", *(f"{name}_subject_ID" for name in other))]
        for grade, count in counts.items():
            for index in range(count):
                rows.append((grade, *["NA"] * 4, case_name(release, grade, index)))
        texts["name_mapping.csv"] = _csv(rows)
    return texts


def _survival(release, index, seed, labeled=True):
    """Returns the row of one patient; only high grades have one."""
    draws = generator(seed, 2 if labeled else 5, index)
    age = round(float(np.clip(normal(draws, 60, 12), 19, 87)), 3)
    days = int(np.clip(exp(normal(draws, 5.8, 0.8)), 5, 1800))
    resection = ("GTR", "STR", "NA")[draws.choice(3, p=[0.4, 0.1, 0.5])]
    row = (case_name(release, "HGG", index, labeled), age, days, resection)
    return row[: len(_COLUMNS[release])]


def _csv(rows):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
