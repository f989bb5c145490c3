"""Options of a command line that are refused: the advised ones are taken."""

import pytest

from data.phantom.brats.write import write_phantom as write_brats
from data.phantom.figshare.write import write_phantom
from papers import registry
from papers.engine.devices.cluster import text
from tests.next_steps.conftest import with_settings


@pytest.fixture(scope="module")
def figshare(tmp_path_factory):
    root = tmp_path_factory.mktemp("options") / "figshare"
    write_phantom(root, count=10, size=64, max_slices=2)
    return root


@pytest.fixture(scope="module")
def brats(tmp_path_factory):
    root = tmp_path_factory.mktemp("options") / "brats"
    write_brats(root, "brats17", hgg=3, lgg=1, shape=(16, 48, 48))
    return root


# A dry run builds each network that it lists.
ONE = ["--methods", "linknet"]
PLAN = "papers/engine/plan.py"
REQUEST = "papers/engine/request.py"


@pytest.mark.parametrize(
    ("place", "paper", "wrong"),
    [
        (f"{PLAN}:_outlined", "linkdsl", "--folds 9"),
        (f"{PLAN}:_split_names", "linkdsl", "--split person"),
        (f"{PLAN}:_methods", "linkdsl", "--methods unet"),
        (f"{PLAN}:_methods", "anisocascade", "--methods unet"),
        ("papers/engine/paper.py:protocol_of", "hierdice", "--profile gpu"),
        (f"{REQUEST}:numbers", "dsunet", "--folds first"),
        (f"{REQUEST}:numbers", "dsunet", "--seeds x"),
        (f"{REQUEST}:_seeds", "dsunet", "--seeds 4294967296"),
        (f"{REQUEST}:_assignment", "hierdice", "--set epochs"),
        ("common/evidence.py:replace", "cunet", "--set training.epoch=1"),
        ("common/evidence.py:_checked", "cunet", "--set training.epochs=many"),
        ("common/evidence.py:_checked", "cunet", "--epochs 0"),
    ],
)
def test_the_demo_takes_what_is_advised(answer, no_networks, place, paper, wrong):
    words = ["train", paper, "--dry-run", *wrong.split()]
    found, step = answer(*words)
    assert found == place
    assert answer(*corrected(words, step)) is None, step


def corrected(words, step):
    """As `with_settings`, with the wrong settings left out."""
    if "--set" in words and "SET=" in step:
        at = words.index("--set")
        words = words[:at] + words[at + 2 :]
    if "--epochs" in words and "SET=training.epochs" in step:
        at = words.index("--epochs")
        words = words[:at] + words[at + 2 :]
    return with_settings(words, step)


def test_folds_that_the_data_lack(answer, figshare):
    """A fold of the protocol's, but of none of this data's folds."""
    words = ["train", "linkdsl", "--data", figshare, "--split", "patient"]
    words += ["--set", "folds.n_folds=50", "--folds", "49", "--dry-run", *ONE]
    found, step = answer(*words)
    assert found == f"{PLAN}:_splits"
    assert answer(*with_settings(words, step)) is None, step


def test_two_options_that_exclude_each_other(answer, figshare):
    words = ["train", "linkdsl", "--data", figshare, "--dry-run", *ONE]
    both = ["--split", "image", "--splits", "own.csv"]
    place, step = answer(*words, *both)
    assert place == f"{REQUEST}:__post_init__" and step == "leave one out"
    assert answer(*words, *both[:2]) is None
    assert answer(*words, *both[2:])[0] != place


def test_a_paper_or_a_data_set_of_another_name(answer, brats, capsys):
    place, step = answer("describe", "unet")
    assert (place, step) == ("papers/registry.py:paper", "see `make list`")
    assert answer("list") is None
    shown = capsys.readouterr().out
    assert all(paper.id in shown for paper in registry.papers())
    place, step = answer("check-data", "brats", "--data", brats)
    assert place == "papers/engine/datasets.py:tools" and "DATASET=brats17" in step
    assert answer("check-data", "brats17", "--data", brats) is None


def test_only_one_job(answer, figshare, capsys):
    words = ["train", "linkdsl", "--data", figshare, "--folds", "0", *ONE]
    place, step = answer(*words, "--only", "linknet")
    assert place == "papers/engine/cli/stages.py:_chosen"
    assert "--dry-run" in step and answer(*words, "--dry-run") is None
    assert "linknet-image-fold0-seed0-12epochs" in capsys.readouterr().out


DATA = "papers/engine/cli/data.py"


@pytest.mark.parametrize(
    ("place", "words", "advised"),
    [
        (f"{DATA}:phantom", "brats17 --folder a --count 0", True),
        (f"{DATA}:_shape", "brats17 --folder a --count 1 --shape 16,32,32", True),
        (f"{REQUEST}:numbers", "brats17 --folder a --count 1 --shape x,8,8", True),
    ],
)
def test_phantoms_take_what_is_advised(answer, place, words, advised):
    words = ["phantom", *words.split()]
    found, step = answer(*words)
    assert found == place
    small = ["--shape", "16,48,48"] if "--shape" not in words else []
    assert answer(*with_settings(words, step), *small) is None


def test_phantoms_of_slices_have_no_shape(answer):
    words = ["phantom", "figshare", "--folder", "a", "--count", "2"]
    for option in ("--shape 16,48,48", "--unlabeled"):
        place, step = answer(*words, *option.split())
        assert place == f"{DATA}:phantom" and step == "leave it out"
    assert answer(*words) is None


def test_preparing_volumes(answer, brats, figshare):
    words = ["prepare-data", "brats17", "--data", brats]
    for wrong in ("--shrink 0 --n4", "--exclude ct"):
        place, step = answer(*words, *wrong.split())
        assert place == f"{DATA}:_correction"
        assert step == "such as SHRINK=4 EXCLUDE=flair"
    place, step = answer(*words, "--workers", "0")
    assert place == f"{DATA}:prepare_data"
    fixed = with_settings([*words, "--workers", "0"], step)
    assert answer(*fixed, "--shrink", "4", "--exclude", "flair") is None
    place, step = answer("prepare-data", "figshare", "--data", figshare)
    assert place == f"{DATA}:prepare_data" and "`make prepare-linkdsl DATA=" in step
    assert answer("prepare", "linkdsl", "--data", figshare, "--profile", "demo") is None


def test_downloads(answer):
    """The first needs a person; the second names what is downloaded without one."""
    place, step = answer("download", "brats17")
    assert place == f"{DATA}:download" and "register" in step and "DATA=" in step
    place, step = answer("download", "figshar")
    assert place == f"{DATA}:download" and step == "`make data-figshare`"


CLUSTER = "papers/engine/devices/cluster.py:commands"
COMMAND = "papers/engine/devices/scripts/machine_command.py:check_command"
TRAIN = "make train-linkdsl"


@pytest.mark.parametrize(
    ("place", "hosts", "command", "change"),
    [
        (CLUSTER, "node1,node2:1", TRAIN, None),
        (CLUSTER, "node1:1,node1:1", TRAIN, None),
        (COMMAND, "a:1,b:2", "make table-linkdsl", ("table", "train")),
        (COMMAND, "a:1,b:2", f"{TRAIN} GPUS=2", (" GPUS=2", "")),
        (COMMAND, "a:1,b:2,c:3", TRAIN, None),
        (COMMAND, "a:1,b:2", "make train-hierdice", None),
        (COMMAND, "a:1,b:2,c:3", "make train-dsunet", None),
    ],
)
def test_machines(told, place, hosts, command, change):
    """`change` is what the advice tells in words, as in "leave it out"."""
    with told(place) as caught:
        text(hosts, 2, 2222, command, registry.papers())
    step = caught.value.next_step
    if change:
        assert "correct it" in step or step == "leave it out"
        command = command.replace(*change)
    elif "HOSTS=" in step:
        hosts = step.split("HOSTS=")[1]
    elif "SET=" in step:
        command += f" SET={step.split('SET=')[1]}"
    else:
        count = int(step.removeprefix("use ").split()[0])
        hosts = ",".join(f"host{i}:1" for i in range(count))
    assert text(hosts, 2, 2222, command, registry.papers())
