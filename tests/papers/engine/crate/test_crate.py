"""The description of the results names every file, and everything that it names."""

import json
import re

import pytest

from papers.engine import crate
from papers.engine.cli.reports import PAPERS
from papers.engine.crate.citation import citation
from papers.engine.crate.sources import license_of

ROOT = PAPERS.parent
RESULTS = ROOT / "results"


@pytest.fixture(scope="module")
def graph():
    made = crate.crate(ROOT, RESULTS)
    assert made["@context"] == "https://w3id.org/ro/crate/1.1/context"
    return {entity["@id"]: entity for entity in made["@graph"]}


def references(value):
    """All `{"@id": …}` in an entity's values."""
    if isinstance(value, list):
        return [one for each in value for one in references(each)]
    return [value["@id"]] if isinstance(value, dict) else []


def test_every_reference_leads_to_an_entity(graph):
    outside = {"https://w3id.org/ro/crate/1.1"}
    for entity in graph.values():
        for key, value in entity.items():
            if key != "sameAs":
                assert set(references(value)) <= graph.keys() | outside, entity["@id"]
    assert [key for key in graph if re.search(r"\s", key)] == []
    assert crate.NAME not in references(graph["./"]["hasPart"])


def test_every_file_is_there_with_its_size_and_words(graph):
    parts = references(graph["./"]["hasPart"])
    ours = {
        path.relative_to(RESULTS).as_posix(): path
        for path in RESULTS.rglob("*.*")
        if path.is_file() and path.name != crate.NAME and path.name[0] != "."
    }
    ours = {name for name in ours if not name.startswith(("local/", "report/"))}
    assert set(parts) == ours and len(parts) == len(set(parts))
    for name in parts:
        assert graph[name]["contentSize"] == str((RESULTS / name).stat().st_size)
        assert graph[name]["description"]


COMMAND = "make reproduce-dsunet RESULTS=results"


def test_rows_name_their_commands_commits_and_data(graph):
    runs = [one for key, one in graph.items() if key.startswith("#run-")]
    (run,) = [one for one in runs if one["name"] == COMMAND]
    assert run["object"] == {"@id": "#data-phantom"}
    assert run["result"] == {"@id": "dsunet/phantom/cases.csv"}
    (commit,) = references(run["instrument"])
    rows = (RESULTS / "dsunet" / "phantom" / "cases.csv").read_text()
    assert commit.removeprefix("#commit-") in rows
    assert graph[commit]["@type"] == "SoftwareSourceCode"
    tables = references(graph["#tables-dsunet"]["result"])
    assert "dsunet/cells.csv" in tables and "dsunet/expected.csv" not in tables


def test_papers_and_real_images_say_what_they_are(graph):
    article = graph["https://doi.org/10.48550/arXiv.2002.01975"]
    assert article["sameAs"] == {"@id": "https://arxiv.org/abs/2002.01975"}
    assert len([1 for one in graph.values() if one["@type"] == "ScholarlyArticle"]) == 5
    real = [k for k in graph if re.match(r"linkdsl/(example|figure4).*png$", k)]
    licenses = {graph[key]["license"]["@id"] for key in real}
    assert len(real) == 2 and all("/by/4.0/" in one for one in licenses)
    assert license_of("Images: B, CC BY-NC-SA 3.0.").endswith("/by-nc-sa/3.0/")


def test_the_same_files_give_the_same_description():
    first, second = (json.dumps(crate.crate(ROOT, RESULTS)) for _ in range(2))
    assert first == second


def test_what_is_cited_is_read_as_yaml_has_it():
    yaml = pytest.importorskip("yaml", reason="no PyYAML here: make install-cluster")
    loaded = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    found = citation(ROOT)
    assert found["authors"] == [author["name"] for author in loaded["authors"]]
    for key in ("title", "version", "license", "date-released"):
        assert found[key] == str(loaded[key]), key
