"""The brain of an image by a program of the user's choice, such as HD-BET."""

import shlex
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

from common.errors import UserError
from common.files import describe_os_error
from data.scans.inputs import read_input
from data.volume.nifti import encode_nifti

PLACES = ("{in}", "{out}")
_TEST = "run the command alone, on a NIfTI file, to see what it says"


def strip_skull(command, image):
    """Runs a skull-stripper on an image.

    It gets a NIfTI file without anything of the image's own header, in a temporary
    folder. No shell is involved: the command is split into words as a shell would, and
    `{in}` and `{out}` are replaced in each word.

    Args:
        command: such as `"hd-bet -i {in} -o {out}"`; what it writes to `{out}` is not 0
            in the brain, be it a mask or the stripped image.
        image: the `Input`.

    Returns:
        An `Input` that is not 0 in the brain.

    Raises:
        UserError: the command lacks a place, cannot be run, fails, or writes nothing or
            something else than a NIfTI file.
    """
    words = _words(command)
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, name) for name in ("in.nii.gz", "out.nii.gz")]
        paths[0].write_bytes(encode_nifti(image.array, image.geometry.affine))
        for place, path in zip(PLACES, paths, strict=True):
            words = [word.replace(place, str(path)) for word in words]
        _run(words, paths)
        found = _read(words[0], paths[1])
    return replace(found, name=f"what {words[0]} found")


def _words(command):
    try:
        words = shlex.split(command)
    except ValueError:  # a quotation mark that is not closed
        words = []
    if not all(any(place in word for word in words) for place in PLACES):
        raise UserError(
            "--skull-strip",
            "a command with the words {in} and {out}",
            command,
            'such as --skull-strip "hd-bet -i {in} -o {out}"',
        )
    return words


def _run(words, paths):
    """Runs a command; `paths` are its input and its output."""
    name = words[0]
    try:
        done = subprocess.run(
            words, stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
    except OSError as error:
        fix = "install it, or name its file with its folder; or pass --brain-mask FILE"
        received = describe_os_error(error)
        raise UserError(name, "a program to strip the skull", received, fix) from error
    if done.returncode:
        said = (done.stderr or done.stdout).decode(errors="replace").split("\n")
        last = next(
            (line.strip() for line in reversed(said) if line.strip()), "nothing"
        )
        ended = f"exit code {done.returncode}"
        if done.returncode < 0:  # often for want of memory
            ended = f"killed by signal {-done.returncode}"
        received = f"{ended}, and last: {last}"
        raise UserError(name, "to strip the skull", received, _TEST)
    if not paths[1].is_file():
        raise UserError(name, "a file where {out} stands", "none", _TEST)


def _read(name, path):
    """Returns what a command wrote; the file's own path is gone when a user looks."""
    try:
        return read_input(path)
    except UserError as error:
        expected = "a NIfTI file (.nii.gz) where {out} stands"
        raise UserError(name, expected, "a file that is none", _TEST) from error
