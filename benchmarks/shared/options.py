"""Values of the benchmarks' options, checked before anything is measured."""

import argparse
from pathlib import Path


def add_choices(parser, **choices):
    """Adds an option for each name that takes some of the values; all by default.

    Args:
        parser: an `argparse.ArgumentParser`.
        choices: the values by the option's name.
    """
    for name, values in choices.items():
        parser.add_argument(
            f"--{name}", nargs="+", default=list(values), choices=values
        )


def multiple_of(step):
    """Returns the type of an option that takes multiples of `step`, above 0."""

    def read(text):
        number = _whole(text)
        if number < step or number % step:
            raise argparse.ArgumentTypeError(
                f"expected a multiple of {step}, received {text}"
            )
        return number

    return read


def count(text):
    """Returns a number of at least 1."""
    number = _whole(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"expected at least 1, received {text}")
    return number


def folder(text):
    """Returns the path of a folder that is there."""
    path = Path(text)
    if not path.is_dir():
        raise argparse.ArgumentTypeError(f"expected a folder, received {text}")
    return path


def dimensions(number):
    """Returns the type of an option of sizes such as `16x32x1`, as a tuple."""

    def read(text):
        sizes = tuple(_whole(size) for size in text.split("x"))
        if len(sizes) != number or min(sizes) < 1:
            raise argparse.ArgumentTypeError(
                f"expected {number} sizes such as {'x'.join('8' * number)}, "
                f"received {text}"
            )
        return sizes

    return read


def _whole(text):
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"expected a whole number, received {text}"
        ) from None
