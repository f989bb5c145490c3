"""What the front page says of a row."""

from types import SimpleNamespace

from papers.engine.pages.front import run_of

ROW = {
    "data": "half",
    "coverage": "20/40",
    "n_cases": "1",
    "profile": "cpu, training.precision=mixed_bfloat16",
    "budget": "9 epochs",
}


def paper(dataset, remark=""):
    return SimpleNamespace(
        dataset=dataset,
        page=SimpleNamespace(HEADLINE=SimpleNamespace(remark=remark)),
        protocol_of=lambda profile: SimpleNamespace(budget="90 epochs"),
    )


def test_a_row_on_other_data_names_both():
    assert run_of(ROW, paper("all", "their mean")) == (
        "1 case of `half`, not of `all`; profile cpu; 9 of 90 epochs; their mean"
    )


def test_a_row_on_some_of_the_data_says_how_many():
    assert run_of(ROW, paper("half")) == (
        "1 case of `half`; 20 of 40 cases in all; profile cpu; 9 of 90 epochs"
    )


def test_weights_as_given_are_whose_they_are():
    given = ROW | {"budget": "weights as given", "n_cases": "6"}
    assert run_of(given, paper("all", "the authors' own")) == (
        "6 cases of `half`, not of `all`; profile cpu; the authors' own"
    )
