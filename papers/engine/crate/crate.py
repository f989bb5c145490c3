"""The whole description of a folder of results."""

from papers import registry
from papers.engine.crate.actions import actions
from papers.engine.crate.citation import citation
from papers.engine.crate.sources import (
    article,
    data_set,
    license_entities,
    license_of,
    software,
)
from papers.engine.pages import Picture
from papers.engine.pages.index import described

NAME = "ro-crate-metadata.json"
_FORMATS = {
    ".csv": "text/csv",
    ".png": "image/png",
    ".md": "text/markdown",
    ".h5": "application/x-hdf5",
    ".json": "application/json",
    ".txt": "text/plain",
}
_AUTHORS = "#authors"


def crate(root, results):
    """Returns the description as JSON-LD, the same for the same files.

    Args:
        root: the folder of the repository, with `CITATION.cff`.
        results: the folder of all results.

    Raises:
        UserError: rows of the results cannot be read.
    """
    cited, papers = citation(root), registry.papers()
    named = list(described(results))
    files = {path.relative_to(results).as_posix(): path for path, _ in named}
    made, data, commits = actions(results, sorted(files))
    parts = [
        _file(name, path, words, papers)
        for (name, path), (_, words) in zip(files.items(), named, strict=True)
    ]
    if (results / "README.md").exists():
        parts.append(_file("README.md", results / "README.md", "how to read these", []))
    articles = [article(paper) for paper in papers]
    graph = [
        {
            "@id": NAME,
            "@type": "CreativeWork",
            "about": {"@id": "./"},
            "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
        },
        {
            "@id": "./",
            "@type": "Dataset",
            "name": f"Results of {cited['title']}",
            "description": "Tables, figures and the per-case rows behind them, with "
            "the commands that made them.",
            "datePublished": cited["date-released"],
            "license": {"@id": software(cited)["license"]["@id"]},
            "author": {"@id": _AUTHORS},
            "citation": [{"@id": one["@id"]} for one in articles],
            "hasPart": [{"@id": one["@id"]} for one in parts],
            "mentions": [{"@id": one["@id"]} for one in made],
        },
        *parts,
        *articles,
        *(data_set(name) for name in data),
        software(cited),
        *(software(cited, commit) for commit in commits),
        *made,
        {"@id": _AUTHORS, "@type": "Organization", "name": ", ".join(cited["authors"])},
        *license_entities(),
    ]
    return {"@context": "https://w3id.org/ro/crate/1.1/context", "@graph": graph}


def _file(name, path, words, papers):
    """Returns the entity of a file; a figure of real images has their license."""
    entity = {
        "@id": name,
        "@type": "File",
        "name": path.name,
        "description": words,
        "encodingFormat": _FORMATS.get(path.suffix, "application/octet-stream"),
        "contentSize": str(path.stat().st_size),
    }
    for paper in papers if path.suffix == ".png" else ():
        for picture in _of_real_images(paper):
            if name.startswith(f"{paper.id}/{picture.prefix}"):
                entity["license"] = {"@id": license_of(picture.attribution)}
                entity["creditText"] = picture.attribution
    return entity


def _of_real_images(paper):
    pictures = [one for one in vars(paper.page).values() if isinstance(one, Picture)]
    return [picture for picture in pictures if picture.attribution]
