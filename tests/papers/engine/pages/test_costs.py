"""What a run of each profile takes."""

from papers.engine.pages.costs import Cost


def test_times_have_two_digits_and_estimates_the_word():
    exact = Cost(command="make x", hours=1234.5, basis="")
    assert exact.time == "1,200 hours, an estimate"
    measured = Cost(command="make x", hours=3.7 / 60, measured=True, basis="")
    assert measured.time == "3.7 minutes, measured"
    assert Cost(command="make x", hours=1.0, basis="").time == "1 hour, an estimate"
    half = Cost(command="make x", hours=0.5, basis="")
    assert half.time == "30 minutes, an estimate"
