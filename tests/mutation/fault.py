"""One fault of the list: a piece of code and the wrong code in its place."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

LISTS = Path(__file__).parent / "faults"


@dataclass(frozen=True)
class Fault:
    """A mistake that a good engineer could make, to be planted alone.

    Args:
        id: short name.
        file: the file, from the repository's root.
        kind: such as `"wrong axis"`.
        wrong: what is wrong then, one sentence.
        old: the code as it is, which the file holds exactly once.
        new: the code in its place.
        tests: tests to run first, where no test file has the name of the file.
    """

    id: str
    file: str
    kind: str
    wrong: str
    old: str
    new: str
    tests: tuple[str, ...] = ()

    def planted(self, text):
        """Returns the text of the file with the fault.

        Raises:
            ValueError: the text does not hold the code exactly once.
        """
        count = text.count(self.old)
        if count != 1:
            raise ValueError(
                f"Fault {self.id}: expected its code once in {self.file}. Received: "
                f"{count} times. Correct `old` in {LISTS.name}/, or replace the fault."
            )
        return text.replace(self.old, self.new)


def read_faults():
    """Returns all faults, in the order of their files."""
    faults = []
    for path in sorted(LISTS.glob("*.toml")):
        for entry in tomllib.loads(path.read_text(encoding="utf-8"))["fault"]:
            faults.append(Fault(**entry | {"tests": tuple(entry.get("tests", ()))}))
    return faults
