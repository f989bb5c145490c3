"""A run's folder: what is written is read again, and damage is one clear error."""

import pytest

from common.errors import UserError
from common.evidence import as_dict
from common.files import write_json
from papers import registry
from papers.engine.run import Run

LINKDSL = registry.paper("linkdsl")
READERS = {
    "job.json": Run.job,
    "environment.json": Run.environment,
    "finished.json": Run.finished,
    "evaluated.json": Run.evaluated,
    "history.csv": Run.history,
    "cases.csv": Run.rows,
}


@pytest.fixture
def run(tmp_path):
    """A finished run of linkdsl, without weights."""
    run = Run(tmp_path / "run")
    protocol = as_dict(LINKDSL.published)
    run.begin({"method": "dual", "protocol": protocol, "previous": None})
    run.finish("key", "base", 3, 1.5)
    return run


def test_what_is_written_is_read(run):
    assert run.is_begun and run.is_finished and not run.is_evaluated
    assert run.finished() == {
        "key": "key",
        "base_key": "base",
        "epochs": 3,
        "seconds": 1.5,
    }
    method, protocol = run.open(LINKDSL)
    assert (method.id, protocol) == ("dual", LINKDSL.published)
    assert run.previous() is None
    assert {"command", "commit", "packages"} <= set(run.environment())


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("damage", ["gone", "empty", "cut"])
def test_damage_names_the_file(run, name, damage):
    path = run.folder / name
    path.write_text('{"method": "dual", "pro' if damage == "cut" else "")
    if damage == "gone":
        path.unlink()
    with pytest.raises(UserError, match=f"{name}.*again"):
        READERS[name](run)


def test_json_without_its_keys_is_damaged(run):
    (run.folder / "finished.json").write_text('{"epochs": 3}')
    with pytest.raises(UserError, match="finished.json.*no base_key, seconds"):
        run.finished()


DONE = '{"epochs": 3, "seconds": %s, "base_key": ""}'


@pytest.mark.parametrize(
    ("name", "text", "received"),
    [
        ("finished.json", '{"epochs": "3", "seconds": 1, "base_key": ""}', "epochs"),
        ("finished.json", DONE % "-Infinity", "seconds: -inf"),
        ("finished.json", DONE % ("9" * 400), "seconds: 9999"),
        ("finished.json", DONE % "NaN", "seconds: nan"),
        ("finished.json", "[]", "no object"),
        ("evaluated.json", "[]", "no object"),
        ("job.json", '{"method": [], "protocol": {}}', "method"),
        ("environment.json", '{"command": 1, "commit": ""}', "command"),
        ("history.csv", "epoch,val_dice\n1,0.5\n", "no numbers in loss"),
        ("history.csv", "epoch,loss\n1,0.5\n", "no numbers in seconds"),
    ],
)
def test_values_of_another_kind_are_damaged(run, name, text, received):
    (run.folder / name).write_text(text)
    with pytest.raises(UserError, match=f"{name}.*{received}"):
        READERS[name](run)


@pytest.mark.parametrize("name", ["../elsewhere", "..", "/tmp", "a/b", "a\x00/b"])
def test_the_run_before_is_one_beside(run, name):
    write_json(run.folder / "job.json", run.job() | {"previous": name})
    with pytest.raises(UserError, match=r"job\.json.*no folder beside it"):
        run.previous()


def test_a_protocol_with_values_of_another_kind_is_damaged(run):
    job = run.job()
    job["protocol"]["training"]["epochs"] = "many"
    write_json(run.folder / "job.json", job)
    with pytest.raises(UserError, match=r"job\.json.*epochs"):
        run.open(LINKDSL)


def test_weights_that_are_missing(run):
    with pytest.raises(UserError, match=r"best\.weights\.h5.*train again"):
        run.weights_digest("best")


def test_only_a_finished_run_of_the_paper_is_opened(run, tmp_path):
    with pytest.raises(UserError, match="no run.*make train-linkdsl"):
        Run(tmp_path / "nowhere").open(LINKDSL)
    with pytest.raises(UserError, match="run of cunet"):
        run.open(registry.paper("cunet"))
    (run.folder / "finished.json").unlink()
    with pytest.raises(UserError, match="an unfinished run"):
        run.open(LINKDSL)


def test_rows_are_made_again_when_their_sources_change(run):
    made_of = {"weights": "a", "key": "b"}
    assert not run.has_rows_of(made_of)
    words = ("paper", "method", "data", "coverage", "fingerprint", "profile", "budget")
    words += ("split", "case", "patient", "group", "status", "command", "commit")
    row = dict.fromkeys(words, "x") | {"fold": 0, "seed": 1, "dice": 0.5}
    run.write_rows([row], made_of, 2.0)
    assert run.has_rows_of(made_of) and run.is_evaluated
    assert not run.has_rows_of(made_of | {"key": "c"})
    assert run.rows()["dice"].tolist() == [0.5]
    assert run.evaluated()["seconds"] == 2.0


def test_a_longer_run_begins_with_the_state_of_the_shorter(run, tmp_path):
    run.weights("best").write_bytes(b"weights")
    (run.folder / "state").mkdir()
    (run.folder / "state" / "step-1").write_text("state")
    longer = Run(tmp_path / "longer")
    longer.begin(run.job(), run)
    assert longer.weights("best").read_bytes() == b"weights"
    assert (longer.folder / "state" / "step-1").read_text() == "state"
    assert longer.is_begun and not longer.is_finished
