"""The locks agree with setup.cfg and constraints.txt; `make lock` writes them anew."""

import configparser
import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
LOCKS = {
    "install": ["test"],
    "gpu": ["test", "gpu"],
    "cluster": ["cluster"],
    "browser": ["browser"],
}
LOCKED = re.compile(
    r"^([\w.-]+)==(\S+)(.*?)((?: \\\n    --hash=sha256:\w{64})+)$", re.M
)


def locked(name):
    """The version of each package of a lock, each with its hashes."""
    text = (ROOT / "locks" / f"{name}.txt").read_text()
    found = {canonicalize_name(one[1]): one[2] for one in LOCKED.finditer(text)}
    assert re.sub(r"^#.*\n", "", LOCKED.sub("", text), flags=re.M).strip() == ""
    return found


def wanted(extras):
    """The requirements of setup.cfg, with those of some extras."""
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    texts = [setup["options"]["install_requires"]]
    texts += [setup["options.extras_require"][extra] for extra in extras]
    lines = "\n".join(texts).splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def constraints():
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pairs = [line.split("==") for line in lines if not line.startswith("#")]
    return {canonicalize_name(name): version for name, version in pairs}


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_what_setup_cfg_asks_for(name):
    found = locked(name)
    for requirement in wanted(LOCKS[name]):
        version = found[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version), requirement


@pytest.mark.parametrize("name", ["build", *LOCKS])
def test_a_lock_has_the_versions_of_constraints(name):
    pinned = constraints()
    found = locked(name)
    assert {one: pinned.get(one, found[one]) for one in found} == found


def test_every_constraint_is_in_a_lock():
    names = set().union(*(locked(name) for name in LOCKS))
    assert constraints().keys() - names == set()


def test_tools_are_locked_as_they_are_asked_for():
    lines = (ROOT / "locks" / "tools.in").read_text().splitlines()
    asked = dict(line.split("==") for line in lines if not line.startswith("#"))
    found = locked("tools")
    assert {name: found[name] for name in asked} == asked
