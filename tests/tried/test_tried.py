"""The tables of what was tried are those of the CSV files."""

from papers.engine.pages.marks import update
from tests import tried
from tests.fuzz.readers import READERS


def test_the_page_has_the_tables_of_today():
    """`.venv/bin/python -m tests.tried` writes them."""
    text = tried.PAGE.read_text(encoding="utf-8")
    assert update(text, tried.blocks()) == text
    assert list(tried.READS) == [reader.name for reader in READERS]


def test_what_is_missing_is_said():
    row = {
        "at_moments": "3",
        "frozen": "",
        "writes": "9",
        "at_writes": "2",
        "same": "4",
    }
    lines = tried.killed_table({"list": row}).splitlines()
    assert lines[2] == "| `list` | 3 | 0 | 2 of 9 | 0 | 0 | 0 | 0 | 4 of 5 |"
    assert lines[-1].startswith(
        "5 faults, 4 with the same files afterwards. Fewer than 100 moments: 1 of "
        "these. Not run yet: `phantom:figshare`, "
    )
    table = tried.repeated_table([{"paper": "cunet", "method": "unet", "same": "no"}])
    assert "| cunet | unet | 0 of 1 | bfcn, drn, cun, cun_lws |" in table
    assert "| `zip` | the archives of figshare | 0 |  |  |  |" in tried.fuzzed_table({})
