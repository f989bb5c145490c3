"""Processes that share what takes seconds to import, and nothing else."""

import json
import subprocess
import tempfile
from pathlib import Path

from tests.disks import run_python

# Each child goes on after the loop, and ends as a process of Python does.
HEAD = """
import json, os, sys
{imports}
folder, *rows = sys.argv[1:]
ends = []
for number, row in enumerate(rows):
    child = os.fork()
    if not child:
        for stream, name in ((1, "stdout"), (2, "stderr")):
            path = f"{{folder}}/{{number}}.{{name}}"
            os.dup2(os.open(path, os.O_CREAT | os.O_WRONLY), stream)
        sys.argv[1:] = json.loads(row)
        break
    ends.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
else:
    print(json.dumps(ends))
    sys.exit()
"""


def run_forked(imports, code, rows):
    """Runs code in several processes, one after the other.

    They are forked from one that has only imported, before anything is computed: each
    lives, is killed and ends on its own.

    Args:
        imports: code with the imports.
        code: code that each process runs then.
        rows: the arguments of each process, which it finds in `sys.argv[1:]`.

    Returns:
        A `subprocess.CompletedProcess` for each process.
    """
    rows = [[str(argument) for argument in row] for row in rows]
    with tempfile.TemporaryDirectory() as folder:
        head = HEAD.format(imports=imports)
        done = run_python(head + code, folder, *map(json.dumps, rows))
        assert done.returncode == 0, done.stderr
        return [
            subprocess.CompletedProcess(
                row,
                end,
                *(
                    Path(folder, f"{number}.{name}").read_text(encoding="utf-8")
                    for name in ("stdout", "stderr")
                ),
            )
            for number, (row, end) in enumerate(
                zip(rows, json.loads(done.stdout), strict=True)
            )
        ]
