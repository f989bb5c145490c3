"""Lesion-wise and surface scores against the packages that BraTS itself runs.

They are brats-evaluation, panoptica and surface-distance, whose versions clash with
this suite's: they run in an environment of their own, which `make test-official` makes.
"""

import json
import math
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

from common.metrics import CasePair, boundary_scores, score_pair, volume_scores
from common.metrics.lesions import lesion_scores
from common.metrics.regions import CAVITY, REGIONS
from data.brats import LABELINGS, from_canonical
from tests.common.metrics.official import cases

ROOT = Path(__file__).resolve().parents[4]
PYTHON = ROOT / ".venv-official" / "bin" / "python"
pytestmark = pytest.mark.skipif(
    not PYTHON.exists(), reason="no official packages here: make test-official"
)
# In BraTS's words: non-enhancing tumor core, edema.
ALL = {**REGIONS, **CAVITY, "netc": (1,), "snfh": (2,)}
TOLERANCES = (0.5, 1.0, 2.0)
PARSERS = {"bipartite": "seg", "bipartite-met": "mets"}
over_rules = pytest.mark.parametrize("rule", PARSERS)


def measure(folder, found):
    """Returns the cases as pairs, and what the packages say of them."""
    stored, pairs = {"tolerances": np.array(TOLERANCES)}, {}
    for name, prediction, truth, spacing in found:
        pairs[name] = CasePair(prediction, truth, spacing, ALL)
        stored[f"{name}_spacing"] = np.array(spacing, float)
        for kind, labels in (("prediction", prediction), ("truth", truth)):
            stored[f"{name}_{kind}"] = from_canonical(labels, LABELINGS["brats24"])
    np.savez_compressed(folder / "cases.npz", **stored)
    job = Path(__file__).with_name("job.py")
    quiet = {**os.environ, "PANOPTICA_CITATION_REMINDER": "false"}
    subprocess.run([PYTHON, job, folder], check=True, cwd=folder, env=quiet)
    return pairs, json.loads((folder / "scores.json").read_text())


@pytest.fixture(scope="module")
def scored(tmp_path_factory):
    found = [*cases.drawn_cases(), *cases.random_cases(), *cases.made_cases()]
    return measure(tmp_path_factory.mktemp("official"), found)


@pytest.fixture(scope="module")
def scored_real(tmp_path_factory, shared_data):
    found = cases.real_cases(shared_data / "brats" / "half2mm")
    return measure(tmp_path_factory.mktemp("real"), found)


def same(ours, theirs):
    """Whether two scores are equal; JSON's `null` is a score that is left out."""
    theirs = math.nan if theirs is None else float(theirs)
    return ours == pytest.approx(theirs, rel=1e-9, abs=1e-9, nan_ok=True)


def differing(pairs, theirs, rule):
    """The lesion-wise scores that differ, of all cases and regions."""
    wrong, table = [], theirs[PARSERS[rule]]
    for name, pair in pairs.items():
        # panoptica's tolerance is the smallest side of a voxel.
        row, lesions = lesion_scores(pair, rule, tolerance=min(pair.spacing))
        for region in pair.regions:
            official = theirs["regions"][name][region]
            numbers = [official[key] for key in ("tp", "fn", "fp")]
            expected = {
                f"lesion_{ours}": table[name][f"lesionwise_{key}_mean_{region}"]
                for ours, key in (("dice", "dsc"), ("nsd", "nsd"), ("hd95", "hd95"))
            }
            if rule == "bipartite":
                expected["lesion_f1"] = official["rq"]
            found = [one for one in lesions if one.region == region]
            states = [one.status for one in found]
            if [states.count(s) for s in ("found", "missed", "false")] != numbers:
                wrong.append((name, region, states, numbers))
            volumes = sorted(x["volume"] for x in official["reference_instances"])
            own = sorted(x.truth_mm3 for x in found if x.status != "false")
            if not np.allclose(own, volumes):
                wrong.append((name, region, own, volumes))
            for key, value in expected.items():
                if not same(row[f"{region}_{key}"], value):
                    wrong.append((name, region, key, row[f"{region}_{key}"], value))
    return wrong


@over_rules
def test_lesions_equal_brats_evaluation(scored, rule):
    assert differing(*scored, rule) == []


@pytest.mark.real
@over_rules
def test_lesions_of_real_truths_equal_brats_evaluation(scored_real, rule):
    assert differing(*scored_real, rule) == []


def differing_surfaces(pairs, theirs):
    """The scores of whole regions that differ from each package's own."""
    wrong = []
    for name, pair in pairs.items():
        own = {
            rule: score_pair(pair, f"{rule}/brats")
            | boundary_scores(pair, f"{rule}/brats", (*TOLERANCES, min(pair.spacing)))
            for rule in ("area-weighted", "border-max", "pooled")
        }
        volumes, least = volume_scores(pair), f"nsd_{min(pair.spacing):g}mm"
        for region in pair.regions:
            official = theirs["whole"][name][region]
            if official is None:
                continue
            package = official["panoptica"]
            expected = [
                ("area-weighted", "hd95", official["hd95"]),
                ("area-weighted", "asd", official["assd"]),
                *(
                    ("area-weighted", f"nsd_{mm:g}mm", value)
                    for mm, value in zip(TOLERANCES, official["nsd"], strict=True)
                ),
                ("pooled", "hd95", package["hd95"]),
                ("border-max", "asd", package["assd"]),
                ("border-max", least, package["nsd"]),
            ]
            for rule, key, value in expected:
                if not same(own[rule][f"{region}_{key}"], value):
                    wrong.append((name, region, rule, key, value))
            for key, value in (("", package["rvd"]), ("absolute_", package["rvae"])):
                if not same(
                    volumes[f"{region}_{key}relative_volume_difference"], value
                ):
                    wrong.append((name, region, key, value))
    return wrong


def test_surfaces_and_volumes_equal_the_packages(scored):
    assert differing_surfaces(*scored) == []


@pytest.mark.real
def test_surfaces_and_volumes_of_real_truths_equal_the_packages(scored_real):
    assert differing_surfaces(*scored_real) == []


def test_regions_of_brats_evaluation_ignore_the_size_of_voxels(scored):
    pairs, theirs = scored
    name = "voxels of other sizes"
    ours = score_pair(pairs[name], "pooled/brats")["wt_hd95"]
    official = theirs["seg"][name]["global_hd95_wt"]
    assert not same(ours, official)
    stretched = [one for one in cases.drawn_cases() if one[0] == name][0]
    cubes = CasePair(*stretched[1:3], (1, 1, 1), ALL)
    assert same(score_pair(cubes, "pooled/brats")["wt_hd95"], official)
    # Its tolerance for whole regions is half a voxel, without a word in the table.
    half = boundary_scores(cubes, "border-max/brats", [0.5])["wt_nsd_0.5mm"]
    assert same(half, theirs["seg"][name]["global_nsd_wt"])


def test_regions_of_brats_evaluation_are_ours_at_1_mm(scored):
    pairs, theirs = scored
    for name in ("shifted", "merged", "split", "random 0"):
        row = score_pair(pairs[name], "pooled/brats")
        for region in ALL:
            official = theirs["seg"][name]
            assert same(row[f"{region}_dice"], official[f"global_dsc_{region}"])
            # It calls regions that do not overlap as far apart as can be.
            apart = row[f"{region}_dice"] == 0
            expected = 373 if apart else row[f"{region}_hd95"]
            assert same(expected, official[f"global_hd95_{region}"])
