"""Figures of results: overlays of masks, learning curves and box plots.

They are drawn without the global state of `pyplot` and in a fixed style, so that the
same numbers give the same bytes whatever the user's settings are. Which images and
scores a figure shows is decided in `papers`: by the paper that draws it and, for the
license of BraTS cases, by `papers.engine.brats.figures`.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submod_attrs={
        "box_plots": ["box_plot", "grouped_box_plot"],
        "caption": ["Caption"],
        "curves": ["learning_curves"],
        "grids": ["label_grid", "overlay_grid"],
        "source": ["Source", "read_note", "why_stale"],
    },
)
