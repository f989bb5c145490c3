"""A guess of the modality of a DICOM series, for the user to confirm."""

import re

# Words of descriptions; what is neither of the four comes first.
_OTHER = {
    *("dwi", "adc", "dti", "diff", "diffusion", "trace", "tracew", "swi", "swan"),
    *("perf", "perfusion", "dsc", "dce", "asl", "tof", "angio", "mra", "loc"),
    *("localizer", "localiser", "scout", "survey", "bold", "fmri", "epi", "phase"),
    *("fa", "b0", "b1000", "mip"),
}
_FLAIR = {"flair", "t2f", "darkfluid", "dark"}
# Fluid or fat may be what it suppresses: after T2 alone it says neither.
_INVERSION = {"tirm"}
_T1 = {"t1", "t1w", "t1n", "mprage", "mpr", "spgr", "bravo", "tfl", "fspgr", "vibe"}
_T2 = {"t2", "t2w"}
_CONTRAST = {"gd", "gad", "gado", "gadolinium", "post", "ce", "km", "contrast"}
_CONTRAST |= {"postcontrast", "gadavist", "dotarem", "enhanced", "mit", "postgad"}
_CONTRAST |= {"postkm", "postgd", "postce"}
_T1CE = {"t1c", "t1ce", "t1gd", "t1post", "t1km"}
_BEFORE = {"pre", "ohne", "without", "precontrast", "native", "nativ", "non", "no"}
# Times in ms that tell weightings apart.
_FLUID, _LONG_ECHO, _SHORT_ECHO, _LONG_REPEAT, _SHORT_REPEAT = 1500, 60, 35, 1500, 1000
_MAGNETIZATION = (500, 1300)  # inversion of a prepared gradient echo, such as MPRAGE


def guess_modality(header):
    """Guesses which modality a series is.

    The words of its description count first, then inversion, echo and repetition time,
    and whether an agent was given.

    Args:
        header: a `data.volume.dicom_header.DicomHeader`.

    Returns:
        `(modality, reason)`: `"flair"`, `"t1"`, `"t1ce"`, `"t2"` or None, and the words
        or tags that say so.
    """
    words = set(re.findall(r"[a-z0-9]+", header.description.lower()))
    star = "t2*" in header.description.lower()
    if found := words & _OTHER or ({"t2*"} if star else set()):
        return None, min(found)
    # Before those of FLAIR: an inversion recovery may be weighted by T1, too.
    if found := words & _T1CE:
        return "t1ce", min(found)
    if found := words & _T1:
        return _with_contrast(header, words, min(found))
    if found := words & _FLAIR:
        return "flair", min(found)
    if found := words & _INVERSION:
        return (None if words & _T2 else "flair"), min(found)
    if found := words & _T2:
        return "t2", min(found)
    return _by_times(header, words)


def _by_times(header, words):
    echo, repeat, inverted = (
        time or 0.0
        for time in (header.echo_time, header.repetition_time, header.inversion_time)
    )
    said = f"TE {echo:g}, TR {repeat:g}, TI {inverted:g} ms"
    if inverted >= _FLUID:
        return ("flair", said) if echo >= _LONG_ECHO else (None, said)
    low, high = _MAGNETIZATION
    if 0 < echo < _SHORT_ECHO and (low <= inverted <= high or repeat < _SHORT_REPEAT):
        return _with_contrast(header, words, said)
    if echo >= _LONG_ECHO and repeat >= _LONG_REPEAT and not inverted:
        return "t2", said
    return None, said


def _with_contrast(header, words, said):
    if words & _BEFORE:
        return "t1", f"{said}, {min(words & _BEFORE)}"
    if found := words & _CONTRAST:
        return "t1ce", f"{said}, {min(found)}"
    if found := re.search(r"\+c|\bc\+", header.description.lower()):
        return "t1ce", f"{said}, {found[0]}"
    if header.contrast:
        return "t1ce", f"{said}, a contrast agent was given"
    return "t1", said
