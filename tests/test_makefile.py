"""The Makefile: what is installed, and what its help shows."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
# Makes an environment whose own Python notes how it is called.
PYTHON = """#!/bin/bash
if [ "$1" = -m ]; then
  mkdir -p "$3/bin"
  printf '#!/bin/bash\\necho "$@" >>calls\\n' >"$3/bin/python"
  echo 'echo "$BRAINTUMOR_COMMAND" >typed' >>"$3/bin/python"
  chmod +x "$3/bin/python"
fi
"""
COPIED = ("Makefile", "environments.mk", "setup.cfg", "pyproject.toml", "locks")


@pytest.fixture
def make(tmp_path):
    """Runs `make` with fakes of Python and, if `driver`, of NVIDIA's program."""
    for name in COPIED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    programs = tmp_path / "programs"
    programs.mkdir()
    write_program(programs / "python", PYTHON)

    def make(*words, driver=False, uv="", python=f"PYTHON={programs}/python", **more):
        smi = programs / "nvidia-smi"
        write_program(smi, f"#!/bin/bash\nexit {int(not driver)}\n")
        (tmp_path / "calls").write_text("")
        done = subprocess.run(
            ["make", *filter(None, [python]), *words],
            cwd=tmp_path,
            env={
                "PATH": f"{programs}:{os.environ['PATH']}",
                "HOME": "/who/am/i",
                "UV": uv,
                **more,
            },
            capture_output=True,
            text=True,
        )
        calls = (tmp_path / "calls").read_text()
        return done.returncode, calls, done.stdout + done.stderr

    return make


def write_program(path, text):
    path.write_text(text)
    path.chmod(0o755)


@pytest.mark.skipif(
    Path("/proc/driver/nvidia/version").exists(), reason="a driver of this machine"
)
def test_cuda_is_installed_where_a_driver_is_found(make):
    code, calls, shown = make("install")
    assert code == 0 and "locks/install.txt" in calls and "CUDA" not in shown
    assert make("install", driver=True)[1] == "", "it is installed"
    code, calls, shown = make("install", "GPU=1")
    assert code == 0 and "locks/gpu.txt" in calls and "with CUDA" in shown
    assert make("install", "GPU=1")[1] == ""
    assert "locks/install.txt" in make("install", "GPU=0", driver=True)[1]


def test_a_driver_decides(make):
    assert "locks/gpu.txt" in make("install", driver=True)[1]


def test_only_files_of_known_hashes_are_installed(make):
    """But for the suite itself, which brings no package with it."""
    installed = [line for line in make("install")[1].splitlines() if "install" in line]
    hashed = "--require-hashes --no-build-isolation -r locks"
    *locked, suite = installed
    assert [line.partition(hashed)[2] for line in locked] == [
        "/build.txt",
        "/install.txt",
    ]
    assert suite.endswith("--no-deps --no-build-isolation -e .")
    extra = make("install-cluster")[1].splitlines()[-1]
    assert extra.endswith("--require-hashes --no-build-isolation -r locks/cluster.txt")


def test_uv_installs_where_it_is_there(make, tmp_path):
    write_program(tmp_path / "programs" / "uv", '#!/bin/bash\necho uv "$@" >>calls\n')
    code, calls, shown = make("install", uv=f"{tmp_path}/programs/uv")
    assert code == 0, shown
    lines = calls.splitlines()
    assert [line.split()[:3] for line in lines] == [["uv", "pip", "install"]] * 3
    assert all("--python .venv/bin/python" in line for line in lines)


def test_the_newest_python_that_the_suite_runs_on_is_found(make, tmp_path):
    """A name that is there and does not run is passed over, as pyenv's shims are."""
    programs = tmp_path / "programs"
    for name, body in (("3.13", "exit 1\n"), ("3.12", PYTHON), ("3.11", PYTHON)):
        write_program(programs / f"python{name}", body.replace("$3/bin", f"$3/{name}"))
    make("install", python=None)
    assert [path.name for path in (tmp_path / ".venv").iterdir()] == ["3.12"]


@pytest.mark.parametrize("python", ["PYTHON=programs/none", "PYTHON="])
def test_without_such_a_python_the_next_step_is_said(make, python):
    code, calls, shown = make("install", python=python)
    assert code == 2 and not calls
    assert "Python 3.11, 3.12 or 3.13 is needed" in shown
    assert "Next: make PYTHON=/path/to/python3.13 install" in shown


def test_gpu_is_0_or_1(make):
    code, calls, shown = make("install", "GPU=yes")
    assert code == 2 and not calls and "Expected: 0 or 1" in shown


@pytest.mark.parametrize(
    ("words", "typed"),
    [
        (["segment", "OUT=b.png", "CASE=my scan"], 'segment CASE="my scan" OUT=b.png'),
        (["prepare-brats17", "N4=1", "WORKERS=2"], "prepare-brats17 N4=1 WORKERS=2"),
        (["score", "TRUTH=a", "PREDICTION=b"], "score PREDICTION=b TRUTH=a"),
        # What does not decide the results is no part of their rows.
        (["train-cunet", "WORKERS=2", "FOLDS=0"], "train-cunet FOLDS=0"),
    ],
)
def test_a_command_is_handed_over_as_it_was_typed(make, tmp_path, words, typed):
    assert make(*words)[0] == 0
    assert (tmp_path / "typed").read_text() == f"make {typed}\n"


def test_help_stands_in_two_columns(make):
    code, _, shown = make("help")
    assert code == 0
    lines = [line for line in shown.splitlines() if line.startswith("  ")]
    assert len(lines) > 60
    assert [line for line in lines if line[26] != " " or line[27:28] in ("", " ")] == []
    assert [line for line in lines if len(line) > 80] == []


def test_a_backend_is_measured_beside_tensorflow(make, tmp_path):
    (tmp_path / "constraints.txt").touch()
    code, calls, shown = make("bench-backends", "BACKEND=jax")
    assert code == 0, shown
    expected = "-m benchmarks.backends.bench --backends tensorflow jax"
    assert calls.splitlines()[-1].endswith(expected)


def test_a_scan_is_measured_beside_an_older_commit(make):
    code, calls, shown = make("bench-anisocascade", "DATA=my case", "BEFORE=1a2b3c")
    assert code == 0, shown
    expected = "-m benchmarks.anisocascade.scan my case --before 1a2b3c"
    assert calls.splitlines()[-1].endswith(expected)


@pytest.mark.parametrize("name", ["data", "metrics"])
def test_a_quoted_home_of_the_benchmarks(make, name):
    """The other targets leave it to `python -m papers`."""
    code, calls, shown = make(f"bench-{name}", "DATA=~/my data")
    assert code == 0, shown
    assert calls.splitlines()[-1].endswith("/who/am/i/my data")
    assert "--data ~/my data" in make("check-data", "DATASET=a", "DATA=~/my data")[1]


@pytest.mark.parametrize(
    "words, expected",
    [
        (
            ["segment", "CASE=my case", "OUT=seg.nii.gz"],
            "predict anisocascade --case my case --out seg.nii.gz",
        ),
        (
            ["segment", "CASE=1.mat", "OUT=m.png", "PAPER=linkdsl", "WEIGHTS=runs/a"],
            "predict linkdsl --case 1.mat --out m.png --weights runs/a",
        ),
        (["segment", "CASE=c", "OUT=o", "FORCE=1"], "--case c --out o --force"),
        (
            ["segment", "CASE=c", "OUT=o", "REPORT=a b", "OVERLAY=c.png"],
            "--case c --out o --report a b --overlay c.png",
        ),
        (
            ["segment", "CASE=c", "OUT=o", "PREPARE=1", "SKULL_STRIP=bet {in} {out}"],
            "--case c --out o --prepare --skull-strip bet {in} {out}",
        ),
        (["list-series", "CASE=my dicom"], "papers list-series my dicom"),
        (
            ["prepare-scan", "CASE=c", "OUT=o", "BRAIN_MASK=my mask.nii"],
            "papers prepare-scan --case c --out o --brain-mask my mask.nii",
        ),
        (["prepare-scan", "CASE=c", "OUT=o", "N4=1"], "--case c --out o --n4"),
        (["segment", "CASE=c", "OUT=o", "PREPARE=1", "N4=1"], "--prepare --n4"),
        (
            ["restore-mask", "CASE=c", "MASK=m.nii", "OUT=o"],
            "papers restore-mask --case c --mask m.nii --out o",
        ),
        (["import-weights", "FROM=a", "TO=b"], "anisocascade --from a --to b"),
        (
            ["workers", "COMMAND=make train-linkdsl SET='a=b c=d'", "HOSTS=a:1,b:1"],
            "workers make train-linkdsl SET='a=b c=d' --hosts a:1,b:1",
        ),
        (["workers", "COMMAND=make train-cunet", "NODES=3"], "train-cunet --tasks 3"),
        (["table-brats17", "FORMAT=latex"], "papers join brats17 --format latex"),
        (["compare", "RESULTS=mine"], "papers compare --results mine"),
        (["report", "PAPER=cunet", "RESULTS=mine"], "report cunet --results mine"),
        (
            ["report", "PAPER=cunet", "CASES=worst:3,my id", "DATA=a", "FOLDS=0"],
            "report-cases cunet --cases worst:3,my id --data a --folds 0",
        ),
        (
            ["record", "FROM=results/local", "PAPER=cunet", "RESULTS=mine"],
            "papers record cunet --from results/local --results mine",
        ),
    ],
)
def test_targets_of_a_users_own(make, words, expected):
    code, calls, shown = make(*words)
    assert code == 0, shown
    assert expected in calls.splitlines()[-1]


def test_a_run_goes_where_the_command_line_puts_it(make):
    """To a folder that git ignores, unless the user names another one."""
    assert (
        make("reproduce-linkdsl")[1].splitlines()[-1] == "-m papers reproduce linkdsl"
    )


@pytest.mark.parametrize(
    "words, message",
    [
        (["segment", "CASE=c"], "segment needs OUT"),
        (["segment"], "segment needs CASE OUT"),
        (["restore-mask", "CASE=c"], "restore-mask needs MASK OUT"),
        (["list-series"], "list-series needs CASE"),
        (["list-series", "CASE=c", "OUT=o"], "OUT is no option of list-series"),
        (["report", "CASES=worst:3"], "report needs PAPER"),
        (["import-weights"], "import-weights needs FROM"),
        (["workers", "HOSTS=a:1,b:1"], "workers needs COMMAND"),
        (["list", "CASE=c"], "CASE is no option of list"),
        (["train-linkdsl", "PAPER=cunet"], "PAPER is no option of train-linkdsl"),
        (["segment", "CASE=c", "OUT=o", "DATA=d"], "DATA is no option of segment"),
        (["segment", "CASE=c", "OUT=o", "FROM=d"], "FROM is no option of segment"),
        (["table-linkdsl", "FORMAT=latex"], "FORMAT is no option of table-linkdsl"),
        (["verify", "FROM=d"], "FROM is no option of verify"),
    ],
)
def test_options_that_a_target_lacks_or_would_ignore(make, words, message):
    code, calls, shown = make(*words)
    assert code == 2 and calls == "" and message in shown and "make help" in shown


def test_scores_need_two_folders_and_pass_on_their_options(make):
    code, calls, shown = make("score", "TRUTH=a")
    assert code == 2 and "score needs PREDICTION" in shown and not calls
    words = ("LESIONS=none", "PREDICTION_LABELS=brats21", "OUT=my scores")
    code, calls, _ = make("score", "TRUTH=a", "PREDICTION=b", *words)
    assert code == 0
    assert calls.endswith(
        "-m papers score --truth a --prediction b --out my scores --lesions none "
        "--prediction-labels brats21\n"
    )


@pytest.mark.parametrize(
    "words",
    [
        ("check-data", "DATASET=figshare", "DATA={}"),
        ("train-linkdsl", "DATA={}"),
        ("train-linkdsl", "PROFILE={}"),
        ("segment", "CASE={}", "OUT=x.nii", "PAPER=cunet"),
        ("score", "TRUTH={}", "PREDICTION=p"),
        ("record", "FROM={}"),
    ],
)
def test_no_shell_computes_what_was_typed(make, tmp_path, words):
    typed = """a b`touch x`"; touch x; '; touch x; $$(touch x) \\"""
    code, calls, shown = make(*(word.format(typed) for word in words))
    assert code == 0 and typed.replace("$$", "$") in calls, shown
    assert not (tmp_path / "x").exists()


def test_ray_is_installed_for_those_who_ask_for_it(make):
    """And not where another program's variable has the name of an option."""
    code, calls, shown = make("train-linkdsl", CLUSTER="lrz", GPUS="4", DATA="there")
    assert code == 0 and "cluster.txt" not in calls, shown
    assert "-m papers train linkdsl\n" in calls
    assert "cluster.txt" in make("train-linkdsl", "GPUS=2")[1]
