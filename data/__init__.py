"""Everything between the files of a data set and the arrays of a training step.

Here lies what all data sets share: a case, a finding of an integrity check, the order
of examples, normalization, padding. The subpackages hold the rest: `volume` (files of
volumes), `figshare`, `brats` and `msd` (the data sets), `scans` (a user's own),
`prepared` (caches), `splits`, `batches` and `phantom` (synthetic data sets). Networks,
losses, metrics, training and everything about a single paper live elsewhere.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submod_attrs={
        "case": ["Case"],
        "digests": ["digest_picture", "digest_values"],
        "folder_notes": ["holds_phantom", "read_own_name"],
        "integrity": ["Finding", "exit_code"],
        "normalize": [
            "brain_zscore",
            "mean_statistics",
            "min_max",
            "resize_area",
            "standardize",
            "standardize_all",
            "standardize_over_noise",
            "standardize_to_unit",
        ],
        "order": ["epoch_order", "generator"],
        "padding": ["padded", "padded_size"],
        "patients": ["base_exam", "patient_of"],
    },
)
