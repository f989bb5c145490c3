"""The whole system as a user runs it: small, killed, resumed, tables appear."""

import contextlib
import functools
import io
import os
import shutil
import subprocess
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest

from common.files import read_json
from data.phantom.figshare.write import write_phantom
from papers.__main__ import main
from papers.engine.devices.workers import DONE
from tests.killed import kill_within_training

ROOT = Path(__file__).resolve().parents[3]
# A tiny cascade: the first network and the second, each of 2 epochs.
SMALL = [
    *("--methods", "cdsl", "--epochs", "2"),
    *("--set", "preparation.image_size=32", "--set", "network.base_filters=16"),
]


NOBODY = ["-c", "user.name=nobody", "-c", "user.email=nobody@example.org"]


def git(folder, *arguments):
    """Runs git in a folder; returns what it printed."""
    return subprocess.run(
        ["git", *arguments], cwd=folder, check=True, capture_output=True, text=True
    ).stdout


@pytest.fixture(scope="module")
def phantom(tmp_path_factory):
    """The folder that commands run in, with a phantom data set in `mats`.

    For git it is a clone with the suite's own results.
    """
    folder = tmp_path_factory.mktemp("workspace")
    shutil.copy(ROOT / ".gitignore", folder)
    own = shutil.ignore_patterns("local")
    shutil.copytree(ROOT / "results", folder / "results", ignore=own)
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, *NOBODY, "commit", "--quiet", "--message", "a clone")
    (folder / ".git" / "info" / "exclude").write_text("/mats/\n")
    write_phantom(folder / "mats", count=40, size=64)
    return folder


def call(folder, capfd, *arguments, code=0):
    """Runs one verb in a folder, in this process; returns what it printed."""
    with contextlib.chdir(folder), pytest.raises(SystemExit) as stopped:
        main(list(arguments))
    printed = "".join(capfd.readouterr())
    assert (stopped.value.code or 0) == code, printed
    assert "Traceback" not in printed
    return printed


@pytest.fixture
def run(phantom, capfd):
    """Runs one verb in the phantom's folder."""
    return functools.partial(call, phantom, capfd)


CASCADE = ["linkdsl", "--data", "mats", "--profile", "demo", *SMALL, "--folds", "0"]
# Its first network alone on both splits, which shows the leak.
OPTIONS = [*CASCADE, "--methods", "dual", "--split", "image,patient"]


@pytest.fixture(scope="module")
def killed(phantom):
    """The same folder after a reproduction that was killed within a training."""
    kill_within_training(phantom, ["reproduce", *OPTIONS])
    return phantom


@pytest.fixture(scope="module")
def printed(killed):
    """What the command printed that was given again, and then one for the cascade.

    The first one does its two jobs at once.
    """
    printed = []
    for options in ([*OPTIONS, "--cpus-per-job", "1"], CASCADE):
        with (
            contextlib.chdir(killed),
            contextlib.redirect_stdout(io.StringIO()) as shown,
            pytest.raises(SystemExit) as stopped,
        ):
            main(["reproduce", *options])
        printed.append(shown.getvalue())
        assert not stopped.value.code, printed[-1]
    return printed


@pytest.fixture(scope="module")
def reproduced(killed, printed):
    """The same folder after both."""
    return killed


def test_tables_of_a_killed_and_resumed_reproduction(reproduced):
    folder = reproduced / "results" / "local" / "linkdsl" / "phantom"
    cases = pd.read_csv(folder / "cases.csv")
    runs_of = cases.groupby(["split", "method"]).size()
    assert set(runs_of.index) == {
        ("image", "dual"),
        ("patient", "dual"),
        ("image", "cdsl"),
    }
    assert (cases["status"] == "ok").all()
    assert cases["dice"].between(0, 1).all()
    assert cases["epoch"].isin([1, 2]).all()
    # Every image is a test image once in its split and fold.
    assert not cases.duplicated(["split", "method", "case"]).any()

    table = pd.read_csv(folder / "table3.csv")
    ran = table[table["data"] == "phantom"]
    assert set(ran["row"]) == {"dual", "cdsl"}
    assert ran["dice_published"].isna().all(), "a phantom beside published numbers"
    assert ran["dice_reproduced"].notna().all()
    assert pd.read_csv(folder / "leak.csv")["method"].tolist() == ["dual"]
    # Profile, split and budget, then a hash of the values that were replaced.
    for figure in ("figure4", "example", "learning_curves"):
        assert len(list(folder.glob(f"{figure}_demo_image_2epochs_*.png"))) == 1
    # Nothing of the killed process is left over.
    assert not list((reproduced / "runs").glob("**/.*.tmp*"))


def test_a_run_touches_no_file_that_git_holds(reproduced):
    assert list((reproduced / "results" / "local").rglob("*.png"))
    assert git(reproduced, "status", "--porcelain") == ""


def test_jobs_at_once_show_what_each_does_and_note_the_command(printed, reproduced):
    for job in ("[1/2] dual image", "[2/2] dual patient"):
        for done in ("2 epochs, best in epoch", "scored"):
            assert printed[0].count(f"{job} fold 0 seed 0: {done}") == 1
    assert "trained before" not in printed[0]
    assert "trained before" in printed[1]
    notes = reproduced.glob("runs/**/dual-patient-*/environment.json")
    (note,) = [read_json(path) for path in notes]
    assert "papers work" not in note["command"]
    if hasattr(os, "sched_getaffinity"):
        assert note["threads"] == 1


def test_a_process_that_works_through_tasks(reproduced, run, monkeypatch):
    names = [path.parent.name for path in reproduced.glob("runs/**/dual-*/job.json")]
    lines = [f"{step} {name}\n" for step in ("train", "evaluate") for name in names]
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(lines)))
    shown = run("work", *OPTIONS).split("\n")
    assert shown.count(DONE) == 1 + 4
    assert sum(line.endswith("trained before") for line in shown) == 2


def test_it_ends_with_its_table_and_where_the_files_are(printed):
    lines = printed[0].splitlines()
    start = lines.index("PHANTOM, linkdsl: Dice")
    assert any("PHANTOM results" in line for line in lines[:start])
    head, *rest = lines[start + 1 :]
    assert head.split()[:6] == ["method", "split", "published", "suite", "yours", "gap"]
    rows = [line for line in rest if line.startswith("Dual-Scale LinkNet ")]
    assert len(rows) == 2 and all(" 0.7812 " in row for row in rows)
    assert any("Not comparable with the published number: phantom." in x for x in rest)
    assert rest[-1].startswith(
        "Other scores, figures and all rows are in results/local/"
    )
    assert "table3.csv" in rest[-1] and "learning_curves" in rest[-1]


def test_finished_stages_are_not_run_again(reproduced, run):
    """Nor is the cascade, of which the command for the first network says nothing."""
    results = reproduced / "results" / "local" / "linkdsl" / "phantom"
    runs = [path.parent for path in reproduced.glob("runs/**/evaluated.json")]
    assert len(runs) == 3
    before = {
        path: path.read_bytes()
        for folder in (results, *runs)
        for path in folder.iterdir()
        if path.is_file()
    }
    shown = run("reproduce", *OPTIONS)
    assert "PHANTOM" in shown
    again = shown, run("train", *CASCADE), run("evaluate", *CASCADE)
    for text in again[:2]:
        assert text.count("trained before") == 2
        assert "epoch 1/2" not in text
    assert not any("scored" in text for text in again)
    assert {path: path.read_bytes() for path in before} == before
    for options in (OPTIONS, CASCADE):
        assert run("reproduce", *options, "--dry-run").count("finished") == 2


def test_a_damaged_cache_file_is_a_row_that_says_so(reproduced, run):
    """Its case has no score, the cell no value, and nothing else is lost."""
    folder = next((reproduced / "runs").glob("**/dual-image-*"))
    rows = pd.read_csv(folder / "cases.csv")
    case = rows["case"].iloc[0]
    (prepared,) = (reproduced / "cache").glob(f"phantom-*/{case}.h5")
    content = prepared.read_bytes()
    (folder / "evaluated.json").unlink()
    damaged = bytearray(content)
    damaged[len(damaged) // 2] ^= 255
    prepared.write_bytes(damaged)
    try:
        run("evaluate", *OPTIONS, "--methods", "dual", "--split", "image")
    finally:
        prepared.write_bytes(content)
    again = pd.read_csv(folder / "cases.csv")
    assert len(again) == len(rows)
    failed = again[again["status"] != "ok"]
    assert list(failed["case"]) == [case]
    # The others have the scores of the network that was not read from a file.
    pd.testing.assert_series_equal(again["dice"][1:], rows["dice"][1:])
    assert "damaged" in failed["status"].iloc[0] or ".h5" in failed["status"].iloc[0]
    (folder / "evaluated.json").unlink()


@pytest.mark.parametrize("name", ["best.weights.h5", "history.csv"])
@pytest.mark.parametrize("damage", ["empty", "gone"])
def test_what_a_training_left_is_damaged(reproduced, run, name, damage):
    folder = next((reproduced / "runs").glob("**/dual-image-*-2epochs-*"))
    path, stamp = folder / name, folder / "evaluated.json"
    content = path.read_bytes()
    path.write_bytes(b"") if damage == "empty" else path.unlink()
    stamp.unlink(missing_ok=True)
    try:
        printed = run("evaluate", *OPTIONS, "--methods", "dual", code=2)
    finally:
        path.write_bytes(content)
    assert name in printed and "train again" in printed


def test_longer_run_continues_a_shorter_one(reproduced, run):
    small = [option if option != "2" else "3" for option in SMALL]
    small[small.index("cdsl")] = "dual"
    options = ["linkdsl", "--data", "mats", "--profile", "demo", *small]
    printed = run("train", *options, "--folds", "0")
    assert "continues from dual-image-fold0-seed0-2epochs" in printed
    assert "epoch 2/3" not in printed
    assert "dual image fold 0 seed 0: 3 epochs, best in epoch " in printed


@pytest.mark.parametrize(
    "options, words",
    [
        (["--profile", "huge"], ["PROFILE=huge", "demo, cpu, paper"]),
        (["--set", "training.speed=9"], ["training.speed", "training.epochs"]),
        (["--set", "training.epochs=many"], ["training.epochs", "type int"]),
        (["--set", "network.fusion=magic"], ["network.fusion", "concat_conv"]),
        (["--methods", "unet"], ["METHODS=unet", "triad"]),
        (["--folds", "9"], ["FOLDS=9", "one of 0, 1"]),
        (["--folds", "one"], ["FOLDS=one", "FOLDS=0"]),
        (["--seeds", "\u00b2"], ["SEEDS=", "whole numbers"]),
        (["--seeds", ""], ["SEEDS=", "whole numbers"]),
        (["--seeds", "4294967296"], ["below 2^32"]),
        (["--epochs", "0"], ["training.epochs", "at least 1"]),
        (["--set", "training.batch_size=0"], ["training.batch_size", "at least 1"]),
        (["--set", "preparation.image_size=100"], ["a multiple of 32"]),
        (["--set", "folds.validation_share=1.5"], ["at most 0.9"]),
        (["--split", "image", "--splits", "mine.csv"], ["one of the two"]),
        (["--data", "mats/1.mat"], ["mats/1.mat", "a file"]),
        (["--split", "random"], ["SPLIT=random", "image"]),
        (["--splits", "nowhere.csv"], ["nowhere.csv", "case,fold"]),
        (["--data", "nowhere"], ["nowhere", "no such folder", "make data-figshare"]),
    ],
)
def test_bad_options(run, options, words):
    """One clear error: what, expected, received, next; no traceback."""
    if "--data" not in options:
        options = ["--data", "mats", *options]
    printed = run("train", "linkdsl", *options, "--dry-run", code=2)
    for word in [*words, "expected:", "received:", "next:"]:
        assert word in printed
    assert "Traceback" not in printed


def damage(path):
    path.write_bytes(path.read_bytes()[:2000])


def no_patient(path):
    with h5py.File(path, "r+") as file:
        attributes = dict(file["cjdata/PID"].attrs)
        del file["cjdata/PID"]
        dataset = file["cjdata"].create_dataset("PID", data=np.zeros(2, np.uint64))
        dataset.attrs.update(attributes | {"MATLAB_empty": np.uint8(1)})


def not_finite(path):
    with h5py.File(path, "r+") as file:
        image = file["cjdata/image"][...].astype(np.float32)
        image[3, 3] = np.nan
        del file["cjdata/image"]
        file["cjdata/image"] = image


def twice(path):
    shutil.copy(path, path.with_name(f"0{path.name}"))


@pytest.mark.parametrize(
    "fault, split, words",
    [
        (damage, "image", ["3.mat", "truncated"]),
        (not_finite, "image", ["3.mat", "finite"]),
        (twice, "image", ["03.mat", "each index once"]),
        (no_patient, "patient", ["3.mat", "patient id", "SPLIT=image"]),
    ],
)
def test_bad_slices(phantom_copy, tmp_path, capfd, fault, split, words):
    """A file that cannot be used stops the command and is named."""
    fault(phantom_copy / "3.mat")
    options = ["linkdsl", "--data", str(phantom_copy), "--split", split]
    printed = call(tmp_path, capfd, "prepare", *options, *SMALL, code=2)
    for word in [*words, "expected:", "received:", "next:"]:
        assert word in printed


def test_verbs_before_training(phantom_copy, tmp_path, capfd):
    """Neither trains by the way, nor writes empty tables."""
    options = ["linkdsl", "--data", str(phantom_copy), *SMALL, "--folds", "0"]
    for verb in ("evaluate", "table", "figure"):
        printed = call(tmp_path, capfd, verb, *options, code=2)
        assert "make " in printed
    assert not (tmp_path / "results").exists()


@pytest.mark.slow
def test_default_demo(tmp_path, capfd):
    """`make reproduce-linkdsl` as it is: all methods, both splits."""
    printed = call(tmp_path, capfd, "reproduce", "linkdsl")
    assert "PHANTOM" in printed
    cases = pd.read_csv(tmp_path / "results/local/linkdsl/phantom/cases.csv")
    methods = cases.groupby("split")["method"].unique().map(set).to_dict()
    assert methods["image"] == {"bce", "linknet", "dual", "triad", "multi", "cdsl"}
    assert methods["patient"] == {"linknet", "dual", "cdsl"}


def test_unwritable_results(reproduced, run):
    (reproduced / "blocked").write_text("a file where a folder should be")
    options = ["linkdsl", "--data", "mats", "--profile", "demo", *SMALL]
    options += ["--folds", "0", "--results", "blocked"]
    printed = run("table", *options, code=2)
    assert "blocked" in printed
    assert "next:" in printed
    # What was computed is still there.
    assert list((reproduced / "runs").glob("**/finished.json"))
