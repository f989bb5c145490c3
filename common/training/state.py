"""The state of a training run on disk, from which it resumes exactly.

Everything that the next step depends on is saved: the weights, the optimizer's
variables, the state of every seed generator (dropout) and the progress of the run
(step, history, best score). Saving is atomic, two generations are kept, and a
checksum decides which of them is intact. A kill at any moment therefore costs at
most the steps since the last save.
"""

import io
import re
import shutil
from pathlib import Path

import h5py
import numpy as np

from common.errors import UserError
from common.files import atomic_folder, digest, read_json, sha256, write_json

GENERATIONS = 2


class StateStore:
    """The saved states of one run.

    Args:
        folder: where they lie, one folder `step-…` per state.
        key: hash of everything that decides the run; another run's state is
            refused.
    """

    def __init__(self, folder, key):
        self.folder = Path(folder)
        self.key = key

    def save(self, step, variables, extra):
        """Saves one state and drops all but the two newest.

        Args:
            step: global step, which is the number of updates made.
            variables: list of Keras variables, in an order that the same code will
                produce again.
            extra: a dictionary of JSON values, such as `Progress.extra` returns.

        Raises:
            UserError: the folder cannot be written or the disk is full; the
                earlier states remain.
        """
        with atomic_folder(self.folder / f"step-{step:09d}") as folder:
            # In memory first, because HDF5 crashes if the disk is full when it writes.
            content = io.BytesIO()
            with h5py.File(content, "w") as file:
                for index, variable in enumerate(variables):
                    dataset = file.create_dataset(
                        f"{index:05d}", data=np.asarray(variable), track_times=False
                    )
                    dataset.attrs["path"] = variable.path
            # No copy either, and no view that an error would keep open.
            (folder / "variables.h5").write_bytes(content.getvalue())
            manifest = {
                "step": step,
                "key": self.key,
                "sha256": sha256(folder / "variables.h5"),
                "extra": extra,
            }
            manifest["digest"] = digest(manifest)
            write_json(folder / "manifest.json", manifest)
        for old in self._folders()[GENERATIONS:]:
            shutil.rmtree(old)

    def restore(self, variables):
        """Loads the newest intact state into the variables.

        Args:
            variables: the same list as for `save`, freshly built.

        Returns:
            `(step, extra)`, or None if there is no state yet.

        Raises:
            UserError: the state is another run's, or no generation is intact.
        """
        folders = self._folders()
        for folder in folders:
            manifest = self._intact(folder)
            if manifest is None:
                continue
            if manifest["key"] != self.key:
                raise UserError(
                    folder,
                    f"the state of the run {self.key[:12]}",
                    f"the state of another run, {manifest['key'][:12]}",
                    f"use another run folder, or delete {self.folder} to start over",
                )
            self._load(folder / "variables.h5", variables)
            return manifest["step"], manifest["extra"]
        if folders:
            raise UserError(
                self.folder,
                "at least one state with the right checksum",
                f"{len(folders)} damaged",
                "delete the folder to train this run from the start",
            )
        return None

    def newest(self):
        """Returns `(step, extra)` of the newest intact state, or None."""
        for folder in self._folders():
            manifest = self._intact(folder)
            if manifest is not None:
                return manifest["step"], manifest["extra"]
        return None

    def _folders(self):
        if not self.folder.is_dir():
            return []
        names = [p for p in self.folder.iterdir() if re.fullmatch(r"step-\d+", p.name)]
        return sorted(names, reverse=True)

    def _intact(self, folder):
        """Returns the manifest if the state is intact, else None."""
        try:
            manifest = read_json(folder / "manifest.json")
            recorded = manifest.pop("digest")
            intact = recorded == digest(manifest)
            intact = intact and manifest["sha256"] == sha256(folder / "variables.h5")
            kinds = {"step": int, "key": str, "extra": dict}
            intact = intact and all(
                isinstance(manifest[name], kind) for name, kind in kinds.items()
            )
        except (OSError, UserError, KeyError, TypeError, AttributeError):
            return None  # the last two: JSON, but not an object
        return manifest if intact else None

    def _load(self, path, variables):
        received = None
        try:
            with h5py.File(path, "r", locking=False) as file:
                if _match(file, variables):
                    for dataset, variable in zip(file.values(), variables, strict=True):
                        variable.assign(dataset[...])
                else:
                    received = f"{len(file)} variables that do not match"
        # A file whose checksum is right but which HDF5 cannot read.
        except (OSError, RuntimeError, KeyError, ValueError, TypeError) as error:
            received = str(error)
        if received is not None:
            raise UserError(
                path,
                f"the {len(variables)} variables of this model and optimizer",
                received,
                f"delete {self.folder} to train this run from the start",
            )


def _match(file, variables):
    """Whether a file has the variables of a model.

    Names that Keras makes up (dense_1) differ between processes. What must agree is
    therefore the order, the shape and the kind.
    """
    return len(file) == len(variables) and all(
        isinstance(dataset, h5py.Dataset)
        and dataset.dtype.kind in "biuf"
        and dataset.shape == tuple(variable.shape)
        and _kind(str(dataset.attrs["path"])) == _kind(variable.path)
        for dataset, variable in zip(file.values(), variables, strict=True)
    )


def _kind(path):
    """Returns the last word of a path: kernel, momentum, state."""
    return path.replace("/", "_").rsplit("_", 1)[-1]
