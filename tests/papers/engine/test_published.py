"""The published numbers of every paper: as printed, and what the audit says of them."""

import re
from collections import defaultdict
from pathlib import Path

import pytest

import papers
from common.audit.audit import audit
from common.audit.input import read_printed
from common.reporting.published import read_published
from common.reporting.text import read_text

FOLDERS = {
    folder.parent.name: folder
    for folder in sorted(Path(papers.__file__).parent.glob("*/published"))
}
PAPERS = ("anisocascade", "cunet", "dsunet", "hierdice", "linkdsl")
FOREIGN = "not in the paper's text"


@pytest.fixture(scope="module")
def findings():
    found = audit({paper: read_printed(FOLDERS[paper]) for paper in PAPERS})
    return found.set_index("paper", drop=False)


@pytest.fixture(scope="module")
def paper_text(shared_data):
    """Reads the text of a paper; skips where it is not."""

    def read(paper):
        path = shared_data.parent / "papers" / f"{paper}.txt"
        if not path.exists():
            pytest.skip("no texts of the papers: ../shared/papers is not there")
        return path.read_text(encoding="utf-8")

    return read


def bare(text):
    """The letters and digits of a text, however it is broken into lines."""
    return re.sub(r"[\W_]+", "", text).lower()


def printed_rows(paper, table):
    """`{row: [value as text, …]}` in the order of the file."""
    path = FOLDERS[paper] / f"table{table}.csv"
    rows = defaultdict(list)
    for line in read_text(path, "").itertuples():
        text = f"<{line.value}" if "upper bound" in getattr(line, "flag", "") else ""
        rows[line.row].append(text or line.value)
    return dict(rows)


def test_every_paper_has_its_numbers():
    assert tuple(FOLDERS) == PAPERS


@pytest.mark.parametrize(
    ("paper", "sizes"),
    [
        ("anisocascade", [39, 30]),  # nine reported by others
        ("cunet", [45]),
        ("dsunet", [30]),
        ("hierdice", [12] * 6),
        ("linkdsl", [2, 8, 4]),
    ],
)
def test_tables_have_all_cells_and_say_where_they_are_printed(paper, sizes):
    paths = sorted(FOLDERS[paper].glob("table[0-9].csv"))
    tables = [read_published(path) for path in paths]
    assert [len(table) for table in tables] == sizes
    assert all(table["where"].all() for table in tables)


def test_flags_of_cells_that_are_not_compared():
    flags = defaultdict(list)
    for number in range(1, 7):
        table = read_published(FOLDERS["hierdice"] / f"table{number}.csv")
        for line in table[table["flag"] != ""].itertuples():
            flags[line.flag.split(":")[0]].append((number, line.column))
    assert flags["excluded"] == [(number, "tc_dice") for number in range(1, 6)]
    assert len(flags["upper bound"]) == 4
    assert {number for number, _ in flags["upper bound"]} == {5}


@pytest.mark.real
def test_table_of_cunet_is_as_printed(paper_text):
    keys = {"U-Net [6]": "unet", "BFCN [8]": "bfcn", "DRN [5]": "drn"}
    keys |= {"CUN": "cun", "CUN+LWS": "cun_lws"}
    pattern = r"(?m)^(\S+(?: \[\d\])?) ((?:0\.\d{3} ?){9})$"
    lines = re.findall(pattern, paper_text("cunet"))
    assert {keys[name]: numbers.split() for name, numbers in lines} == printed_rows(
        "cunet", 1
    )


@pytest.mark.real
def test_tables_of_hierdice_are_as_printed(paper_text):
    parts = re.split(r"(?m)^Table (\d): ", paper_text("hierdice"))[1:]
    assert parts[::2] == list("123456")
    for number, part in zip(parts[::2], parts[1::2], strict=True):
        lines = re.findall(r"(?m)^(?:Comp|Enh|Tumor) (?:Tumor|Core) ([<\d].*)$", part)
        (row,) = printed_rows("hierdice", number).values()
        assert " ".join(lines).split() == row


@pytest.mark.real
def test_tables_of_anisocascade_are_as_printed(paper_text):
    keys = {"UCL-TIG*": "ucl_tig", "MIC-DKFZ": "mic_dkfz", "Zhouch": "zhouch"}
    pattern = r"(?m)^(\S+) ((?:\d\.\d{4} ?){6})$"
    lines = re.findall(pattern, paper_text("anisocascade"))
    rows = [(keys.get(name, name), numbers.split()) for name, numbers in lines]
    printed = printed_rows("anisocascade", 1)
    ours = {row: v for row, v in printed.items() if not row.startswith("released")}
    assert dict(rows[:5]) == ours
    assert dict(rows[5:]) == printed_rows("anisocascade", 2)


@pytest.mark.real
@pytest.mark.parametrize("paper", PAPERS)
def test_numbers_and_sentences_stand_in_the_text(paper, paper_text):
    text = paper_text(paper)
    for path in FOLDERS[paper].glob("table[0-9].csv"):
        for line in read_text(path, "").itertuples():
            if line.where.startswith(FOREIGN):
                continue
            shown = re.search(r'printed as "(.*?)"', line.note)
            number = shown[1] if shown else line.value
            if line.column == "parameters":
                number = f"{int(number):,}"
            # No other digits around it.
            assert re.search(rf"(?<![\d.]){re.escape(number)}(?!\d)", text), line
    claims = read_text(FOLDERS[paper] / "text_claims.csv", "")
    assert len(claims)
    for sentence in claims["sentence"]:
        # A figure stands between the halves of a sentence with an ellipsis.
        for half in sentence.split("…"):
            assert bare(half) in bare(text), sentence


def test_numbers_of_others_agree_with_the_paper_that_prints_them():
    others = read_text(FOLDERS["dsunet"] / "table1.csv", "")
    others = others[others["where"].str.contains("1709.00382")]
    tables = read_printed(FOLDERS["anisocascade"]).tables["1"]
    assert len(others) == 12
    assert all(
        tables[line.row][line.column].text == line.value for line in others.itertuples()
    )


def of_rule(findings, paper, rule):
    return findings[(findings["paper"] == paper) & (findings["rule"] == rule)]


def test_core_dice_of_hierdice_equals_its_precision(findings):
    found = of_rule(findings, "hierdice", "repeated-column")
    assert found["table"].tolist() == list("12345")
    assert set(found["columns"]) == {"tc_dice tc_precision"}
    assert set(found["severity"]) == {"suspicious"}
    # The value is not impossible in itself: it lies in the feasible range.
    assert (found["low"] < found["printed"].astype(float)).all()
    assert (found["printed"].astype(float) < found["high"]).all()


def test_counts_of_hierdice_are_not_pooled(findings):
    found = of_rule(findings, "hierdice", "pooled")
    assert len(found) == 17
    assert (found["printed"].astype(float) < found["low"]).all()


def test_mean_iou_of_linkdsl_passes_its_bound(findings):
    found = findings[findings["severity"] == "impossible"]
    assert found[["paper", "table", "row", "rule"]].to_numpy().tolist() == [
        ["linkdsl", "3", "cdsl", "mean-iou"]
    ]
    assert found["high"].item() == pytest.approx(0.900175)


def test_totals_of_dsunet_count_different_outputs(findings):
    found = of_rule(findings, "dsunet", "like-for-like")
    assert found["printed"].tolist() == ["8269331"]
    assert found["low"].item() == found["high"].item() == 8269561
    # Like for like the text's 45 % holds as well.
    assert round(100 * 3757945 / 8269561) == 45
    assert of_rule(findings, "dsunet", "text-against-table").empty


def test_text_of_cunet_against_its_table(findings):
    found = of_rule(findings, "cunet", "text-against-table").set_index("row")
    assert set(found.index) == {
        "gain-sensitivity-best",
        "gain-dice-mean",
        "better-sensitivity",
        "lws-dice",
    }
    # Loss weighted sampling lowers the mean Dice: 0.8333 to 0.8290.
    assert found["low"]["lws-dice"] == pytest.approx(-0.0043333 - 0.001, abs=1e-6)
    assert found["high"]["gain-sensitivity-best"] < 0.004


def test_specificities_fit_different_pools(findings):
    found = of_rule(findings, "cunet", "specificity-pool")
    assert len(found) == 5
    assert found["explanation"].str.contains("slices with tumor fits best").all()
    found = of_rule(findings, "anisocascade", "specificity-pool")
    assert len(found) == 5
    assert found["explanation"].str.contains("inside the brain fits best").all()


def test_text_of_the_others_against_their_tables(findings):
    found = of_rule(findings, "hierdice", "text-against-table")
    assert found["columns"].tolist() == ["wt_recall", "wt_recall"]
    found = of_rule(findings, "linkdsl", "text-against-table")
    assert found["row"].tolist() == ["second-network-dice", "second-network-iou"]
    assert of_rule(findings, "anisocascade", "text-against-table").empty
