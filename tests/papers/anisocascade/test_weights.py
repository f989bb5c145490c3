"""The authors' weights by one command: verified, imported, and what they have seen."""

import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from common.errors import UserError
from common.files import read_json, sha256
from papers.anisocascade import inference, released_weights
from papers.anisocascade.paper import PAPER
from papers.anisocascade.released_weights import CHECKPOINTS, MANIFEST, NETWORKS
from papers.anisocascade.seen import is_untold, seen_as, trained_on
from papers.anisocascade.segmenter import Segmenter, _seen
from papers.anisocascade.weights import COMMIT, RELEASED
from papers.engine.zoo import download as zoo
from papers.registry import papers
from tests.data.download.server import serving
from tests.papers.anisocascade.test_segmenter import LPS, models, write


def test_every_file_of_every_checkpoint_is_listed():
    ends = (".index", ".data-00000-of-00001")
    expected = {f"{name}{end}" for name in CHECKPOINTS.values() for end in ends}
    assert {file.name for file in RELEASED.files} == expected
    assert len(COMMIT) == 40 and f"/{COMMIT}/model17" in RELEASED.url
    assert all(len(file.sha256) == 64 for file in RELEASED.files)
    assert len({file.sha256 for file in RELEASED.files}) == 18


def test_what_is_listed_are_the_real_files(shared_data):
    folder = shared_data / "brats17_weights"
    for file in RELEASED.files:
        path = folder / file.name
        assert (path.stat().st_size, sha256(path)) == (file.size, file.sha256)
    license_text = (folder / "LICENSE.txt").read_bytes()
    assert RELEASED.license_file.read_bytes() == license_text


# An import fills every weight, so that the networks of the one before will do.
KEPT = {name: cache(build) for name, build in NETWORKS.items()}


@pytest.fixture
def served(shared_data, monkeypatch):
    """The authors' repository, with the real files."""
    monkeypatch.setattr(released_weights, "NETWORKS", KEPT)
    with serving() as server:
        for file in RELEASED.files:
            content = (shared_data / "brats17_weights" / file.name).read_bytes()
            server.content[f"/{file.name}"] = content
        here = replace(PAPER, weights=(replace(RELEASED, url=server.url),))
        monkeypatch.setattr(zoo.registry, "paper", lambda name: here)
        yield server


def get(folder, lines=None):
    say = (lambda line: None) if lines is None else lines.append
    zoo.download_weights("anisocascade", folder / "downloads", folder / "weights", say)


def test_one_command_downloads_verifies_and_imports(served, shared_data, tmp_path):
    lines = []
    get(tmp_path, lines)
    source, target = tmp_path / "downloads" / RELEASED.id, tmp_path / "weights"
    assert len(list(source.glob("msnet_*"))) == 18
    license_text = (shared_data / "brats17_weights" / "LICENSE.txt").read_bytes()
    for folder in (source, target):
        assert (folder / "LICENSE.txt").read_bytes() == license_text
    networks = read_json(target / MANIFEST)["networks"]
    assert len(networks) == 9 and lines[-1] == f"weights: {target}"
    assert zoo.folder_of("anisocascade", target) == target
    segmenter = inference.segmenter(target)
    assert isinstance(segmenter, Segmenter) and len(segmenter._models) == 9
    # A second time nothing is fetched or written.
    served.requests.clear()
    before = (target / MANIFEST).stat().st_mtime_ns
    get(tmp_path, lines)
    assert not served.requests and lines[-1] == f"imported before: {target}"
    assert (target / MANIFEST).stat().st_mtime_ns == before
    # What was changed is imported again, what was lost is fetched again.
    (target / networks[0]["file"]).unlink()
    (source / RELEASED.files[0].name).unlink()
    get(tmp_path)
    assert [path for path, _ in served.requests] == [f"/{RELEASED.files[0].name}"]
    assert (target / networks[0]["file"]).is_file()


def test_another_file_on_the_server_is_refused(served, tmp_path):
    name = f"/{RELEASED.files[4].name}"
    served.content[name] = served.content[name][:-1] + b"?"
    with pytest.raises(
        UserError, match="the SHA-256 .* Received: another one"
    ) as caught:
        get(tmp_path)
    assert "github.com/taigw/brats17" in caught.value.next_step
    assert not (tmp_path / "weights").exists()


def test_a_broken_connection_is_resumed(served, tmp_path):
    served.break_after = 10_000
    with pytest.raises(UserError, match="it resumes where it stopped"):
        get(tmp_path)
    get(tmp_path)
    assert (tmp_path / "weights" / MANIFEST).is_file()


def test_weights_of_one_own_are_not_replaced(served, tmp_path):
    (tmp_path / "weights").mkdir()
    (tmp_path / "weights" / "mine.h5").write_text("x")
    with pytest.raises(UserError, match="holds imported weights and nothing else"):
        get(tmp_path)
    assert (tmp_path / "weights" / "mine.h5").read_text() == "x"


def test_the_285_cases_of_the_training_set():
    cases = trained_on()
    assert len(set(cases)) == 285
    path = Path(inference.__file__).with_name("trained_on.csv")
    groups = [line.split(",")[1] for line in path.read_text().splitlines()[1:]]
    assert (groups.count("HGG"), groups.count("LGG")) == (210, 75)


def test_the_real_cases_at_hand_are_among_them(shared_data):
    for folder in ("half2mm", "cubes32"):
        for grade in ("HGG", "LGG"):
            for path in (shared_data / "brats" / folder / grade).iterdir():
                assert seen_as(path.name), path.name
    for path in (shared_data / "brats" / "brats2021").iterdir():
        assert seen_as(path.name) is None and not is_untold(path.name)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Brats17_CBICA_AAB_1", "Brats17_CBICA_AAB_1"),
        ("Brats18_CBICA_AAB_1", "Brats17_CBICA_AAB_1"),
        ("Brats18_TCIA02_135_1", "Brats17_TCIA_135_1"),
        ("BraTS19_2013_10_1", "Brats17_2013_10_1"),
        ("brats_2013_pat0001_1", "Brats17_2013_10_1"),
        ("Brats17_CBICA_AAM_1", None),  # of the validation set
        ("BraTS19_CBICA_ANK_1", None),
        ("BRATS_001", None),
        ("BraTS20_Training_147", None),
        ("BraTS2021_01428", None),  # Brats17_2013_11_1, by the challenge's table
        ("BraTS2021_00000", None),  # not of 2017, by the same table
        ("BraTS-GLI-00000-000", None),
        ("scan", None),
    ],
)
def test_cases_are_recognized_by_their_patients(name, expected):
    assert seen_as(name) == expected
    untold = ("BRATS_001", "BraTS20_Training_147", "BraTS2021_01428")
    assert is_untold(name) == (name in (*untold, "BraTS-GLI-00000-000"))


def test_a_prediction_says_what_the_weights_have_seen(tmp_path):
    volumes = np.random.default_rng(0).integers(1, 99, (4, 20, 24, 24), np.int16)
    folder = write(tmp_path / "Brats17_2013_10_1", volumes, LPS)
    segmenter = Segmenter(models(), force=True)
    assert "seen" not in {finding.code for finding in segmenter.read(folder).findings}
    segmenter._is_released = True
    (found,) = [f for f in segmenter.read(folder).findings if f.code == "seen"]
    assert found.severity == "warning" and "Brats17_2013_10_1" in found.found
    shutil.copytree(folder, tmp_path / "patient7")
    new = segmenter.read(tmp_path / "patient7")
    assert "seen" not in {finding.code for finding in new.findings}
    (untold,) = _seen("BRATS_449")
    assert "under other names" in untold.found


def test_only_papers_with_weights_declare_them():
    for paper in papers():
        for weights in paper.weights:
            assert weights.paper == paper.id and paper.has_released_weights
