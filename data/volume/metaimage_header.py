"""The header of a MetaImage file, refused where ITK might not survive it."""

import math
import re
from dataclasses import dataclass

from common.errors import UserError
from common.files import unreadable
from data.volume.header import COPY_AGAIN

_LONGEST = 1 << 16  # bytes of a header
# The last line of the header; the voxels follow.
_LAST_LINE = re.compile(rb"^ElementDataFile\s*[=:]\s*LOCAL[ \t]*\r?\n", re.MULTILINE)
_ELSEWHERE = re.compile(rb"^ElementDataFile\s*[=:]", re.MULTILINE)
_LINE = re.compile(r"(\w+)\s*[=:]\s*([^=]{0,1000})")
_MAX_AXES = 10  # of ITK's arrays of fixed length
# How many numbers a field holds: of so many axes, their square, or one.
_PER_AXIS = {"DimSize", "ElementSpacing", "Offset", "Position", "Origin", "ElementSize"}
_PER_AXIS |= {"CenterOfRotation"}
_PER_PAIR = {"TransformMatrix", "Rotation", "Orientation"}
_WHOLE = {"NDims", "DimSize", "CompressedDataSize", "ElementNumberOfChannels"}
_WHOLE |= {"HeaderSize", "ID", "ParentID"}


@dataclass(frozen=True)
class MetaImageHeader:
    """What a MetaImage file says about how its voxels are stored.

    Args:
        size: of the header in bytes.
        is_compressed: whether the voxels are packed by zlib.
    """

    size: int
    is_compressed: bool


def read_header(path):
    """Reads the lines of the header and checks that each holds what it should.

    Args:
        path: a `.mha` file.

    Returns:
        A `MetaImageHeader`.

    Raises:
        UserError: the file cannot be read, its voxels are elsewhere, or a line is
            damaged.
    """
    try:
        with open(path, "rb") as file:
            content = file.read(_LONGEST)
    except OSError as error:
        raise unreadable(path, error) from error
    last = _LAST_LINE.search(content)
    if last is None:
        if not _ELSEWHERE.search(content):
            raise damaged_metaimage(path)
        expected = "voxels in the file itself, after ElementDataFile = LOCAL"
        raise UserError(path, expected, "none", COPY_AGAIN)
    fields = {}
    for line in content[: last.start()].decode("latin-1").splitlines():
        found = _LINE.fullmatch(line.strip())
        if found is None or found[1] in fields:
            raise damaged_metaimage(path)
        fields[found[1]] = found[2].split()
    axes = _numbers(fields.get("NDims", ()), True)
    if len(axes) != 1 or not 1 <= axes[0] <= _MAX_AXES:
        raise damaged_metaimage(path)
    if not all(_is_right(name, words, int(axes[0])) for name, words in fields.items()):
        raise damaged_metaimage(path)
    packed = (fields.get("CompressedData") or ["False"])[0]
    return MetaImageHeader(last.end(), packed[0] in "Tt1")


def damaged_metaimage(path):
    """Returns the error about a file that is no whole volume."""
    received = "a damaged or truncated one"  # the reasons that ITK gives mislead
    return UserError(path, "a readable MetaImage volume", received, COPY_AGAIN)


def _is_right(name, words, axes):
    """Whether a field of numbers holds as many as it should, and nothing else."""
    count = axes if name in _PER_AXIS else axes**2 if name in _PER_PAIR else 1
    if count == 1 and name not in _WHOLE | _PER_AXIS | _PER_PAIR:
        return name != "ElementType" or len(words) == 1
    return len(_numbers(words, name in _WHOLE)) == len(words) == count


def _numbers(words, whole):
    """Returns the numbers among some words: whole ones, or finite ones."""
    pattern = r"-?\d{1,18}" if whole else r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?"
    found = [float(word) for word in words if re.fullmatch(pattern, word, re.ASCII)]
    return [number for number in found if math.isfinite(number)]
