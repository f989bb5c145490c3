"""The verbs for several machines, from their words to what they print."""

from types import SimpleNamespace

import pytest

from papers.engine.cli import devices
from papers.engine.cli.app import main

RUN = "make reproduce-linkdsl DATA=mats"


def shown(capsys, *words):
    """The exit code, and what is printed."""
    code = 0
    try:
        main(list(words))
    except SystemExit as stopped:
        code = stopped.code
    said = capsys.readouterr()
    return code, said.out, said.err


def test_the_help_names_all_forms(capsys):
    code, out, _ = shown(capsys, "cluster", "--help")
    assert not code
    assert all(f" {name} " in out for name in ("hosts", "slurm", "array"))


def test_lines_for_hosts(capsys):
    _, out, _ = shown(capsys, "cluster", "hosts", f"{RUN} && x", "--hosts", "a, b")
    assert f"{RUN} CLUSTER=auto && x" in out.splitlines()


@pytest.mark.parametrize(
    "words",
    [
        ("hosts", RUN, "--hosts", "a;rm -rf x,b"),
        ("hosts", f"{RUN} CLUSTER=local", "--hosts", "a,b"),
        ("slurm", f"{RUN[:-5]}'d"),
        ("slurm", RUN, "--time", "1:00\nrm -rf x"),
        ("slurm", RUN, "--port", "12000"),
        ("array", "linkdsl", "--only", "one"),
        ("array", "linkdsl", "--cluster", "auto"),
        ("array", "linkdsl", "--mem", "lots"),
    ],
)
def test_nothing_is_printed_for_what_is_refused(capsys, monkeypatch, words):
    monkeypatch.setattr(devices, "prepared", None)
    code, out, err = shown(capsys, "cluster", *words)
    assert (code, out) == (2, "") and err


def test_an_array_has_the_words_of_its_request(capsys, monkeypatch, tmp_path):
    received = []

    def slurm_array(*arguments):
        received.extend(arguments)
        return "script"

    runner = SimpleNamespace(
        jobs=(), slurm_array=slurm_array, console=SimpleNamespace(say=print)
    )
    monkeypatch.setattr(devices, "prepared", lambda request: runner)
    monkeypatch.setattr(devices, "hours_left", lambda *_: "3 hours")
    script = tmp_path / "submit.sh"
    own = ["--script", str(script), "--time=1:00", "--task-cpus", "4"]
    _, out, _ = shown(
        capsys, "cluster", "array", "linkdsl", *own, "--seeds", "0,1", "--gpus", "2"
    )
    words, options, hours = received
    assert words == ["linkdsl", "--seeds", "0,1", "--gpus", "2"]
    assert "--cpus-per-task=4" in options and hours == "3 hours"
    assert script.read_text() == "script\n" and f"bash {script}" in out
