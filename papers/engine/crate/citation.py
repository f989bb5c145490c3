"""What `CITATION.cff` says of the suite."""

import re

_TOP = re.compile(r"^([a-z-]+): *\"?([^\"\n]+)\"?$", re.M)
_AUTHORS = re.compile(r"^authors:\n((?:[ -].*\n)+)", re.M)
_NAME = re.compile(r"name: *\"?([^\"\n]+)\"?$", re.M)


def citation(root):
    """Returns the top-level values of `CITATION.cff`, with `authors` a list of names.

    The file is ours, of single lines, so that no YAML parser is needed.

    Args:
        root: the folder of the repository.
    """
    text = (root / "CITATION.cff").read_text(encoding="utf-8")
    return dict(_TOP.findall(text)) | {
        "authors": _NAME.findall(_AUTHORS.search(text)[1])
    }
