"""Changes of files at the places where their formats keep what readers trust."""

import gzip
import struct
import zlib

from tests.fuzz.mutations import mutated
from tests.fuzz.texts import mutated_csv, mutated_json

# Offset and type of what the header of NIfTI-1 says: sizes, type, scaling, place.
_NIFTI = [(0, "i"), (252, "h"), (254, "h"), (108, "f"), (112, "f"), (116, "f")]
_NIFTI += [(70, "h"), (72, "h"), (123, "b"), *((40 + 2 * n, "h") for n in range(8))]
_NIFTI += [(offset, "f") for offset in (*range(76, 108, 4), *range(256, 328, 4))]
# What HDF5 and its MATLAB files begin their parts with.
_HDF5 = [b"\x89HDF", b"TREE", b"SNOD", b"HEAP", b"OHDR", b"cjdata", b"IM", b"FRHP"]
_META = [b"NDims = 3", b"CompressedData = ", b"ElementType = ", b"DimSize = "]
_META += [b"ElementSpacing = ", b"TransformMatrix = ", b"Offset = "]
_META += [b"CompressedDataSize = ", b"ElementDataFile = ", b"ObjectType = "]
_META += [b"BinaryDataByteOrderMSB = ", b"BinaryData = "]
_WORDS = [b"-1", b"0", b"99999999999", b"1e400", b"nan", b"True", b"x", b"", b"LIST"]
_WORDS += [b"1 1 1 1", b"0 0 0", b"/etc/passwd", b"../x.raw", b"MET_DOUBLE", b"4"]
_WORDS += [b"9 " * 300, b"65536 65536 65536", b"MET_LONG_LONG", b"Scene", b"x%d.raw"]
# Group and element of DICOM that decide its size, kind and place.
_DICOM = [(0x28, 0x10), (0x28, 0x11), (0x28, 0x100), (0x28, 0x101), (0x28, 0x102)]
_DICOM += [(0x28, 0x103), (0x28, 2), (0x28, 4), (0x28, 8), (0x28, 0x30), (0x20, 0x32)]
_DICOM += [(0x20, 0x37), (0x20, 0x0E), (2, 0x10), (2, 0), (2, 2), (8, 0x16), (8, 5)]
_DICOM += [(0x28, 0x1052), (0x28, 0x1053), (0x7FE0, 0x10), (0x20, 0x11), (0x18, 0x50)]
_VALUES = [b"NaN", b"inf", b"1e400", b"-1", b"0", b"\\\\", b"\xff\xfe", b"99999999999"]
_KINDS = [b"SQ", b"OB", b"UN", b"US", b"DS", b"UT", b"ZZ", b"\0\0"]


def damaged(name, content, draw):
    """Returns the content of a file after changes that suit its name, or any.

    Args:
        name: the file's name.
        content: its bytes.
        draw: a `random.Random`.
    """
    if name.endswith(".gz") and draw.random() < 0.8:
        return _within_gzip(name, content, draw)
    by_suffix = {".json": mutated_json, ".csv": mutated_csv, ".nii": _nifti}
    by_suffix |= {".mha": _metaimage, ".dcm": _dicom, ".mat": _hdf5, ".h5": _hdf5}
    suited = next((by_suffix[end] for end in by_suffix if name.endswith(end)), None)
    if suited is None or draw.random() < 0.4:
        return mutated(content, draw)
    return suited(content, draw)


def _within_gzip(name, content, draw):
    """Damages what is compressed; sometimes its checksum or length as well."""
    try:
        inner = gzip.decompress(content)
    except (OSError, EOFError, zlib.error):
        return mutated(content, draw)
    packed = gzip.compress(damaged(name.removesuffix(".gz"), inner, draw), 1, mtime=0)
    kind = draw.random()
    if kind < 0.05:
        return packed + packed
    if kind < 0.1:
        return packed[:-8] + mutated(packed[-8:], draw, 1)
    return packed


def _nifti(content, draw):
    """Puts a number where the header has one of its type."""
    for _ in range(draw.choice((1, 1, 2))):
        place, kind = draw.choice(_NIFTI)
        if kind == "f":
            value = draw.choice((0.0, -1.0, 1e38, float("nan"), float("inf"), 1e-40))
        else:
            most = (1 << 8 * struct.calcsize(kind) - 1) - 1
            value = draw.choice((0, 1, 2, 3, 4, 5, 8, 16, 64, 128, -1, most, -most - 1))
            value = max(-most - 1, min(most, value))
        number = struct.pack(f"<{kind}", value)
        content = content[:place] + number + content[place + len(number) :]
    return content


def _metaimage(content, draw):
    """Replaces what one line of the header says, or the line."""
    found = [key for key in _META if key in content]
    if not found:
        return mutated(content, draw)
    start = content.index(draw.choice(found))
    end = content.find(b"\n", start)
    line, word = content[start:end], draw.choice(_WORDS)
    name = line.partition(b"=")[0]
    twice = line + b"\n" + line
    new = draw.choice((name + b"= " + word, name + b": " + word, b"", twice))
    return content[:start] + new + content[end:]


def _dicom(content, draw):
    """Changes value, length or type of one element that a reader needs."""
    places = [content.find(struct.pack("<HH", *tag)) for tag in _DICOM]
    places = [place for place in places if place >= 0]
    if not places:
        return mutated(content, draw)
    place = draw.choice(places)
    size = struct.unpack("<H", content[place + 6 : place + 8].ljust(2, b"\0"))[0]
    start, kind = place + 8, draw.random()
    if kind < 0.5:
        old = content[start : start + size]
        word = draw.choice([*_VALUES, draw.randbytes(2)])
        value = (word * size)[:size] if draw.random() < 0.5 else word.ljust(size)[:size]
        return content[:start] + value + content[start + len(old) :]
    if kind < 0.7:
        length = struct.pack("<H", draw.choice((0, 1, 2, 0xFFFF, 0x7FFF, size + 1)))
        return content[: start - 2] + length + content[start:]
    if kind < 0.85:
        return content[: start - 4] + draw.choice(_KINDS) + content[start - 2 :]
    return content[:place] + content[start + size :]


def _hdf5(content, draw):
    """Damages what stands shortly behind the beginning of a part."""
    places = [content.find(mark) for mark in _HDF5]
    places = [place for place in places if place >= 0]
    if not places:
        return mutated(content, draw)
    # One of the parts of that kind: the first may be found by its mark, others by far.
    start = draw.choice(places) + draw.choice((0, 0, 0, draw.randrange(2048)))
    end = start + draw.choice((16, 64, 256))
    return content[:start] + mutated(content[start:end], draw) + content[end:]
