"""Learning curves of several methods."""

import numpy as np

from common.reporting.figures.canvas import COLORS, columns_of_legend, open_figure

MARKS = (None, "s", "^", "v")  # of each round through the colors
HIDES = 5  # a loss this many times the others' leaves them a fifth of the axis


def learning_curves(path, histories, keys, caption):
    """Draws losses and the validation score over epochs, one color per method.

    Where the losses of one method would press those of the others together, their axis
    is logarithmic.

    Args:
        path: the PNG file to write.
        histories: for each method's title a `DataFrame` with the column `epoch`
            and the three columns of `keys`.
        keys: columns of training loss, validation loss and validation score,
            such as `("loss", "val_loss", "val_dice")`.
        caption: a `Caption`.

    Raises:
        UserError: the file cannot be written.
    """
    training, validation, score = keys
    with open_figure(path, (6.6, 3.0), caption) as figure:
        losses, scores = figure.subplots(1, 2)
        for title, history in histories.items():
            round_, place = divmod(len(scores.lines), len(COLORS))
            color = COLORS[place]
            epochs = history["epoch"]
            # A single epoch would not be visible as a line; beyond the last color,
            # the colors come again with marks.
            marker = MARKS[round_ % len(MARKS)] or ("o" if len(history) == 1 else None)
            whole = {"color": color, "lw": 1.3, "marker": marker, "ms": 3}
            dashed = whole | {"lw": 0.8, "ls": "--", "mfc": "none"}
            losses.plot(epochs, history[training], **dashed)
            losses.plot(epochs, history[validation], **whole)
            scores.plot(epochs, history[score], **whole, label=title)
        # Gray lines explain the dashes; the colors are explained below.
        losses.plot([], [], color="0.4", ls="--", lw=0.8, label="training")
        losses.plot([], [], color="0.4", lw=1.3, label="validation")
        losses.legend(loc="upper right")
        losses.set(xlabel="epoch", ylabel="loss")
        set_scale(
            losses, [history[[training, validation]] for history in histories.values()]
        )
        name = score.removeprefix("val_").replace("_", " ").capitalize()
        scores.set(xlabel="epoch", ylabel=f"validation {name}")
        for axis in (losses, scores):
            axis.xaxis.get_major_locator().set_params(integer=True, min_n_ticks=1)
        figure.legend(
            handles=scores.lines,
            loc="outside lower center",
            ncols=columns_of_legend(list(histories), 6.6),
        )


def set_scale(axis, losses):
    """Makes an axis logarithmic if one of several losses would hide the others.

    Args:
        axis: the `matplotlib` axis.
        losses: one array-like of losses per method.
    """
    losses = [np.asarray(values, np.float64) for values in losses]
    spans = [np.nanmax(np.abs(values)) for values in losses]
    if len(spans) < 2 or max(spans) < HIDES * np.median(spans):
        return
    if min(np.nanmin(values) for values in losses) > 0:
        axis.set_yscale("log")
        axis.set_ylabel("loss (logarithmic)")
    else:  # such as a loss from which a Dice is subtracted
        axis.set_yscale("symlog", linthresh=np.median(spans))
        axis.set_ylabel(f"loss (logarithmic beyond {np.median(spans):.2g})")
