"""What `dataset.json` of the Decathlon says: the order of volumes, labels and cases."""

from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from common.errors import UserError
from common.files import read_json
from data.brats.releases import MODALITIES, Release
from data.folder_notes import OWN_FILE

RELEASE = Release(
    name="msd",
    title="the Medical Segmentation Decathlon, Task01_BrainTumour",
    case=r"BRATS_\d+",
    files={},
    labels={0: 0, 1: 2, 2: 1, 3: 4},
    totals={"": 484},
    example="BRATS_001",
)
FOLDERS = ("imagesTr", "labelsTr", "imagesTs")
_CHANNELS = {"flair": "flair", "t1w": "t1", "t1gd": "t1ce", "t2w": "t2"}
_LABELS = {
    "background": 0,
    "edema": 2,
    "non-enhancing tumor": 1,
    "enhancing tumor": 4,
}
_NEXT = (
    f"copy {OWN_FILE} from the archive again: `make data-msd CASES=BRATS_001 "
    "DATA=folder` fetches it with one case"
)


@dataclass(frozen=True)
class Description:
    """What a checked `dataset.json` says.

    Args:
        channels: the index of each of `MODALITIES` among the volumes of a file.
        release: the `Release`, with the meaning of each label.
        training: file names of the training cases, in order.
        test: file names of the test cases, in order.
    """

    channels: dict[str, int]
    release: Release
    training: tuple[str, ...]
    test: tuple[str, ...]


def holds_msd(root):
    """Whether a folder is one of the Decathlon, by its `dataset.json` and folders.

    The file alone may lie beside any cases, as what is left of a conversion.

    Args:
        root: the data set's own folder.
    """
    if not any((Path(root) / name).is_dir() for name in FOLDERS):
        return False
    try:
        settings = read_json(Path(root) / OWN_FILE)
    except UserError:
        return False
    return isinstance(settings, dict) and {"modality", "numTraining"} <= set(settings)


def read_description(root):
    """Reads and checks `dataset.json`.

    Args:
        root: the data set's own folder.

    Raises:
        UserError: the file cannot be read, or is not that of the brain tumors: it has
            other modalities or labels, or no list of cases.
    """
    path = Path(root) / OWN_FILE
    settings = read_json(path)
    found = settings if isinstance(settings, dict) else {}
    channels = _meaning(found.get("modality"), _CHANNELS)
    labels = _meaning(found.get("labels"), _LABELS)
    training, test = (_names(found.get(key)) for key in ("training", "test"))
    for key, value, expected in (
        ("modality", channels, "FLAIR, T1w, t1gd and T2w, each with its number"),
        ("labels", labels, f"{', '.join(_LABELS)}, each with its number"),
        ("training", training, "a list of image and label of each case"),
        ("test", test, "a list of images"),
    ):
        if value is None:
            received = repr(found.get(key))[:200]
            raise UserError(path, f"{key}: {expected}", received, _NEXT)
    return Description(
        channels={name: channels[name] for name in MODALITIES},
        release=replace(RELEASE, labels={labels[label]: label for label in labels}),
        training=training,
        test=test,
    )


def _meaning(entries, known):
    """Returns the number of each name's meaning; None if a name is unknown or missing.

    Args:
        entries: name by number, a text, as in the file.
        known: what each name means, in lower case.
    """
    if not isinstance(entries, dict):
        return None
    found = {}
    for number, name in entries.items():
        name = str(name).strip().lower().replace("tumour", "tumor")
        if name not in known or not number.isdecimal():
            return None
        found[known[name]] = int(number)
    return found if sorted(found.values()) == list(range(len(known))) else None


def _names(entries):
    """Returns the file names of a list of cases; None if it is no such list."""
    if not isinstance(entries, list):
        return None
    images = [one.get("image") if isinstance(one, dict) else one for one in entries]
    if not all(isinstance(image, str) for image in images):
        return None
    return tuple(PurePosixPath(image).name for image in images)
