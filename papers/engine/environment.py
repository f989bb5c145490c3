"""The environment of a run: commit, versions, machine, settings."""

import os
import platform
import shlex
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from papers.engine.settings import outside_settings

PACKAGES = ("tensorflow", "keras", "numpy", "h5py", "scipy", "pandas")


def commit():
    """Returns the checkout's short commit, marked if the code differs from it."""
    root = Path(__file__).resolve().parents[2]

    def git(*arguments):
        return subprocess.run(
            ["git", "-C", root, *arguments], capture_output=True, text=True, check=False
        )

    head = git("rev-parse", "--short=10", "HEAD")
    if head.returncode:
        # Installed, an archive without its history, or carried from elsewhere.
        return os.environ.get("BRAINTUMOR_COMMIT") or "unknown"
    clean = git("diff", "--quiet", "HEAD", "--", "papers", "common", "data")
    return head.stdout.strip() + ("" if clean.returncode == 0 else "-modified")


def describe():
    """Returns the environment as JSON: commit, versions, machine, settings."""
    return {
        "commit": commit(),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "processor": _processor(),
        "threads": _threads(),
        "packages": {name: version(name) for name in PACKAGES},
        "command": command(),
        "settings": outside_settings(),
    }


def command():
    """Returns the running command line as a user would type it."""
    return os.environ.get("BRAINTUMOR_COMMAND") or " ".join(
        ["python -m papers", *sys.argv[1:]]
    )


def command_again():
    """Returns what a user types in the same folder to run the same command again."""
    python = Path(sys.executable)
    if python.is_relative_to(Path.cwd()):
        python = python.relative_to(Path.cwd())
    typed = shlex.join([str(python), "-m", "papers", *sys.argv[1:]])
    return os.environ.get("BRAINTUMOR_COMMAND") or typed


def _threads():
    if hasattr(os, "sched_getaffinity"):  # Linux: what this process may use
        return len(os.sched_getaffinity(0))
    return os.cpu_count()


def _processor():
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names = [line.split(":", 1)[1].strip() for line in lines if "model name" in line]
    return names[0] if names else platform.processor()
