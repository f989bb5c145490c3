"""What Linux says of free memory and cores, read from trees of files made up here."""

import os

import pytest

from papers.engine.memory.available import (
    available_cores,
    available_memory,
    free_memory,
)

MEMINFO = "MemTotal: 9000 kB\nMemFree: 100 kB\nMemAvailable: 8000 kB\nHugePages: 0\n"
STATUS = "Name: python\nVmHWM: 700 kB\nVmRSS: 500 kB\nThreads: 4\n"
KB = 1024


@pytest.fixture
def root(tmp_path):
    write(tmp_path, "proc/meminfo", MEMINFO)
    write(tmp_path, "proc/self/status", STATUS)
    return tmp_path


def write(root, name, text):
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(str(text))


def test_what_the_process_has_counts(root):
    assert available_memory(root) == 8500 * KB
    assert free_memory(root) == 8000 * KB


@pytest.mark.parametrize("place", ["", "user.slice/", "user.slice/one/"])
def test_the_least_of_all_groups_above_counts(root, place):
    write(root, "proc/self/cgroup", "0::/user.slice/one/two\n")
    group = f"sys/fs/cgroup/{place}"
    for name, value in {"max": 3000 * KB, "current": 2500 * KB}.items():
        write(root, f"{group}memory.{name}", value)
    write(root, f"{group}memory.stat", f"anon 5\ninactive_file {100 * KB}\n")
    assert available_memory(root) == (500 + 3000 - 2500 + 100) * KB
    write(root, f"{group}memory.max", "max\n")
    assert available_memory(root) == 8500 * KB


def test_a_container_of_version_1(root):
    """Its own group is mounted at the top, whatever its path outside is."""
    write(root, "proc/self/cgroup", "9:name=systemd:/\n4:memory:/docker/0123\n0::/\n")
    group = "sys/fs/cgroup/memory/memory"
    write(root, f"{group}.limit_in_bytes", 1000 * KB)
    write(root, f"{group}.usage_in_bytes", 900 * KB)
    write(root, f"{group}.stat", "total_inactive_file 0\n")
    assert available_memory(root) == 600 * KB
    write(root, f"{group}.usage_in_bytes", 2000 * KB)
    assert available_memory(root) == 500 * KB
    write(root, f"{group}.limit_in_bytes", 9223372036854771712)  # none
    assert available_memory(root) == 8500 * KB


def test_other_systems_say_nothing(tmp_path):
    assert available_memory(tmp_path) is None
    assert free_memory(tmp_path) is None
    assert available_cores(tmp_path) >= 1


@pytest.fixture
def eight(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)


@pytest.mark.parametrize(
    ("quota", "cores"),
    [
        ("max 100000", 8),
        ("250000 100000", 2),
        ("50000 100000", 1),
        ("1600000 100000", 8),
        ("broken", 8),
    ],
)
def test_a_container_has_a_share_of_the_cores(root, eight, quota, cores):
    assert available_cores(root) == 8
    write(root, "proc/self/cgroup", "0::/docker/one\n")
    write(root, "sys/fs/cgroup/cpu.max", f"{quota}\n")
    assert available_cores(root) == cores


@pytest.mark.parametrize(("quota", "cores"), [(-1, 8), (300000, 3)])
def test_a_container_of_version_1_has_one_too(root, eight, quota, cores):
    write(root, "proc/self/cgroup", "4:memory:/docker/1\n3:cpu,cpuacct:/docker/1\n")
    write(root, "sys/fs/cgroup/cpu/cpu.cfs_quota_us", quota)
    write(root, "sys/fs/cgroup/cpu/cpu.cfs_period_us", 100000)
    assert available_cores(root) == cores


def test_this_machine_has_some():
    assert 1 <= available_cores() <= os.cpu_count()
    assert available_memory() is None or available_memory() > 1e8
