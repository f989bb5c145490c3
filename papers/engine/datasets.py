"""The data sets by name: how each is opened, checked, prepared and imitated."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from common.errors import UserError
from data.brats.check import check_brats
from data.brats.dataset import BratsDataset
from data.figshare.check import check_figshare
from data.figshare.download import download_figshare
from data.phantom.brats.write import write_phantom as write_brats_phantom
from data.phantom.figshare.write import write_phantom as write_figshare_phantom

BRATS = ("brats13", "brats15", "brats17", "brats18", "brats19", "brats20", "brats21")
BRATS += ("brats23",)


@dataclass(frozen=True)
class DataSetTools:
    """What the command line can do with a data set.

    Args:
        check: function from a folder to a list of findings.
        write_phantom: function that writes synthetic cases in its layout into a
            folder; its further arguments are the data set's own.
        phantom_size: function from a number of cases to those arguments.
        phantom_count: that number where none is asked for.
        download: function that fetches it into a folder, or None where it is
            handed out to registered users only.
        open_volumes: function from a folder to the data set, for sets of
            volumes, which all papers prepare alike; else None.
    """

    check: Callable
    write_phantom: Callable
    phantom_size: Callable
    phantom_count: int
    download: Callable | None = None
    open_volumes: Callable | None = None


def _brats(release):
    return DataSetTools(
        check=partial(check_brats, release=release),
        write_phantom=partial(write_brats_phantom, release=release),
        phantom_size=_grades,
        phantom_count=6,
        open_volumes=partial(BratsDataset, release=release),
    )


def _grades(count):
    """Splits a number of cases as BraTS 2017 does: three of four are HGG."""
    lgg = count // 4
    return {"hgg": count - lgg, "lgg": lgg}


_DATA_SETS = {
    "figshare": DataSetTools(
        check=check_figshare,
        write_phantom=write_figshare_phantom,
        phantom_size=lambda count: {"count": count},
        phantom_count=160,
        download=download_figshare,
    ),
    **{release: _brats(release) for release in BRATS},
}


def tools(name):
    """Returns the tools of a data set.

    Raises:
        UserError: there is no such data set.
    """
    if name not in _DATA_SETS:
        raise UserError(
            f"DATASET={name}",
            f"one of {', '.join(_DATA_SETS)}",
            repr(name),
            "such as `make check-data DATASET=brats17 DATA=folder`",
        )
    return _DATA_SETS[name]
