"""Every next step says what to do, and the commands and settings in it exist."""

import re
import shlex
import subprocess
from functools import cache

import typer

from common.evidence import describe
from papers import registry
from papers.engine.cli.app import app
from tests.each import each
from tests.next_steps.sources import ROOT, other_advice, passed_steps, sites

MAKEFILE = "".join(
    (ROOT / name).read_text(encoding="utf-8")
    for name in ("Makefile", "environments.mk")
)
# Words after `make` in English.
ENGLISH = ("the", "it", "some", "one", "sense")


@cache
def steps():
    """Returns every text of a next step with its place, each once."""
    found = {(text, site.place) for site in sites() for text in site.steps}
    for place, texts in (passed_steps() | other_advice()).items():
        found |= {(text, place) for text in texts}
    return sorted((text, place) for text, place in found if text.strip("{} "))


@cache
def targets():
    """Returns the targets of the Makefile, by its rules and its lists."""
    lists = dict(re.findall(r"^(\w+) := (.*)$", MAKEFILE, re.MULTILINE))
    words = {name: value.split() for name, value in lists.items()}
    documented = set(re.findall(r"^([a-z0-9-]+):.*##", MAKEFILE, re.MULTILINE))
    groups = {"prepare": "VOLUMES", "phantom": "VOLUMES", "table": "JOINED"}
    for prefix, group in groups.items():
        documented |= {f"{prefix}-{name}" for name in words[group]}
    stages = {f"{stage}-{paper}" for stage in words["STAGES"] for paper in words["IDS"]}
    return documented | stages | {f"describe-{paper}" for paper in words["IDS"]}


@cache
def options():
    """Returns the options of the Makefile."""
    known = re.search(r"^KNOWN := (.*?)[^\\]$", MAKEFILE, re.MULTILINE | re.DOTALL)[1]
    single = re.findall(r"^(?:SHOWN|OF_[\w-]+) := (.*)$", MAKEFILE, re.MULTILINE)
    return set(re.findall(r"\b[A-Z0-9_]+\b", " ".join([known, *single])))


@cache
def verbs():
    """Returns the options of each verb of the command line."""
    commands = typer.main.get_command(app).commands
    return {
        name: {
            option
            # Of a group such as `cluster`, those of all that is in it.
            for own in (command, *getattr(command, "commands", {}).values())
            for one in own.params
            for option in one.opts
        }
        for name, command in commands.items()
    }


@cache
def keys():
    """Returns the keys of all protocols."""
    return {
        entry.key for paper in registry.papers() for entry in describe(paper.published)
    }


def matches(name, known):
    """Whether a name, in which `{}` and `…` stand for anything, is among some."""
    parts = re.split(r"\{\}|…", name)
    pattern = ".*".join(map(re.escape, parts))
    return any(re.fullmatch(pattern, one) for one in known)


def commands_in(text):
    """Returns the words of the commands in backticks, or of a text that is one."""
    given = [text] if text.startswith("make ") else re.findall(r"`([^`]+)`", text)
    return [shlex.split(one) for one in given]


def test_there_are_steps_and_things_to_name():
    assert len(sites()) > 180 and len(steps()) > 100
    assert {"reproduce-linkdsl", "check-data", "prepare-brats23"} <= targets()
    assert {"DATA", "SET", "HOSTS", "FROM", "GPU", "DATASET"} <= options()
    assert {"--weights", "--flair"} <= verbs()["predict"]
    assert "training.learning_rate" in keys()


@each(sites, lambda site: f"{site.place}:{site.line}")
def test_an_error_says_what_is_next(site):
    """In a text of its own, or in one that the caller or the error class gives."""
    given_elsewhere = (
        "common/reporting/cells_file.py:read_cells",
        "common/reporting/text.py:read_columns",
        "common/reporting/text.py:read_text",
        "common/training/weights.py:load_weights",
        "data/download/ranged_file.py:_expected",  # that of whoever asks
        "data/figshare/mat_reader.py:",  # `MatError` names the check
        "data/prepared/processes.py:_rebuild",  # an error of another process
        "data/scans/checks.py:refuse_errors",  # that of the finding
        "papers/anisocascade/released_weights.py:_listed",
        "papers/engine/devices/scripts/machine_command.py:check_command",  # joined
    )
    assert any(text.strip() for text in site.steps) or site.place.startswith(
        given_elsewhere
    )


@each(steps)
def test_what_a_next_step_names_exists(step):
    text, _ = step
    for name in re.findall(r"\bmake ([a-z0-9{][\w{}…-]*)", text):
        assert name in ENGLISH or matches(name, targets()), name
    for name in re.findall(r"\b([A-Z][A-Z0-9]+)=", text):
        assert name in options(), name
    for key in re.findall(r"SET=([a-z_]+(?:\.[a-z_]+)*)=", text):
        assert key in keys(), key
    known = set().union(*verbs().values())
    for option in re.findall(r"(?<![\w-])--[a-z][a-z0-9-]*", text):
        assert option in known | {"--help"}, option


def commands():
    """Returns the words of every command of make, each once."""
    found = {
        tuple(re.sub(r"\{\}|…", "linkdsl", word) for word in words)
        for text, _ in steps()
        for words in commands_in(text)
        if words[0] == "make" and words[1] in targets()
    }
    return sorted(found)


@each(commands, " ".join)
def test_make_accepts_the_options_of_a_command(words):
    command = ["make", "-n", *words[1:]]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@each(steps)
def test_a_command_can_be_copied(step):
    """It stands in backticks, and has what its target needs."""
    text, _ = step
    outside = re.sub(r"`[^`]*`|^make .*", "", text)
    bare = re.findall(r"\bmake ([a-z0-9{][\w{}…-]*)", outside)
    assert [name for name in bare if name not in ENGLISH] == []
    for words in commands_in(text):
        if words[0] == "make":
            given = {word.partition("=")[0] for word in words[2:]}
            needed = {"check-data": {"DATASET", "DATA"}, "workers": {"COMMAND"}}
            needed |= {"segment": {"CASE", "OUT"}, "import-weights": {"FROM"}}
            assert needed.get(words[1], set()) <= given, words
        elif words[:3] == [".venv/bin/python", "-m", "papers"]:
            named = {word for word in words[4:] if word.startswith("--")}
            assert named <= verbs()[words[3]] | {"--help"}, words
