"""Which pixels bootstrapping keeps, for comparison with the paper's discussion."""

import numpy as np


class KeptPixels:
    """Counts the pixels that a bootstrapped cross-entropy keeps, by label.

    Late in the paper's training it keeps 0.1 % of the other pixels, and labels 0 to 4
    stand about as 2:2:5:4:1 among the kept ones.

    Args:
        loss: a `common.losses.bootstrapped_cross_entropy.BootstrappedCrossEntropy`.
        classes: number of labels.
    """

    def __init__(self, loss, classes):
        self.loss = loss
        self.classes = classes
        self.kept = np.zeros(classes, np.int64)
        self.all = np.zeros(classes, np.int64)

    def add(self, truth, probability):
        """Counts a batch.

        Args:
            truth: labels `(batch, height, width, 1)`.
            probability: `(batch, height, width, classes)`.
        """
        labels = truth.astype(np.int64)
        of_truth = np.take_along_axis(probability, labels, axis=-1)
        kept = np.asarray(self.loss.kept(of_truth))
        self.kept += np.bincount(labels[kept], minlength=self.classes)
        self.all += np.bincount(labels.ravel(), minlength=self.classes)

    def shares(self):
        """Returns the kept share of label 0 and each label's share of the kept."""
        total = max(int(self.kept.sum()), 1)
        shares = {"val_kept_of_label0": float(self.kept[0] / max(self.all[0], 1))}
        for label, count in enumerate(self.kept):
            shares[f"val_label{label}_of_kept"] = float(count / total)
        return shares
