"""The paper's page: what a reader sees of its claims."""

from common.reporting.text import read_text
from papers.engine.request import SUITES
from papers.hierdice.page import claims_table


def test_claims_that_were_not_tested_are_folded():
    seen, _, folded = claims_table(SUITES / "hierdice").partition("<details>")
    verdicts = [
        [line.strip("| ").rpartition(" | ")[2] for line in text.splitlines()[2:]]
        for text in (seen.partition("\n\n")[0], folded.partition("\n\n")[2])
    ]
    assert verdicts[0] and not any("not tested" in one for one in verdicts[0])
    assert all("not " in one for one in verdicts[1] if one and one != "</details>")
    claims = read_text(SUITES / "hierdice" / "claims.csv", "")["claim"].unique()
    assert all(claim in seen + folded for claim in claims)
