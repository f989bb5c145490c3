"""What every paper needs and what knows neither papers nor data sets.

The subpackages hold Keras layers, losses, metrics, training, inference, reporting and
the audit of printed numbers. The modules here are smaller tools: boxes in volumes, the
error that is shown to a user, the evidence behind a protocol's values, files that are
either whole or absent, whether a process runs, and networks without values. Reading
data belongs to `data`, everything about a single paper to `papers`.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submod_attrs={
        "boxes": [
            "bounding_box",
            "box_around",
            "box_inside",
            "read_window",
            "union_box",
            "write_window",
        ],
        "errors": ["UserError"],
        "evidence": [
            "chosen",
            "describe",
            "inferred",
            "original",
            "protocol_digest",
            "replace",
            "stated",
        ],
        "files": [
            "atomic_folder",
            "atomic_path",
            "digest",
            "read_json",
            "sha256",
            "write_json",
            "write_text",
        ],
    },
)
