"""CITATION.cff says who, what, which version and which license, as setup.cfg does."""

import configparser
import re
from datetime import date

from papers import registry
from papers.engine.cli.reports import PAPERS
from papers.engine.crate.citation import citation

ROOT = PAPERS.parent
# Of the format's version 1.2.0, which `make check-citation` knows whole.
REFERENCES = {"article", "data", "conference-paper", "software"}


def test_the_suite_is_named_as_it_is_packaged():
    cited, setup = citation(ROOT), configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    assert cited["cff-version"] == "1.2.0" and cited["type"] == "software"
    assert cited["title"].startswith(setup["metadata"]["name"])
    assert cited["version"] == setup["metadata"]["version"]
    assert cited["license"] == setup["metadata"]["license"]
    assert cited["message"] and all(cited["authors"])
    date.fromisoformat(cited["date-released"])


def test_references_have_a_type_that_the_format_knows():
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    types = re.findall(r"^  - type: (\S+)$", text, re.M)
    assert types and set(types) <= REFERENCES


def test_a_paper_that_is_cited_is_one_of_the_suite():
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    known = "".join(paper.citation for paper in registry.papers())
    assert all(found in known for found in re.findall(r"arXiv:[\d.]+", text))
