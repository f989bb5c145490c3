"""The data sets by name: how each is checked, downloaded and imitated."""

from collections.abc import Callable
from dataclasses import dataclass

from common.errors import UserError
from data.download import download_figshare
from data.figshare_check import check_figshare
from data.figshare_phantom import write_phantom as write_figshare_phantom


@dataclass(frozen=True)
class DataSetTools:
    """What the command line can do with a data set.

    Args:
        check: function from a folder to a list of findings.
        download: function that fetches it into a folder.
        write_phantom: function that writes a number of synthetic cases in its
            layout into a folder.
    """

    check: Callable
    download: Callable
    write_phantom: Callable


_DATA_SETS = {
    "figshare": DataSetTools(check_figshare, download_figshare, write_figshare_phantom)
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
            "such as `make check-data DATASET=figshare DATA=folder`",
        )
    return _DATA_SETS[name]
