"""One case of a data set: a slice or a volume, and what is known about it."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Case:
    """A case as it is stored on disk; nothing is loaded.

    Args:
        id: unique within its data set; the name of a file or folder, for files are
            named after it. `""` for images that were given one by one.
        patient: the patient's identifier, or None if the data set does not tell it.
        group: grade or tumor type, such as `"HGG"` or `"meningioma"`.
        images: path by modality, such as `{"T1c": Path("1.mat")}`.
        label: path of the label map, or None for unlabeled cases.
        channels: where all images lie in one file, the index of each in it by
            modality; else None.

    Raises:
        ValueError: the id is no such name, as one with a slash.
    """

    id: str
    patient: str | None
    group: str
    images: dict[str, Path]
    label: Path | None
    channels: dict[str, int] | None = None

    def __post_init__(self):
        if self.id in (".", "..") or "/" in self.id or "\0" in self.id:
            raise ValueError(f"Expected the name of a file. Received: id={self.id!r}")
