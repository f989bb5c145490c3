"""What a paper declares of weights that can be had by one command."""

from dataclasses import dataclass
from pathlib import Path

from common.files import digest


@dataclass(frozen=True, kw_only=True)
class Weights:
    """Weights of a method, their origin and what they were trained on.

    Args:
        id: short name, unique among all papers.
        paper: id of the paper.
        method: id of the method whose rows score them.
        title: what they are, in words.
        data: what they were trained on.
        budget: for how long.
        url: address of the folder of the files.
        page: where a person finds them.
        license: name of the license and its holder.
        license_file: the license's text, which is put beside the files.
        files: the `papers.engine.zoo.weight_file.WeightFile`s.
        scored_on: name of a data set of cases that they have not seen, whose score the
            table shows.
        scores: columns of `cases.csv` that it shows, by what they are called.
    """

    id: str
    paper: str
    method: str
    title: str
    data: str
    budget: str
    url: str
    page: str
    license: str
    license_file: Path
    files: tuple
    scored_on: str
    scores: dict[str, str]

    @property
    def size(self):
        """Bytes of all files."""
        return sum(file.size for file in self.files)

    @property
    def sha256(self):
        """A SHA-256 of the names and SHA-256 of all files."""
        return digest([[file.name, file.sha256] for file in self.files])
