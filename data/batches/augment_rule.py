"""The distribution that augmentations are drawn from."""

from dataclasses import dataclass

from data.batches.augment import Augmentation
from data.batches.symmetry import symmetry_count
from data.order import AUGMENTATION, generator

# A scale further from 1 than this is drawn again: the tails of a normal distribution
# reach 0 and below, where no image is left.
STANDARD_DEVIATIONS = 3


@dataclass(frozen=True)
class AugmentationRule:
    """The distribution of a `data.batches.augment.Augmentation`; by default no change.

    Args:
        rank: 2 for slices, 3 for volumes.
        flip: probability that each axis is mirrored; empty for none.
        largest_angle: the angle is uniform between plus and minus this, in degrees.
        scale_deviation: standard deviation of the scale of each axis about 1.
        symmetries: whether one of the symmetries of the square or cube is drawn,
            all equally likely.

    Raises:
        ValueError: there is not one probability per axis, or a scale could be
            negative.
    """

    rank: int
    flip: tuple[float, ...] = ()
    largest_angle: float = 0.0
    scale_deviation: float = 0.0
    symmetries: bool = False

    def __post_init__(self):
        if len(self.flip) not in (0, self.rank):
            raise ValueError(
                "Expected a probability for each axis. "
                f"Received: rank={self.rank}, flip={self.flip}"
            )
        if not 0 <= self.scale_deviation * STANDARD_DEVIATIONS < 1:
            raise ValueError(
                "Expected a deviation below a third, so that no scale is negative. "
                f"Received: scale_deviation={self.scale_deviation}"
            )

    def draw(self, seed, epoch, index):
        """Draws the augmentation of one example in one epoch.

        Args:
            seed: the run's seed.
            epoch: the epoch, or the step if there are no epochs.
            index: the example, within the epoch or the batch.

        Returns:
            An `Augmentation`, which does not depend on earlier draws.
        """
        random = generator(seed, epoch, index, AUGMENTATION)
        # Everything is always drawn: switching one kind on does not change the others.
        deviations = random.standard_normal(self.rank)
        while (abs(deviations) > STANDARD_DEVIATIONS).any():
            deviations = random.standard_normal(self.rank)
        angle = random.uniform(-1, 1) * self.largest_angle
        chances = random.random(self.rank)
        symmetry = int(random.integers(symmetry_count(self.rank)))
        scale = tuple(float(1 + self.scale_deviation * d) for d in deviations)
        flips = zip(chances, self.flip, strict=False)
        return Augmentation(
            scale=scale if self.scale_deviation else (),
            angle=float(angle) if self.largest_angle else 0.0,
            flips=tuple(bool(chance < probability) for chance, probability in flips),
            symmetry=symmetry if self.symmetries else 0,
        )

    def rows(self, seed, names):
        """Returns the log of what is done to some examples, one row per example.

        Nothing needs to be kept during a run: the log of any step can be computed
        before or after it.

        Args:
            seed: the run's seed.
            names: `SliceName`s, `PatchName`s or `VolumeName`s.

        Returns:
            Dictionaries of the fields of the name and of `Augmentation.row`.
        """
        # Every name ends with the two numbers that key its draw.
        return [name._asdict() | self.draw(seed, *name[-2:]).row() for name in names]
