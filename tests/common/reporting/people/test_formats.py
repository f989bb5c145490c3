"""Tables as texts to paste."""

import re

import pytest

from common.reporting.people import SmallTable, as_latex, as_markdown

TABLE = SmallTable(
    title="mine_1: Dice",
    head=("method", "published", "reproduced", "gap"),
    rows=(
        ("A & B, 50 %", "0.8000", "0.7500 ± 0.0100 [0.7000, 0.8000]", "-0.0500"),
        ("<img>|x", "0.9000", "not run", "-"),
    ),
    sections=(1,),
    notes=("Run on {all}.", "n = 3"),
)


def test_markdown():
    assert as_markdown(TABLE).splitlines() == [
        "**mine_1: Dice**",
        "",
        "| method | published | reproduced | gap |",
        "| --- | --- | --- | --- |",
        "| A & B, 50 % | 0.8000 | 0.7500 ± 0.0100 [0.7000, 0.8000] | -0.0500 |",
        r"| &lt;img&gt;\|x | 0.9000 | not run | - |",
        "",
        "- Run on {all}.",
        "- n = 3",
    ]


def test_latex():
    lines = [line.strip() for line in as_latex(TABLE).splitlines()]
    assert lines == [
        r"\begin{table}  % needs \usepackage{booktabs}",
        r"\caption{mine\_1: Dice. Run on \{all\}. n = 3.}",
        r"\begin{tabular}{lrrr}",
        r"\toprule",
        r"method & published & reproduced & gap \\",
        r"\midrule",
        r"A \& B, 50 \% & 0.8000 & 0.7500 $\pm$ 0.0100 [0.7000, 0.8000] & -0.0500 \\",
        r"\midrule",
        r"\textless{}img\textgreater{}|x & 0.9000 & not run & - \\",
        r"\bottomrule",
        r"\end{tabular}",
        r"\end{table}",
    ]


@pytest.mark.parametrize("sign", list("&%$#_{}~^\\"))
def test_every_sign_of_latex_is_escaped(sign):
    text = as_latex(SmallTable("t", ("method",), ((f"a{sign}b",),)))
    (row,) = re.findall(r"^ *(a.*b) \\\\$", text, re.MULTILINE)
    assert row.startswith("a\\") and row != f"a{sign}b"
