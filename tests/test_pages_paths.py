"""Every path and dotted name that pages, docstrings and comments mention exists."""

import ast
import io
import re
import tokenize
from functools import cache
from pathlib import Path

from papers.registry import IDS
from tests.each import each

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("benchmarks", "common", "data", "papers", "tests")
PAGES = sorted(
    path.relative_to(ROOT)
    for folder in ("", "benchmarks", "common", "data", "papers", "results")
    for path in (ROOT / folder).glob("**/*.md" if folder else "*.md")
    if not path.is_relative_to(ROOT / "results" / "local")
)
CODE = sorted(p.relative_to(ROOT) for f in FOLDERS for p in (ROOT / f).rglob("*.py"))

TOPS = "|".join(FOLDERS)
# Not preceded by what makes it the end of another path, such as `mine/data/HGG`.
START = r"(?<![\w./…<-])"
A_PATH = re.compile(rf"{START}(?:{TOPS}|results)/[\w./*<>-]*[\w*>/]")
A_NAME = re.compile(rf"{START}(?:{TOPS})(?:\.(?:[A-Za-z_]\w*|<id>))+(?![\w/])")
A_FILE = re.compile(r"`(\w+\.py)`")
# Files of other people's code, which the pages cite.
FOREIGN = ("rename_variables.py", "isensee2017.py", "train_isensee2017.py")
# The folders of the reader's own runs and of the report.
READERS = ("results/local", "results/report", "results/ro-crate-metadata.json")


@cache
def files():
    """The paths of the repository's files and folders."""
    skipped = (".git", ".venv", ".venv-torch", "__pycache__", "runs", "cache")
    found = set()
    for folder in (*FOLDERS, "results"):
        for path in (ROOT / folder).rglob("*"):
            if not set(skipped) & set(path.relative_to(ROOT).parts):
                found.add(path.relative_to(ROOT).as_posix())
    return {*FOLDERS, "results"} | found


def exists(path):
    """Whether a path of the repository is there, with `*` or `<id>` any such path."""
    path = path.rstrip("/")
    if any(f"{path}/".startswith(f"{folder}/") for folder in READERS):
        return True
    if "*" not in path and "<" not in path:
        return path in files()
    pattern = re.sub(r"\\\*|<\w+>", "[^/]*", re.escape(path))
    return any(re.fullmatch(pattern, one) for one in files())


@cache
def names_in(module):
    """The names at the top of a module's file, by AST, with those of its classes."""
    path = ROOT / module.replace(".", "/")
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.alias):
            names.add(node.asname or node.name)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            names.add(node.value)  # the names that a package hands out lazily
    return names


def resolves(name):
    """Whether a dotted name is a module, or something that a module defines."""
    if "<id>" in name:
        return any(resolves(name.replace("<id>", paper)) for paper in IDS)
    parts = name.split(".")
    for n in range(len(parts), 0, -1):
        module = "/".join(parts[:n])
        if module in files() or f"{module}.py" in files():
            return all(part in names_in(".".join(parts[:n])) for part in parts[n:])
    return False


def prose(path):
    """The docstrings and comments of a Python file."""
    text = (ROOT / path).read_text(encoding="utf-8")
    kinds = ast.Module | ast.ClassDef | ast.FunctionDef
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, kinds):
            yield ast.get_docstring(node) or ""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.string


def missing(text):
    """The paths and names in a text that are not in the repository."""
    paths = [path for path in A_PATH.findall(text) if not exists(path)]
    return paths + [name for name in A_NAME.findall(text) if not resolves(name)]


@each([*PAGES, Path("Makefile"), Path("environments.mk")])
def test_page_names_what_exists(path):
    text = (ROOT / path).read_text(encoding="utf-8")
    known = {one.rpartition("/")[2] for one in files()} | set(FOREIGN)
    assert missing(text) == []
    assert [name for name in A_FILE.findall(text) if name not in known] == []


@each(PAGES)
def test_links_of_a_page_lead_somewhere(path):
    text = (ROOT / path).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", text):
        if "://" not in target:
            assert (ROOT / path.parent / target).exists(), target


@each(CODE)
def test_docstrings_and_comments_name_what_exists(path):
    assert missing("\n\n".join(prose(path))) == []


def test_what_is_missing_is_found():
    text = "common/layers/lost.py and data/*.lost and papers.linkdsl.networks.lost_net"
    assert missing(text) == text.split(" and ")
    text = "`papers/<id>/paper.py`, `papers.<id>.experiment`, mine/data/HGG"
    assert missing(text) == []
    text = "`papers.linkdsl.networks.linknet` and common.files.write_text"
    assert missing(text) == []


def test_pages_call_the_python_of_the_environment():
    """`python -m papers` alone would be another Python, without any package."""
    bare = re.compile(r"(?<![\w/])python3? -m (?:papers|benchmarks)")
    pages = [page for page in PAGES if page.name != "CHANGELOG.md"]
    assert [str(page) for page in pages if bare.search((ROOT / page).read_text())] == []
