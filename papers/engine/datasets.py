"""The data sets by name: how each is opened, checked, downloaded and imitated."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from common.errors import UserError
from data import brats, figshare, msd
from data.phantom import brats as brats_phantom
from data.phantom import figshare as figshare_phantom
from data.phantom import msd as msd_phantom

BRATS = ("brats13", "brats15", "brats17", "brats18", "brats19", "brats20", "brats21")
BRATS += ("brats23",)


class DataSetTools(ABC):
    """What the command line can do with a data set."""

    phantom_count: int
    """Number of cases of a phantom where none is asked for."""

    has_volumes = False
    """Whether the cases are volumes, which all papers prepare alike."""

    is_public = False
    """Whether it can be downloaded; others are handed out to registered users."""

    @abstractmethod
    def check(self, folder):
        """Returns the list of `data.integrity.Finding` about a folder."""

    @abstractmethod
    def phantom_size(self, count):
        """Returns the arguments of `write_phantom` that make a number of cases."""

    @abstractmethod
    def write_phantom(self, folder, **options):
        """Writes synthetic cases in the data set's layout; options are its own."""

    def download(self, folder, say):
        """Fetches the data set into a folder, where `is_public`."""
        raise NotImplementedError

    def download_cases(self, folder, cases, say):
        """Fetches single cases into a folder, where the data set's server can.

        Raises:
            UserError: it cannot.
        """
        raise UserError(
            f"CASES={','.join(cases)}",
            "a data set of which single cases can be had: msd",
            "another one",
            "leave --cases (CASES=) out: all of it is downloaded",
        )

    def open_volumes(self, folder):
        """Returns the data set in a folder, where it `has_volumes`."""
        raise NotImplementedError


class _Figshare(DataSetTools):
    phantom_count = 160
    is_public = True

    def check(self, folder):
        return figshare.check_figshare(folder)

    def phantom_size(self, count):
        return {"count": count}

    def write_phantom(self, folder, **options):
        figshare_phantom.write_phantom(folder, **options)

    def download(self, folder, say):
        figshare.download_figshare(folder, say)


@dataclass(frozen=True)
class _Brats(DataSetTools):
    release: str
    phantom_count = 6
    has_volumes = True

    def check(self, folder):
        return brats.check_brats(folder, release=self.release)

    def phantom_size(self, count):
        lgg = count // 4  # as in BraTS 2017, three of four cases are HGG
        return {"hgg": count - lgg, "lgg": lgg}

    def write_phantom(self, folder, **options):
        brats_phantom.write_phantom(folder, release=self.release, **options)

    def open_volumes(self, folder):
        return brats.BratsDataset(folder, release=self.release)


class _Msd(DataSetTools):
    phantom_count = 6
    has_volumes = True
    is_public = True

    def check(self, folder):
        return msd.check_msd(folder)

    def phantom_size(self, count):
        return {"count": count}

    def write_phantom(self, folder, **options):
        msd_phantom.write_phantom(folder, **options)

    def download(self, folder, say):
        msd.download_msd(folder, say)

    def download_cases(self, folder, cases, say):
        msd.download_cases(folder, cases, say)

    def open_volumes(self, folder):
        return msd.MsdDataset(folder)


_DATA_SETS = {
    "figshare": _Figshare(),
    "msd": _Msd(),
    **{name: _Brats(name) for name in BRATS},
}


def downloadable():
    """Returns the names of the data sets that can be downloaded."""
    return tuple(name for name, one in _DATA_SETS.items() if one.is_public)


def tools(name):
    """Returns the `DataSetTools` of a data set.

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
