"""The cases of a request in the report, by a runner of known maps."""

import json
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest

from papers import registry
from papers.engine.case_images import CaseImages
from papers.engine.report.case_pages import images_script, write_cases
from tests.papers.engine.report.conftest import HOSTILE


class FakeJob(NamedTuple):
    """A trained job."""

    method: object
    budget: str
    short_name: str

    def finished(self):
        return True


class FakeRunner:
    """Two methods that were scored on three cases, the second on two of them."""

    paper = registry.paper("linkdsl")

    def __init__(self):
        self.jobs = [self._job("dual"), self._job("cdsl")]
        self.request = SimpleNamespace(profile_label=lambda: "cpu")

    def _job(self, name):
        (method,) = [m for m in self.paper.methods if m.id == name]
        return FakeJob(method, "3 epochs", name)

    def evaluate(self, job):
        dice = {HOSTILE: 0.1, "b": 0.5, "c": 0.9}
        names = list(dice)[: 2 if job.method.id == "cdsl" else 3]
        rows = pd.DataFrame({"case": names, "dice": [dice[name] for name in names]})
        return rows.assign(status="ok")

    def label_maps(self, job, case_ids):
        value = 1 if job.method.id == "dual" else 0
        return {case_id: np.full((8, 8), value, np.uint8) for case_id in case_ids}

    def case_images(self, job, case_id):
        truth = np.eye(8, dtype=np.uint8)
        image = {"T1": np.arange(64.0).reshape(8, 8)}
        return CaseImages(image, truth, {1: ("tumor", "yellow")}, "Image: mine.")


@pytest.fixture
def runner():
    return FakeRunner()


def test_images_of_the_worst_case_and_of_one_by_its_id(runner, tmp_path):
    said = []
    found = write_cases(runner, "worst:1,b", tmp_path, said.append)
    assert found == [HOSTILE, "b"] and len(said) == 2
    text = images_script(tmp_path, "linkdsl")
    cases = json.loads(text.split(" = ", 1)[1].rstrip().removesuffix(";"))
    assert set(cases) == {HOSTILE, "b"}
    about = cases["b"]
    titles = [layer["title"] for layer in about["layers"]]
    assert titles == ["truth", "Dual-Scale LinkNet", "Cascaded Dual-Scale LinkNet"]
    assert about["layers"][1]["run"] == "cpu, 3 epochs, dual"
    assert about["license"] == "Image: mine." and about["volumes"] is None
    folder = tmp_path / "images" / about["folder"]
    assert len(list(folder.glob("*.png"))) == 1 + 2 * 3


def test_an_older_report_of_a_case_is_replaced(runner, tmp_path):
    write_cases(runner, "b", tmp_path, str)
    (folder,) = (tmp_path / "images" / "linkdsl").iterdir()
    (folder / "fill9-0.png").write_bytes(b"old")
    write_cases(runner, "b", tmp_path, str)
    assert not (folder / "fill9-0.png").exists()


def test_a_case_that_one_method_has_not_scored_has_fewer_maps(runner, tmp_path):
    runner.jobs = runner.jobs[::-1]
    write_cases(runner, "c", tmp_path, str)
    text = images_script(tmp_path, "linkdsl")
    assert "Dual-Scale LinkNet" in text and "Cascaded" not in text


def test_without_cases_there_is_no_image(tmp_path):
    assert images_script(tmp_path, "cunet") == "window.REPORT_IMAGES = {};\n"
