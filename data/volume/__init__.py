"""Volumes as arrays `(depth, height, width)` with their place in space.

Reading and writing of NIfTI and MetaImage files, reading of DICOM series, the
orientation of axes, resampling and the three views. What the voxels mean (modalities,
labels, cases) is not known here: that is `data.brats` and `data.scans`.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submod_attrs={
        "channels": ["digest_channels", "read_channels", "read_channels_geometry"],
        "dicom": ["Series", "find_series", "read_series"],
        "files": ["encode_labels", "read_geometry", "read_volume", "write_labels"],
        "geometry": ["Geometry"],
        "itk": ["from_image", "geometry_of", "to_image"],
        "orientation": [
            "BRATS_AXES",
            "axis_codes",
            "brats_geometry",
            "from_brats_axes",
            "require_brats_axes",
            "tilt",
            "to_brats_axes",
        ],
        "resampling": ["resample", "resample_labels"],
        "views": ["VIEWS", "axes_from_view", "axes_to_view", "from_view", "to_view"],
    },
)
