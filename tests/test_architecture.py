"""What the code's own text must keep: its floors, its safety, its size."""

import ast
import importlib
import sys
from functools import cache
from pathlib import Path

from papers.registry import IDS
from tests.each import each
from tests.picture import A_PAPER, MAY_IMPORT

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("benchmarks", "common", "data", "papers", "tests")
# The files at the bottom, which need the standard library only.
BOTTOM = ("common.errors", "common.files", "common.running")
MAX_FILES = 19  # of a folder, its `__init__` included
BACKENDS = ("tensorflow", "torch", "jax", "keras.backend")
UNSAFE = ("pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve")


def sources(*folders):
    """The Python files below some folders, as paths from the root."""
    paths = [p for folder in folders for p in (ROOT / folder).rglob("*.py")]
    return sorted(path.relative_to(ROOT) for path in paths)


@cache
def tree(path):
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


@cache
def nodes(path):
    """Every node of a file: to find them takes longer than to look at them."""
    return list(ast.walk(tree(path)))


def imports(path):
    """Everything that a file imports, by its full dotted name."""
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def within(name, packages):
    return any(name == p or name.startswith(f"{p}.") for p in packages)


def docstrings(path):
    """The constants that are docstrings."""
    kinds = ast.Module | ast.ClassDef | ast.FunctionDef
    for node in nodes(path):
        if isinstance(node, kinds) and ast.get_docstring(node) is not None:
            yield node.body[0].value


def test_there_is_code_to_read():
    assert all(sources(folder) for folder in FOLDERS)


def module_name(path):
    """The dotted name of a file, or of a package for its `__init__`."""
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


@cache
def modules():
    """Every module of the suite and of its benchmarks, by its file."""
    return {module_name(path): path for path in sources(*FOLDERS[:-1])}


@cache
def imported_modules(path):
    """The modules of the suite that a file imports, packages' own names included."""
    found = set()
    for name in imports(path):
        while name and name not in modules():
            name = name.rpartition(".")[0]
        found |= {name} - {"", module_name(path)}
    return frozenset(found)


def folder_of(name):
    """The folder in which a module lies, as a dotted name."""
    return ".".join(modules()[name].parent.parts)


def test_every_folder_has_its_place_in_the_picture():
    folders = {folder_of(name) for name in modules()}
    papers = {f"papers.{paper}" for paper in IDS}
    assert folders - papers == set(MAY_IMPORT)


@each(sources(*FOLDERS[:-1]))
def test_imports_follow_the_picture(path):
    folder = ".".join(path.parent.parts)
    paper = path.parts[1] if folder.removeprefix("papers.") in IDS else None
    allowed = A_PAPER if paper else MAY_IMPORT[folder]
    used = {folder_of(name) for name in imported_modules(path)} - {folder}
    assert {one for one in used if not drawn(one, allowed)} == set()


def drawn(folder, allowed):
    """Whether an arrow to a folder is among those allowed."""
    whole = [name.removesuffix(".*") for name in allowed if name.endswith(".*")]
    return folder in allowed or within(folder, whole)


@each(sources("data"))
def test_data_takes_the_bottom_files_of_common_only(path):
    bad = [name for name in imports(path) if within(name, ("common",))]
    assert [name for name in bad if not within(name, BOTTOM)] == []


def circles(graph):
    """Strongly connected parts of more than one node, by Tarjan's algorithm."""
    index, low, stack, found = {}, {}, [], []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in graph[node]:
            if other not in index:
                visit(other)
            if other in stack:
                low[node] = min(low[node], low[other])
        if low[node] == index[node]:
            part = stack[stack.index(node) :]
            del stack[stack.index(node) :]
            if len(part) > 1:
                found.append(sorted(part))

    for node in graph:
        if node not in index:
            visit(node)
    return found


def test_circles_are_found():
    assert circles({"a": ["b"], "b": ["c"], "c": ["b"]}) == [["b", "c"]]


def test_no_modules_import_each_other_in_a_circle():
    assert circles({name: imported_modules(p) for name, p in modules().items()}) == []


def test_no_folders_import_each_other_in_a_circle():
    graph = {folder_of(name): set() for name in modules()}
    for name, path in modules().items():
        if path.name == "__main__.py":  # the door of the house, above all floors
            continue
        graph[folder_of(name)] |= {folder_of(other) for other in imported_modules(path)}
    assert circles(graph) == []


@each([Path(name.replace(".", "/")) for name in BOTTOM])
def test_bottom_needs_the_standard_library_only(path):
    names = [n for n in imports(path.with_suffix(".py")) if not within(n, BOTTOM)]
    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names


@each(sources("papers/engine"))
def test_engine_reaches_papers_through_the_registry_only(path):
    papers = [f"papers.{paper}" for paper in IDS]
    assert [name for name in imports(path) if within(name, papers)] == []


@each(sorted({path.parent for path in sources(*FOLDERS)}))
def test_folder_can_be_taken_in_at_a_glance(path):
    files = [p for p in (ROOT / path).iterdir() if p.suffix == ".py"]
    assert len(files) <= MAX_FILES


@each([p for p in sources(*FOLDERS[:-1]) if p.name == "__init__.py" and tree(p).body])
def test_package_says_what_lives_there(path):
    docstring = ast.get_docstring(tree(path))
    assert docstring, "Expected a paragraph. Received: none"


@each([path for path in sources(*FOLDERS[:-1]) if path.name == "__init__.py"])
def test_package_hands_out_its_public_names(path):
    package = importlib.import_module(module_name(path))
    for name in getattr(package, "__all__", ()):
        assert getattr(package, name) is not None


@each(sources("common", "data"))
def test_only_papers_mentions_a_paper(path):
    """In code, that is: a docstring may take a paper as its example."""
    skipped = set(map(id, docstrings(path)))
    mentioned = []
    for node in nodes(path):
        texts = [getattr(node, field, None) for field in ("id", "attr", "name", "arg")]
        if isinstance(node, ast.Constant) and id(node) not in skipped:
            texts.append(node.value)
        mentioned += [
            t for t in texts if isinstance(t, str) and any(i in t for i in IDS)
        ]
    assert mentioned == []


def is_fast_path(path):
    return path.is_relative_to("common/layers/tensorflow")


def portable_files():
    paths = sources("common/layers", "common/losses", "common/metrics")
    paths = [path for path in paths if not is_fast_path(path)]
    for name in ("networks.py", "losses.py"):
        paths += [p for p in sources("papers") if p.name == name]
    return paths


@each(portable_files())
def test_networks_losses_and_metrics_run_on_every_backend(path):
    assert [name for name in imports(path) if within(name, BACKENDS)] == []
    attributes = {
        node.attr
        for node in nodes(path)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "keras"
    }
    assert not attributes & {"backend", "src", "distribution"}


def test_fast_paths_are_imported_in_one_place():
    folder = ("common.layers.tensorflow",)
    suite = sources("benchmarks", "common", "data", "papers")
    importing = [
        path
        for path in suite
        if not is_fast_path(path) and any(within(n, folder) for n in imports(path))
    ]
    assert importing == [Path("common/layers/fast_paths.py")]


@each(sources(*FOLDERS))
def test_no_private_keras_and_nothing_that_runs_foreign_code(path):
    names = list(imports(path))
    assert [name for name in names if within(name, ("keras.src", *UNSAFE))] == []
    found = []
    for node in nodes(path):
        called = node.func if isinstance(node, ast.Call) else None
        if isinstance(called, ast.Name) and called.id in ("eval", "exec"):
            found.append(called.id)
        if getattr(node, "attr", getattr(node, "id", "")) in ("Lambda", "src"):
            found.append("a Lambda layer or keras.src")
        if isinstance(node, ast.keyword) and node.arg in ("safe_mode", "allow_pickle"):
            wanted = node.arg == "safe_mode"
            if getattr(node.value, "value", None) is not wanted:
                found.append(node.arg)
    assert found == []


@each([p for p in sources(*FOLDERS) if (ROOT / p).stat().st_size])
def test_file_is_short_and_says_what_it_is(path):
    assert len((ROOT / path).read_text(encoding="utf-8").splitlines()) <= 400
    docstring = ast.get_docstring(tree(path))
    assert docstring and docstring[0].isupper() and len(docstring.split("\n")[0]) <= 88


@each(sources(*FOLDERS))
def test_no_path_of_one_machine(path):
    roots = ("/home/", "/root/", "/work/", "/Users/", "/mnt/")
    texts = [n.value for n in nodes(path) if isinstance(n, ast.Constant)]
    texts = [t for t in texts if isinstance(t, str) and t not in roots]
    assert [t for t in texts if any(root in t for root in roots)] == []


def checks(node):
    """Tells whether code fails where something is not as expected."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Assert):
            return True
        if isinstance(inner, ast.Call):
            name = getattr(inner.func, "attr", getattr(inner.func, "id", ""))
            if name.startswith("assert_") or name in ("raises", "fail"):
                return True
    return False


@each([path for path in sources("tests") if path.name.startswith("test_")])
def test_every_test_can_fail(path):
    functions = [n for n in nodes(path) if isinstance(n, ast.FunctionDef)]
    helpers = {n.name for n in functions if checks(n)}
    tests = [node for node in functions if node.name.startswith("test_")]
    assert tests
    for test in tests:
        called = {getattr(n, "id", "") for n in ast.walk(test)}
        assert checks(test) or called & helpers, test.name
