"""A picture of one segmentation: the image alone, and with the result over it."""

import io

import numpy as np

from papers.engine.report.pictures import as_bytes, colored, is_edge

_WIDTH = 480  # pixels of each half, about
_OPACITY = 0.4


def overlay_png(shown, labels):
    """Returns a PNG of the slice with most of the result, beside the image alone.

    The result's areas are half transparent, its contours are not.

    Args:
        shown: a `papers.engine.case_images.CaseImages`; its first image is shown.
        labels: the result on the grid of the images.

    Returns:
        The file's content.
    """
    from PIL import Image

    image = as_bytes(next(iter(shown.images.values())))
    if labels.ndim == 3:
        z = int(np.argmax((labels > 0).sum(axis=(1, 2))))
        image, labels = image[z], labels[z]
    scale = max(1, round(_WIDTH / image.shape[1]))
    size = (image.shape[1] * scale, image.shape[0] * scale)
    gray = Image.fromarray(image).resize(size, Image.Resampling.BICUBIC)
    plain = np.asarray(gray.convert("RGB"), np.float32)
    large = np.kron(labels, np.ones((scale, scale), labels.dtype))
    paint = colored(large)
    share = np.where(is_edge(large), 1.0, _OPACITY) * (paint[..., 3] > 0)
    over = plain + share[..., None] * (paint[..., :3] - plain)
    both = np.concatenate([plain, over], axis=1)
    content = io.BytesIO()
    Image.fromarray(np.rint(both).astype(np.uint8)).save(content, format="PNG")
    return content.getvalue()
