"""What the licenses of the data sets on BraTS say of images that are shown."""

from common.reporting.cells import is_phantom
from papers.engine.brats.figures import ATTRIBUTION

_PHANTOM = "A phantom: a synthetic head, of nobody."
_MSD = "Image: Medical Segmentation Decathlon, Task01_BrainTumour, CC BY-SA 4.0."
_BRATS = (
    "Image: BraTS, handed out to registered users for research, without copies. Keep "
    "this page to yourself."
)


def license_of(data, case_id):
    """Returns the sentence that belongs beside an image of a case.

    Args:
        data: name of the data set.
        case_id: the case.
    """
    if is_phantom(data):  # whose cases have the names of real ones
        return _PHANTOM
    if case_id in ATTRIBUTION:
        return f"Image: {ATTRIBUTION[case_id]}."
    return _MSD if data.startswith("msd") else _BRATS
