"""The plan of a dry run: jobs, their number and their hours, with data and without."""

import re
from types import SimpleNamespace

import pytest

from papers import registry
from papers.engine.cli.app import main
from papers.engine.cli.dry_run import duration, show_plan
from papers.engine.cli.profile_time import (
    hours_left,
    profile_time,
    request_of,
    seconds_of,
)
from papers.engine.headers import time_of
from papers.engine.request import Request


def test_without_data_the_demo_is_planned(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    main_done("reproduce", "cunet", "--dry-run")
    shown = capsys.readouterr().out
    lines = [line for line in shown.splitlines() if "-patient-fold0-seed0-20ep" in line]
    assert len(lines) == 5 and lines[0].split()[0].startswith("unet-")
    assert all(re.search(r"new +0.7 min\* +[01][.\d]* GB", line) for line in lines)
    share = "* an equal share of the time of this profile's own command:"
    whole = "`make reproduce-cunet` as a whole: 3.7 minutes, measured"
    assert f"\n5 jobs\n{share}\n{whole}" in shown
    own = ("--set", "training.batch_size=4096", "--methods", "unet")
    monkeypatch.setattr("papers.engine.cli.dry_run.available_memory", lambda: 1e10)
    main_done("train", "cunet", "--profile", "paper", "--dry-run", *own)
    shown = capsys.readouterr().out
    assert "unet: may not fit: about " in shown
    assert "no data in downloads/brats17 yet" in shown and "\n1 job\n" in shown
    assert not list(tmp_path.iterdir())


def main_done(*words):
    with pytest.raises(SystemExit) as stopped:
        main(list(words))
    assert not stopped.value.code


def request_on(folder, cluster="", **more):
    paper = registry.paper("linkdsl")
    return Request(paper=paper, data=folder, profile="demo", cluster=cluster, **more)


def job(name, state, seconds, remaining):
    return SimpleNamespace(
        name=name,
        progress=lambda: (state, seconds),
        evaluation=lambda: ("scored", seconds),
        remaining=lambda: remaining,
        finished=lambda: state == "finished",
        method=SimpleNamespace(id=name),
        short_name=f"{name} fold 0",
        folder=f"runs/{name}",
        shorter=lambda: None,
    )


@pytest.mark.parametrize(
    ("jobs", "expected"),
    [
        (
            [job("a", "finished", 7200, 0.0), job("b", "epoch 1 of 3", 1800, 3600.0)],
            "2 jobs, 2.5 hours so far, about 60.0 min left",
        ),
        (
            [job("a", "finished", 60, 0.0), job("b", "new", None, None)],
            "2 jobs, 1.0 min so far; unknown: 1 job, as none like it was trained yet",
        ),
        ([job("a", "new", None, None)], "1 job, no time so far; unknown: 1 job,"),
    ],
)
def test_hours_are_added_up(tmp_path, capsys, jobs, expected):
    request = request_on(tmp_path)
    runner = SimpleNamespace(jobs=jobs, predicted=lambda job: None)
    show_plan("train", request, lambda request: runner)
    shown = capsys.readouterr().out
    assert expected in shown
    assert ("as a whole" in shown) == ("unknown" in expected)
    # 2 minutes for 9 trainings of 20 epochs, shared equally.
    assert shown.count(" 0.2 min*") == ("unknown" in expected)
    assert "memory" not in shown, "nothing is known of it"


def test_a_plan_says_what_tasks_at_once_gain(tmp_path, capsys):
    jobs = [job("a", "new", None, 7200.0), job("b", "new", None, 5400.0)]
    for one in jobs:
        vars(one).update(trains=True, needs={}, split_name="image")
    runner = SimpleNamespace(jobs=jobs, predicted=lambda job: None)
    for options in ({"cluster": "local"}, {"cpus_per_job": 1}, {}):
        request = request_on(tmp_path, **options)
        show_plan("train", request, lambda request: runner)
    *several, without = capsys.readouterr().out.split("3.5 hours left\n")[1:]
    for shown in several:
        assert "trainings take 3.5 hours with 1, 2.0 hours with 2\n" in shown
    assert [" at once, 1 core each" in shown for shown in several] == [False, True]
    assert "at once" not in without


def test_new_trainings_on_a_cluster_are_judged_by_their_profile(tmp_path, capsys):
    jobs = [job("a", "new", None, None), job("b", "new", None, None)]
    for one in jobs:
        vars(one).update(trains=True, needs={}, split_name="image")
    runner = SimpleNamespace(jobs=jobs, predicted=lambda job: None)
    request = request_on(tmp_path, "local", epochs=20_000)
    show_plan("train", request, lambda request: runner)
    # 2 minutes for 9 trainings of 20 epochs.
    hours = 2.0 / 9 / 20 * 20_000 / 60
    shown = capsys.readouterr().out
    assert f"(2 of them judged by the profile's time) take {2 * hours:.1f}" in shown
    assert "its 30 trainings of 20000 epochs: about 111 hours there" in shown


@pytest.mark.parametrize("paper_id", registry.IDS)
def test_a_profile_s_own_command_takes_the_profile_s_time(paper_id):
    paper = registry.paper(paper_id)
    for profile in paper.profiles:
        known = profile_time(paper, profile)
        request = request_of(known.command, paper)
        assert request.profile == profile
        assert seconds_of(request) == pytest.approx(known.seconds)


def test_three_seeds_take_three_times_as_long():
    paper = registry.paper("linkdsl")
    command = "make reproduce-linkdsl DATA=folder PROFILE=paper"
    once, thrice, fold = (
        seconds_of(request_of(f"{command} {more}", paper))
        for more in ("", "SEEDS=0,1,2", "FOLDS=0 METHODS=linknet EPOCHS=30")
    )
    assert thrice == pytest.approx(3 * once)
    assert fold == pytest.approx(once / 5 / 6 / 10)


def test_hours_of_what_was_never_trained_are_those_of_its_profile(tmp_path):
    jobs = [job("a", "new", None, None), job("b", "new", None, 3600.0)]
    request = request_on(tmp_path, epochs=20_000)
    said = hours_left(jobs, request)
    assert said == "4.7 h (by the profile's time on 2 CPU cores)"
    assert hours_left(jobs[1:], request) == "60 min"


def test_memory_of_what_is_left_is_shown(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("papers.engine.cli.dry_run.available_memory", lambda: 3e9)
    done, big, again, small = (
        job("done", "finished", 60, 0.0),
        job("big", "new", None, None),
        job("big", "new", None, None),
        job("small", "new", None, None),
    )

    def predicted(job):
        assert job is not done
        warning = "may not fit: …" if job.name == "big" else None
        peak = 5e9 if job.name == "big" else 1e9
        return SimpleNamespace(peak=peak, warning=lambda available: warning)

    jobs = [done, big, again, small]
    runner = SimpleNamespace(jobs=jobs, predicted=predicted)
    request = request_on(tmp_path)
    show_plan("reproduce", request, lambda request: runner)
    shown = capsys.readouterr().out
    assert shown.count("5 GB") == 2 and shown.count("1 GB") == 1
    assert shown.count("big fold 0: may not fit") == 1, "once per method"
    show_plan("evaluate", request, lambda request: runner)
    assert "memory" not in capsys.readouterr().out


@pytest.mark.parametrize("paper_id", registry.IDS)
def test_the_time_of_every_profile_is_known(paper_id):
    paper = registry.paper(paper_id)
    for profile in paper.profiles:
        command, time, hardware = time_of(paper, profile)
        assert hardware and "(" not in hardware
        assert command.startswith(f"make reproduce-{paper_id}")
        assert re.search(r"\d (hour|minute)s?, ", time) and "(" not in time
    assert time_of(paper, "none") is None


def test_durations():
    shown = [duration(s) for s in (None, 30, 5399, 5400, 9e6)]
    assert shown == ["", "0.5 min", "90.0 min", "1.5 hours", "2,500 hours"]


def test_a_script_for_slurm_says_what_all_trainings_take(capsys):
    command = "make reproduce-linkdsl DATA=x PROFILE=paper"
    for more, said in (
        (
            "SEEDS=0,1,2",
            "# In all 90 trainings, 6,000 h one after the other, "
            "188 h at best with 32 at once, if each had 2 CPU cores.\n",
        ),
        ("FOLDS=0 METHODS=linknet", "# In all 1 training, 66.7 h, if it had 2 CPU"),
    ):
        main_done("cluster", "slurm", f"{command} {more}", "--nodes=4", "--gpus=8")
        assert said in capsys.readouterr().out
