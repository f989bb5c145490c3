"""CSV files of results, and the numbers that papers print."""

import shutil
from pathlib import Path

from tests.fuzz.reader import Reader

PAPERS = Path(__file__).resolve().parents[3] / "papers"
TABLE = "row,column,value,where,note\na,wt_dice,0.85,Table 1,\nb,wt_dice,0.9,,x\n"


def _write_published(folder):
    """The smallest of the five papers' own files of each kind."""
    (folder / "table1.csv").write_text(TABLE)
    for name in ("text_claims", "conditions", "pools"):
        paths = PAPERS.glob(f"*/published/{name}.csv")
        smallest = min(sorted(paths), key=lambda path: path.stat().st_size)
        shutil.copyfile(smallest, folder / f"{name}.csv")


def _read_published(folder):
    from common.audit.input import read_printed
    from common.reporting.published import read_published

    read_published(folder / "table1.csv")
    read_printed(folder)


def _write_audited(folder):
    shutil.copytree(PAPERS / "dsunet" / "published", folder, dirs_exist_ok=True)


def _read_audited(folder):
    from common.audit.audit import audit
    from common.audit.input import read_printed

    audit({"dsunet": read_printed(folder)})


def _table(folder):
    from common.reporting.aggregate import Mean
    from common.reporting.table import Column, Row, Table

    return Table(
        name="1",
        title="Table 1",
        rows=(Row("a", "A", "net"),),
        columns=(Column("wt_dice", "Dice", Mean("wt_dice"), "Dice of voxels"),),
        published_csv=folder / "published.csv",
        dataset="brats17",
    )


def _rows(count=2):
    import pandas as pd

    return pd.DataFrame(
        {
            "paper": "p",
            "method": "net",
            "data": "brats17",
            "coverage": "2 of 285",
            "fingerprint": "ab12",
            "profile": "cpu",
            "budget": "3 epochs",
            "split": "image",
            "fold": 0,
            "seed": 0,
            "case": [f"00{n}" for n in range(count)],
            "patient": "",
            "group": "HGG",
            "status": "ok",
            "epoch": 2.0,
            "wt_dice": [0.1 * n for n in range(count)],
            "command": "make x",
            "commit": "abc",
        }
    )


def _write_results(folder):
    from common.reporting.tables import write_results
    from common.reporting.verify import record
    from papers.engine.curves import record_curves

    text = "row,column,value,where,note\na,wt_dice,0.85,Table 1,\n"
    (folder / "published.csv").write_text(text)
    write_results(folder, [_table(folder)], _rows())
    record(folder, [_table(folder)])
    rows = _rows(1).drop(columns=["case", "wt_dice"])
    rows = rows.assign(figure="net_fold0", n_validation=2, epoch=1)
    record_curves(folder, rows.assign(loss=0.5, val_loss=0.4, val_dice=0.3))


def _read_results(path):
    """Does what reads that file: all of it for each would take a tenth of a second."""
    from common.reporting.cases import merge_cases, read_cases
    from common.reporting.tables import write_results
    from common.reporting.verify import record, verify
    from papers.engine.curves import read_curves, record_curves

    folder, name = path.parent, path.name
    if name == "curves.csv":
        record_curves(folder, read_curves(path))
        return
    verify(folder, [_table(folder)])
    if name == "cases.csv":
        cases = merge_cases(read_cases(path), _rows(2))
        write_results(folder, [_table(folder)], cases)
    elif name == "expected.csv":
        record(folder, [_table(folder)])


READERS = [
    Reader("published", _write_published, _read_published, whole=True),
    Reader("audit", _write_audited, _read_audited, whole=True),
    Reader("results", _write_results, _read_results),
]
