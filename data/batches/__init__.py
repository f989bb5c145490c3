"""From prepared cases to batches: which slices, patches or volumes, and how changed.

Everything is named before it is read, and every draw depends on the seed and on the
example's name alone, so that any step can be repeated without the ones before it. The
caches themselves are `data.prepared`; the training step is not here.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submod_attrs={
        "augment": ["Augmentation"],
        "augment_rule": ["AugmentationRule"],
        "contours": ["contour_band", "label_borders"],
        "patch_rule": ["PatchRule"],
        "patch_name": ["PatchName"],
        "patches": ["PatchSampler"],
        "pipeline": ["batch_stream"],
        "placement": ["Placement"],
        "regions": ["foreground_region", "label_region", "modality_region"],
        "slice_index": ["SliceIndex"],
        "slice_policies": [
            "balanced",
            "brain_slices",
            "drop_share",
            "drop_share_of_free",
            "tumor_slices",
        ],
        "slice_name": ["SliceName"],
        "slices": ["SliceReader", "slice_batches"],
        "symmetry": [
            "apply_symmetry",
            "compose_symmetries",
            "inverse_symmetry",
            "symmetry_count",
        ],
        "volume_name": ["VolumeName"],
        "volumes": ["VolumeReader", "volume_batches"],
    },
)
