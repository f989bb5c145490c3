"""TensorFlow is imported without a search for garbage, and later ones leave it out."""

from tests.disks import run_python

PROGRAM = """
import atexit, gc
searches = []
gc.callbacks.append(lambda phase, info: searches.append((phase, info["generation"])))
atexit.register(lambda: print(gc.get_freeze_count() - kept))  # after later ones
from papers.engine.quiet import import_tensorflow
searches.clear()
import_tensorflow()
print(len([one for one in searches if one == ("start", 2)]), gc.isenabled())
kept = gc.get_freeze_count()
print(kept > 500_000)
more = [[] for _ in range(1000)]
"""


def test_what_is_imported_is_no_garbage():
    done = run_python(PROGRAM)
    searches, many, at_the_end = done.stdout.splitlines()
    assert searches == "0 True", done.stderr
    assert many == "True"
    assert int(at_the_end) >= 1000  # frozen again: nothing is left to be searched
