"""All that verbs import, imported once for the processes that are forked here."""

import contextlib
import gc
import importlib
import os
import pkgutil

_LIBRARIES = ("tensorflow", "keras", "pandas", "scipy.ndimage", "scipy.stats", "h5py")
_LIBRARIES += ("SimpleITK", "nibabel", "matplotlib.figure", "jinja2", "pooch")
_LIBRARIES += ("tensorboard.backend.event_processing.event_file_loader",)
_LIBRARIES += ("tests.papers.engine.predict.raw_scan",)
_OURS = ("common", "data", "papers")


def preload():
    """Imports all that verbs import, which takes longer than most of them.

    None of it computes anything before it is used, so that it can be forked.
    """
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    os.environ["CUDA_VISIBLE_DEVICES"] = ""
    for name in _LIBRARIES:
        importlib.import_module(name)
    for name in _OURS:
        package = importlib.import_module(name)
        for found in pkgutil.walk_packages(package.__path__, f"{name}."):
            if not found.name.endswith("__main__"):
                with contextlib.suppress(ImportError):  # what is optional
                    importlib.import_module(found.name)
    gc.freeze()  # what is imported is not copied because a child looks for garbage
