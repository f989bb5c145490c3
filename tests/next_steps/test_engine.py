"""Stages out of order, settings from outside, and files that cannot be used."""

import errno
import fcntl
import io
import os
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from rich.console import Console as RichConsole

from common.files import (
    atomic_folder,
    atomic_path,
    lock,
    read_json,
    require_readable,
    write_json,
)
from data.figshare.dataset import FigshareDataset
from data.figshare.mat_reader import read_slice
from data.figshare.mat_writer import write_slice
from data.phantom.brats.write import write_phantom as write_brats
from data.phantom.figshare.write import write_phantom
from papers import registry
from papers.engine.console import Console
from papers.engine.plan import plan_jobs
from papers.engine.request import Request
from papers.engine.runner import Runner
from papers.engine.settings import check_settings
from papers.linkdsl.experiment import prepare_case
from tests.disks import small_disk

FILES, SETTINGS = "common/files.py", "papers/engine/settings.py"


@pytest.fixture(scope="module")
def figshare(tmp_path_factory):
    root = tmp_path_factory.mktemp("engine") / "figshare"
    write_phantom(root, count=12, size=64, max_slices=2)
    return root


@pytest.fixture
def runner(figshare, tmp_path):
    request = Request(registry.paper("linkdsl"), figshare, "demo")
    return Runner(request, tmp_path, Console(RichConsole(file=io.StringIO())))


@pytest.mark.parametrize("verb", ["table", "figure"])
def test_nothing_is_trained(answer, made, figshare, verb):
    words = ["linkdsl", "--data", figshare, "--folds", "0", "--methods", "dual"]
    words += ["--profile", "demo"]
    place, step = answer(verb, *words)
    assert place == "papers/engine/cli/stages.py:_check_any_trained"
    assert step == "`make reproduce-linkdsl` with the same options"
    assert answer("reproduce", *words, "--dry-run") is None


def test_what_was_not_trained_is_not_scored(told, runner):
    with told("papers/engine/job.py:check_finished") as caught:
        runner.jobs[0].check_finished("linkdsl")
    assert caught.value.next_step == "`make train-linkdsl` with the same options"
    job = runner.jobs[0]
    job.run.finish(job.key, job.base_key, job.protocol.training.epochs, 1.0)
    runner.jobs[0].check_finished("linkdsl")


def test_one_machine_prepares(told, runner):
    with told("papers/engine/runner.py:_check_prepared") as caught:
        runner._check_prepared()
    step = caught.value.next_step
    assert "`make prepare-linkdsl …` on one of them, without TF_CONFIG" in step
    runner.prepare()
    runner._check_prepared()


def test_cases_without_labels_are_segmented(told, answer, tmp_path):
    root = tmp_path / "validation"
    write_brats(root, "brats17", hgg=1, lgg=1, shape=(16, 48, 48), labeled=False)
    paper = registry.paper("dsunet")
    request = Request(paper, root, "demo")
    dataset = paper.experiment.open_dataset(root)
    with told("papers/engine/plan.py:_labeled") as caught:
        plan_jobs(request, dataset, tmp_path)
    assert "`make segment CASE=folder OUT=folder`" in caught.value.next_step
    place, _ = answer("predict", "dsunet", "--case", root, "--out", tmp_path / "segs")
    assert place == "papers/engine/run.py:open", "a network is all that lacks"


def test_a_tumor_that_vanishes(told, tmp_path, figshare):
    """One pixel of 64 x 64, at the size of 32."""
    item = read_slice(figshare / "1.mat")
    mask = np.zeros_like(item.mask)
    mask[20, 20] = 1
    write_slice(tmp_path / "1.mat", replace(item, mask=mask))
    dataset = SimpleNamespace(read=lambda case: read_slice(tmp_path / "1.mat"))
    case, paper = FigshareDataset(figshare)[0], registry.paper("linkdsl")

    def protocol(*changes):
        return Request(paper, figshare, "demo", changes=list(changes)).protocol

    with told("papers/linkdsl/experiment.py:prepare_case") as caught:
        prepare_case(dataset, case, protocol(("preparation.image_size", "32")))
    setting = caught.value.next_step.split("SET=")[1].split(",")[0].split("=")
    assert prepare_case(dataset, case, protocol(tuple(setting)))["mask"].any()


def test_settings_from_outside(told, monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    with told(f"{SETTINGS}:check_settings") as caught:
        check_settings()
    assert caught.value.next_step == "unset KERAS_BACKEND"
    monkeypatch.delenv("KERAS_BACKEND")
    monkeypatch.setenv("KERAS_MAX_EPOCHS", "1")
    with told(f"{SETTINGS}:check_settings") as caught:
        check_settings()
    assert caught.value.next_step.startswith("unset KERAS_MAX_EPOCHS;")
    monkeypatch.delenv("KERAS_MAX_EPOCHS")
    path = tmp_path / "keras.json"
    path.write_text("[]")
    with told(f"{SETTINGS}:_bad_file") as caught:
        check_settings()
    assert caught.value.next_step == "correct or delete this file of Keras's"
    assert caught.value.file == str(path)
    path.unlink()
    assert check_settings() is None


def test_a_file_of_ours_that_is_damaged(told, tmp_path):
    path = tmp_path / "notes.json"
    path.write_text("{")
    with told(f"{FILES}:read_json") as caught:
        read_json(path)
    assert caught.value.next_step == "delete it and run the command again"
    path.unlink()
    write_json(path, {})
    assert read_json(path) == {}


def test_a_broken_link(told, tmp_path):
    path = tmp_path / "scan.nii"
    path.symlink_to(tmp_path / "absent")
    with told(f"{FILES}:unreadable") as caught:
        require_readable(path)
    assert "correct the link" in caught.value.next_step
    path.unlink()
    path.write_text("")
    require_readable(path)


def write_file(folder):
    with atomic_path(folder / "a.bin") as temporary:
        temporary.write_bytes(bytes(100_000))


def write_folder(folder):
    with atomic_folder(folder / "a") as temporary:
        (temporary / "a.bin").write_bytes(bytes(100_000))


@pytest.mark.parametrize(
    ("place", "write"),
    [(f"{FILES}:atomic_path", write_file), (f"{FILES}:atomic_folder", write_folder)],
)
def test_a_full_disk(told, tmp_path, place, write):
    disk = tmp_path / "disk"
    disk.mkdir()
    with small_disk(disk, "128k"):
        (disk / "other").write_bytes(bytes(90_000))
        with told(place) as caught:
            write(disk)
        assert caught.value.next_step.startswith("free space")
        (disk / "other").unlink()
        write(disk)


def test_a_folder_that_cannot_be_held(told, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    with told(f"{FILES}:_open_lock") as caught, lock(tmp_path / "file"):
        pass
    assert "make the folder writable" in caught.value.next_step
    (tmp_path / "file").unlink()
    with lock(tmp_path / "file"):
        pass

    def no_locks(*_):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    with monkeypatch.context() as patch:
        patch.setattr(fcntl, "flock", no_locks)
        with told(f"{FILES}:_wait_for") as caught, lock(tmp_path / "remote"):
            pass
        assert "a folder on another disk" in caught.value.next_step
    with lock(tmp_path / "local"):
        pass
