"""Jobs and requests that stand in for those of a paper."""

from pathlib import Path
from types import SimpleNamespace


def request(**options):
    """A request for linkdsl, as `papers.engine.request.Request`."""
    return SimpleNamespace(
        **{
            "arguments": ("linkdsl", "--epochs", "2"),
            "gpus": None,
            "cluster": "local",
            "gpus_per_job": None,
            "cpus_per_job": None,
            "is_demo": False,
            "protocol": SimpleNamespace(towers=None),
            **options,
        }
    )


class Job:
    """A training that is finished when its file is there, scored when another is."""

    def __init__(self, folder, name, needs=(), parts=(), scored=True):
        self.path, self.name, self.short_name = Path(folder) / name, name, name
        self.needs = {job.name: job for job in needs}
        self.parts, self.trains = parts, not parts
        self.protocol = SimpleNamespace(towers=None)
        self.method = SimpleNamespace(scored=scored)
        self.folder = Path("runs") / name

    def shorter(self):
        """None was trained for fewer epochs."""

    @property
    def run(self):
        return SimpleNamespace(is_evaluated=self.path.with_suffix(".scored").exists())

    def finished(self):
        if self.parts:
            return (
                {"seconds": 0} if all(part.finished() for part in self.parts) else None
            )
        return {"seconds": 0} if self.path.exists() else None


def jobs_in(folder):
    """One that is needed, two others, one that needs it, one of parts, one done."""
    first, other = Job(folder, "a", scored=False), Job(folder, "b")
    after = Job(folder, "c", needs=[first])
    done = Job(folder, "e")
    done.path.touch()
    parts = Job(folder, "d", needs=[first, after], parts=[first, after])
    return [first, other, after, parts, done]
