"""Which tasks a request becomes, in which order, and with which words."""

from papers.engine.devices.tasks import tasks_of
from tests.papers.engine.devices.stand_ins import jobs_in

WORDS = ("linkdsl", "--epochs", "2")


def after(tmp_path, verb):
    tasks = tasks_of(jobs_in(tmp_path), WORDS, verb)
    return {task.name: task.after for task in tasks}


TRAININGS = {"train a": (), "train b": (), "train c": ("train a",)}


def test_trainings_come_after_those_they_need(tmp_path):
    assert after(tmp_path, "train") == TRAININGS


def test_a_cascade_is_scored_after_its_parts(tmp_path):
    assert after(tmp_path, "reproduce") == TRAININGS | {
        "evaluate b": ("train b",),
        "evaluate c": ("train c",),
        "evaluate d": ("train a", "train c"),
        "evaluate e": (),
    }


def test_what_is_trained_elsewhere_is_not_waited_for(tmp_path):
    assert set(after(tmp_path, "evaluate").values()) == {()}


def test_what_is_done_is_no_task(tmp_path):
    for name in "abce":
        (tmp_path / name).touch()
    for name in "bcde":
        (tmp_path / f"{name}.scored").touch()
    assert after(tmp_path, "reproduce") == {}
    (tmp_path / "c").unlink()
    assert after(tmp_path, "reproduce") == {
        "train c": (),
        "evaluate c": ("train c",),
        "evaluate d": ("train c",),
    }


def test_folders_are_its_own_and_those_of_what_it_needs(tmp_path):
    found = {
        task.name: task.folders
        for task in tasks_of(jobs_in(tmp_path), WORDS, "reproduce")
    }
    assert found["train b"] == ("runs/b",)
    assert found["train c"] == found["evaluate c"] == ("runs/c", "runs/a")
    assert found["evaluate d"] == ("runs/d", "runs/a", "runs/c")


def test_words_are_those_of_the_request(tmp_path):
    first, *_ = tasks_of(jobs_in(tmp_path), WORDS, "train")
    words = "train linkdsl --epochs 2 --only a --cluster".split()
    assert first.arguments == (*words, "")


def test_every_task_comes_after_what_it_needs(tmp_path):
    seen = set()
    for task in tasks_of(jobs_in(tmp_path), WORDS, "reproduce"):
        assert seen.issuperset(task.after)
        seen.add(task.name)
