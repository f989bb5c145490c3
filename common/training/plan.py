"""What one training run does."""

from dataclasses import dataclass

from common.training.one_device import OneDevice
from common.training.plateau import Plateau
from common.training.step_decay import StepDecay
from common.training.towers import Towers


@dataclass(frozen=True)
class Plan:
    """The length of a training run and the choices beside model, loss and data.

    Args:
        epochs: number of epochs, the budget.
        steps_per_epoch: number of updates per epoch.
        key: hash of everything that decides the run's numbers, except `epochs`.
        save_every: steps between saved states within an epoch. The end of an
            epoch always saves one.
        monitor: name of the validation score whose best epoch is kept.
        jit_compile: whether XLA compiles the step. Off by default, because the
            native kernels are faster on a CPU (`make bench-linkdsl`).
        schedule: sets the learning rate of each epoch and may end the training
            early; None for neither.
        placement: where the steps run. The model and the optimizer must have
            been made within its `scope()`.
        average_decay: decay of a moving average of the weights, which is then
            what is validated and kept; None for none.
    """

    epochs: int
    steps_per_epoch: int
    key: str
    save_every: int | None = None
    monitor: str = "val_dice"
    jit_compile: bool = False
    schedule: Plateau | StepDecay | None = None
    placement: Towers | OneDevice = OneDevice()
    average_decay: float | None = None

    @property
    def steps(self):
        """Number of updates of the whole budget."""
        return self.epochs * self.steps_per_epoch
