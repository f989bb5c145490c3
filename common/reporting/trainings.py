"""What each recorded training took: epochs, hours, waiting and the machine."""

from common.files import write_text
from common.reporting.cases import RUN
from common.reporting.text import read_columns, to_csv

FILE = "trainings.csv"
_TOOK = ["epochs", "hours", "data_wait_share", "processor", "threads"]
COLUMNS = [*RUN, *_TOOK, "command", "commit"]
_AGAIN = "delete the file, then `make table-…` again"


def took(run, history, here):
    """Returns what a training took, as a row of `trainings.csv`.

    Args:
        run: what identifies the run in each of its rows, `RUN`.
        history: a `DataFrame` with a row per epoch.
        here: the machine, the command and the commit, by name.
    """
    seconds = history["seconds"].sum()
    waited = (history["seconds"] * history["data_wait_share"]).sum()
    return run | {
        "epochs": len(history),
        "hours": round(seconds / 3600, 3),
        "data_wait_share": round(waited / seconds, 4),
        "processor": here.get("processor", ""),
        "threads": here.get("threads", ""),
        "command": here["command"],
        "commit": here["commit"],
    }


def record_trainings(folder, rows):
    """Adds rows to `trainings.csv`; an older row of the same run is replaced.

    Args:
        folder: the results folder.
        rows: a list of dicts with the columns `COLUMNS`, or a `DataFrame` of texts.
    """
    import pandas as pd

    new = pd.DataFrame(rows, columns=COLUMNS).astype(str)
    if new.empty:
        return
    path = folder / FILE
    old = read_columns(path, COLUMNS, _AGAIN) if path.exists() else new.iloc[:0]
    found = pd.concat([old, new]).drop_duplicates(RUN, keep="last").sort_values(RUN)
    write_text(path, to_csv(found[COLUMNS]))


def recorded_trainings(folder):
    """Returns the rows of `trainings.csv`, a `DataFrame` of texts; empty without one.

    Args:
        folder: the results folder.
    """
    import pandas as pd

    path = folder / FILE
    return (
        read_columns(path, COLUMNS, _AGAIN)
        if path.exists()
        else pd.DataFrame(columns=COLUMNS)
    )
