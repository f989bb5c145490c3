"""A process that reads damaged inputs, one after the other, until it dies of one."""

import contextlib
import faulthandler
import io
import multiprocessing
import os
import resource
import signal
import sys
import tempfile
import time
import traceback
import warnings
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_OURS = tuple(f"{ROOT / name}{os.sep}" for name in ("common", "data", "papers"))
MAX_TEXT = 2000  # characters of an error that a person can still read
EXTRA_MEMORY = 1 << 30  # bytes that a tiny input may take beyond a whole one
_BEGIN = 120  # seconds for imports and the first input
_WAITS = 20


@dataclass(frozen=True)
class Outcome:
    """What became of one input.

    Args:
        kind: `"read"`, `"refused"` (in words), or a find: `"traceback"`, `"unclear"`
            (words that nobody can read), `"hang"`, `"crash"`.
        key: equal for finds of one cause.
        text: the traceback or the error.
        is_new: whether lines of the suite ran that no input had reached.
    """

    kind: str
    key: str = ""
    text: str = ""
    is_new: bool = False

    @property
    def is_find(self):
        """Whether something is to be mended."""
        return self.kind not in ("read", "refused")


class Child:
    """Reads inputs by one reader; a new process follows one that died.

    Args:
        reader: the `Reader`.
        limit: seconds of processor time for each input, so that a busy machine finds
            nothing; one that computes nothing may wait `_WAITS` times as long.
    """

    def __init__(self, reader, limit):
        self._reader, self._limit = reader, limit
        self._process = None
        self._log = tempfile.TemporaryFile("w+")

    def begin(self, path):
        """Starts the process, unless it runs; it reads a valid input first.

        Args:
            path: what the reader takes.

        Raises:
            ValueError: it cannot be read.
        """
        ours, theirs = multiprocessing.Pipe()
        context = multiprocessing.get_context("fork")
        self._process = context.Process(
            target=_serve, args=(self._reader, theirs, self._log.fileno()), daemon=True
        )
        self._process.start()
        theirs.close()
        self._pipe = ours
        first = self._answer(path, True, _BEGIN)
        if first.kind != "read":
            raise ValueError(f"A valid input of {self._reader.name}: {first.text}")

    @property
    def runs(self):
        """Whether there is a process."""
        return self._process is not None

    def read(self, path, traced=True):
        """Returns the `Outcome` of reading a path.

        Args:
            path: what the reader takes.
            traced: whether to look for lines that no input has reached.
        """
        return self._answer(path, traced, self._limit)

    def close(self):
        """Ends the process for good."""
        self._end()
        self._log.close()

    def _end(self):
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._pipe.close()
            self._process = None

    def _answer(self, path, traced, limit):
        self._pipe.send((str(path), traced))
        try:
            wait, spent = min(limit, 1.0), self._spent()
            # Counted, so that a computer that was asleep finds nothing.
            for _ in range(round(_WAITS * limit / wait)):
                if self._pipe.poll(wait):
                    return self._pipe.recv()
                if self._spent() - spent > limit:
                    break
            os.kill(self._process.pid, signal.SIGUSR1)  # it notes where it is
            time.sleep(0.5)
            kind = "hang"
        except (EOFError, OSError):  # its pipe is closed, or its number is gone
            self._process.join()
            kind = "crash"
        code, text = self._process.exitcode, self._noted()
        self._end()
        place = next((line for line in text.splitlines() if str(ROOT) in line), "")
        return Outcome(kind, f"{kind} {code or ''} {place.strip()}", text)

    def _spent(self):
        """Returns the seconds that the process has computed."""
        stat = Path(f"/proc/{self._process.pid}/stat").read_text()
        user, system = stat.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def _noted(self):
        self._log.seek(0)
        text = self._log.read()
        self._log.seek(0)
        self._log.truncate()
        return text


def write_inputs(reader, folder):
    """Writes a reader's valid inputs, in a process of its own.

    What it imports stays there: a process that has used TensorFlow cannot be forked.
    """
    process = multiprocessing.get_context("fork").Process(
        target=_write, args=(reader, folder)
    )
    process.start()
    process.join()
    if process.exitcode:
        raise ValueError(f"The inputs of {reader.name} cannot be written.")


def _write(reader, folder):
    with open(os.devnull, "w") as file:
        os.dup2(file.fileno(), 1)
    reader.write(folder)


def _serve(reader, pipe, log):
    """Answers until the parent is gone."""
    os.dup2(log, 1)
    os.dup2(log, 2)
    faulthandler.enable(log)
    faulthandler.register(signal.SIGUSR1, log)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warnings.simplefilter("ignore")
    seen, is_first = set(), True
    while True:
        try:
            path, traced = pipe.recv()
        except EOFError:
            os._exit(0)
        pipe.send(_outcome(reader, Path(path), seen if traced else None))
        if is_first:
            _limit_memory()
        is_first = False


def _limit_memory():
    size = int(Path("/proc/self/statm").read_text().split()[0])
    most = size * resource.getpagesize() + EXTRA_MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _outcome(reader, path, seen):
    from common.errors import UserError

    before = len(seen or ())
    try:
        with _traced(seen), contextlib.redirect_stdout(io.StringIO()):
            reader.read(path)
    except UserError as error:
        kind, key, text = "refused", "", str(error)
        if len(text) > MAX_TEXT or not text.isprintable():
            kind, text = "unclear", repr(text[:MAX_TEXT])
            key = f"unclear {_place(error)}"
    except BaseException as error:
        kind = "traceback"
        text = "".join(traceback.format_exception(error))[-6000:]
        key = f"{type(error).__name__} {_place(error)}"
    else:
        kind, key, text = "read", "", ""
    return Outcome(kind, key, text, len(seen or ()) > before)


def _place(error):
    """Returns the last line of the suite's own that an error has come through."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if frame.filename.startswith(_OURS)] or frames
    return f"{ours[-1].filename.removeprefix(str(ROOT))}:{ours[-1].lineno}"


@contextlib.contextmanager
def _traced(seen):
    """Notes which lines of the suite run: an input that reaches a new one is kept."""

    def on_call(frame, event, argument):
        return on_line if frame.f_code.co_filename.startswith(_OURS) else None

    def on_line(frame, event, argument):
        seen.add((frame.f_code, frame.f_lineno))
        return on_line

    sys.settrace(None if seen is None else on_call)
    try:
        yield
    finally:
        sys.settrace(None)
