"""How long a request takes, judged by the time of its profile's own command."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from data.prepared.estimates import duration_text
from papers.engine.headers import time_of
from papers.engine.plan import trainings
from papers.engine.request import Request, numbers, words

_SECONDS = {"minute": 60, "hour": 3600}
# The options that decide how much is trained: the request's field, and its parser.
_OPTIONS = {
    "PROFILE": ("profile", str),
    "METHODS": ("methods", words),
    "SPLIT": ("splits", words),
    "FOLDS": ("folds", lambda text: numbers(text, "FOLDS")),
    "SEEDS": ("seeds", lambda text: numbers(text, "SEEDS")),
    "EPOCHS": ("epochs", int),
    "DATA": ("data", Path),
}


@dataclass(frozen=True)
class ProfileTime:
    """What the command that stands for a profile takes.

    Args:
        command: the command, as it is typed.
        text: its time, and whether that is an estimate.
        hardware: the hardware that the time is of.
        seconds: the time.
        per_epoch: seconds of an epoch of one training, with all that comes with it.
    """

    command: str
    text: str
    hardware: str
    seconds: float
    per_epoch: float


def profile_time(paper, profile):
    """Returns a paper's `ProfileTime`, or None where nothing is known.

    Args:
        paper: the paper's declaration.
        profile: the profile's name.
    """
    known = time_of(paper, profile)
    if known is None:
        return None
    command, text, hardware = known
    amount, unit = re.match(r"([\d,.]+) (minute|hour)", text).groups()
    seconds = float(amount.replace(",", "")) * _SECONDS[unit]
    epochs = sum(epochs_of(request_of(command, paper)))
    return ProfileTime(command, text, hardware, seconds, seconds / epochs)


def epochs_of(request):
    """Returns the epochs of each training of a request."""
    return [request.protocol.training.epochs] * len(trainings(request))


def seconds_of(request):
    """Returns the predicted seconds of a whole request, or None.

    It is judged by the number of its trainings and their epochs: data of the size that
    the profile's own command has.
    """
    known = profile_time(request.paper, request.profile)
    return None if known is None else known.per_epoch * sum(epochs_of(request))


def hours_left(jobs, request):
    """Returns what a request's trainings still take, as text, or None.

    Args:
        jobs: the request's `papers.engine.job.Job`s.
        request: the request, whose profile says it where nothing like them was trained.
    """
    left = [job.remaining() for job in jobs]
    if None not in left:
        return duration_text(sum(left))
    known = profile_time(request.paper, request.profile)
    if known is None:
        return None
    per_training = known.per_epoch * request.protocol.training.epochs
    seconds = sum(per_training if one is None else one for one in left)
    return f"{duration_text(seconds)} (by the profile's time on {known.hardware})"


def whole_text(requests, at_once):
    """Returns what whole requests take by their profiles' time, or `""`.

    Args:
        requests: the requests.
        at_once: how many of their trainings run at the same time.
    """
    known = [profile_time(one.paper, one.profile) for one in requests]
    if not known or None in known:
        return ""
    seconds = sum(seconds_of(one) for one in requests)
    number = sum(len(epochs_of(one)) for one in requests)
    hardware = ", ".join(sorted({one.hardware for one in known}))
    if number == 1:
        return f"1 training, {duration_text(seconds)}, if it had {hardware}"
    text = f"{number} trainings, {duration_text(seconds)} one after the other"
    if (at_once := min(at_once, number)) > 1:
        text += f", {duration_text(seconds / at_once)} at best with {at_once} at once"
    return f"{text}, if each had {hardware}"


def request_of(command, paper):
    """Returns the `Request` of a typed `make reproduce-…` of a paper."""
    given = dict(word.split("=", 1) for word in shlex.split(command) if "=" in word)
    chosen = {
        field: parse(given[name])
        for name, (field, parse) in _OPTIONS.items()
        if name in given
    }
    return Request(paper=paper, **chosen)
