"""The papers, one subpackage for each, and the engine that carries all of them.

A paper's subpackage holds what is its own: networks, losses, protocol, tables, figures
and the experiment that joins them. `papers.engine` knows papers only through
`papers.registry`. What two papers share lives in `common` or `data`, or, where it
joins the two, in the engine: `papers.engine.brats` for the papers on BraTS.
"""

try:
    import lazy_loader as _lazy
except ModuleNotFoundError:
    __all__ = []  # nothing is installed here; of a verb, `papers.__main__` says so

    def __getattr__(name):
        if name.startswith("__"):
            raise AttributeError(name)
        raise ModuleNotFoundError(
            "there is no package lazy_loader. Next: make install, then .venv/bin/python"
        )
else:
    __getattr__, __dir__, __all__ = _lazy.attach(
        __name__,
        submod_attrs={
            "engine.predict.load_run": ["load_run"],
            "engine.predict.own_scan": ["segment"],
            "registry": ["IDS", "paper", "papers"],
        },
    )
