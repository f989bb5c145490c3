"""The table of what the trainings behind the real rows took."""

from common.reporting.trainings import record_trainings
from papers.engine.pages.costs import trainings_table
from tests.common.reporting.test_trainings import row


def test_a_longer_training_holds_the_hours_of_the_shorter_one(tmp_path):
    rows = [row(budget="12 epochs", seconds=(360, 360)), row()]
    rows += [row(method="cdsl"), row(data="phantom")]
    record_trainings(tmp_path / "linkdsl", rows)
    shown = trainings_table(tmp_path)
    lines = [line for line in shown.splitlines() if line.startswith("| linkdsl")]
    assert len(lines) == 1 and "`cdsl`, `dual`" in lines[0]
    assert "| 4.0 | 10 % | 2 threads of a processor |" in lines[0]
    assert shown.endswith("In all 4.0 hours.")


def test_without_any(tmp_path):
    assert "No training" in trainings_table(tmp_path)
