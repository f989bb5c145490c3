"""What the results come from: papers, data sets, software, licenses."""

import re

_APACHE = "https://spdx.org/licenses/Apache-2.0"
_BY = "https://creativecommons.org/licenses/by/4.0/"
_BY_SA = "https://creativecommons.org/licenses/by-sa/4.0/"
_BY_NC_SA = "https://creativecommons.org/licenses/by-nc-sa/3.0/"
_TERMS = "#terms-of-the-challenge"
LICENSES = {
    _APACHE: "Apache License 2.0",
    _BY: "CC BY 4.0",
    _BY_SA: "CC BY-SA 4.0",
    _BY_NC_SA: "CC BY-NC-SA 3.0",
    _TERMS: "BraTS: for registered users, for research, no copies",
}
SUITE = "#braintumor-repro"
# As `data/README.md` has them, by how the names of the data begin.
_DATA = {
    "figshare": (
        "https://doi.org/10.6084/m9.figshare.1512427",
        "J. Cheng et al., brain tumor dataset: 3,064 contrast-enhanced T1 slices",
        _BY,
    ),
    "msd": (
        "http://medicaldecathlon.com",
        "Medical Segmentation Decathlon, Task01_BrainTumour",
        _BY_SA,
    ),
    "brats": ("https://www.synapse.org/brats", "BraTS, training cases", _TERMS),
    "phantom": ("", "synthetic heads that a command writes", _APACHE),
}


def license_entities():
    """Returns an entity for each license."""
    return [
        {"@id": key, "@type": "CreativeWork", "name": name}
        for key, name in LICENSES.items()
    ]


def license_of(attribution):
    """Returns the id of the license that a picture's attribution names.

    Args:
        attribution: such as `"Images: J. Cheng et al., CC BY 4.0."`.
    """
    name = attribution.rstrip(".").rpartition(", ")[2]
    return next(key for key, value in LICENSES.items() if value == name)


def article(paper):
    """Returns the entity of a paper."""
    found = re.search(r"arXiv:([\d.]+)", paper.citation)
    entity = {
        "@id": f"https://doi.org/10.48550/arXiv.{found[1]}"
        if found
        else f"#paper-{paper.id}",
        "@type": "ScholarlyArticle",
        "name": paper.title,
        "creditText": paper.citation,
    }
    if found:
        entity["identifier"] = entity["@id"]
        entity["sameAs"] = {"@id": f"https://arxiv.org/abs/{found[1]}"}
    return entity


def data_set(name):
    """Returns the entity of the data that rows name.

    Args:
        name: such as `"brats17-cubes32"`, or a folder of the user's own.
    """
    entity = {"@id": f"#data-{name}", "@type": "Dataset", "name": name}
    known = next((key for key in _DATA if name.startswith(key)), None)
    if known is None:
        return entity | {"description": "a folder of cases; see the commands"}
    url, description, license_id = _DATA[known]
    if url:
        entity["url"] = url
    return entity | {"description": description, "license": {"@id": license_id}}


def software(cited, commit=""):
    """Returns the entity of the suite, or of one commit of it.

    Args:
        cited: what `CITATION.cff` says.
        commit: the commit, or "" for the suite as it is.
    """
    entity = {
        "@id": f"#commit-{commit}" if commit else SUITE,
        "@type": "SoftwareSourceCode",
        "name": cited["title"],
        "programmingLanguage": "Python",
        "license": {"@id": _APACHE},
        "version": commit or cited["version"],
    }
    return entity | ({"isBasedOn": {"@id": SUITE}} if commit else {})
