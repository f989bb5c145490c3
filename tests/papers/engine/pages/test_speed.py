"""The tables of speed, and numbers of single rows."""

import pytest

from papers.engine.pages import benchmarks
from papers.engine.pages.benchmarks import benchmark
from papers.engine.pages.speed import (
    cells_ahead,
    operations_table,
    plain_table,
    ratio_table,
    speed_goal,
    speed_table,
)


def test_a_benchmark_has_one_such_row():
    where = {"network": "unet", "part": "train", "variant": "shipped"}
    assert benchmark("cunet", "s", **where) > 0
    with pytest.raises(ValueError, match="Expected one row"):
        benchmark("cunet", "s", network="unet")


ROWS = """\
network,part,side,batch,precision,variant,ms,first_s,share_of_peak,times_faster,\
peer_version,load_before,machine
unet,train,240,2,float32,shipped,1234.5,10.25,0.9061,1.173,,0.5,"Xeon, 2 cores avx512f"
unet,train,240,2,float32,torch last,1448.1,0.5,0.77,1.0,2.13.0,0.5,\
"Xeon, 2 cores avx512f"
unet,infer,240,2,bfloat16,shipped,0.0456,3.0,0.1,,,0.75,"Xeon, 2 cores avx512f"
"""
# Another machine, where PyTorch is ahead in one of two cells, and other programs ran.
ON_AMD = """\
unet,train,240,2,float32,shipped,2000,10,0.9,1.002,,0.5,"EPYC, 2 cores"
unet,infer,240,2,bfloat16,shipped,3000,10,0.4,0.75,,2.5,"EPYC, 2 cores"
unet,infer,240,2,bfloat16,torch last,2250,10,0.55,1,2.13.0,2.5,"EPYC, 2 cores"
"""


def test_speed_is_that_of_the_committed_rows(tmp_path, monkeypatch):
    monkeypatch.setattr(benchmarks, "FOLDER", tmp_path)
    assert speed_table("mine", "make x") == "Not measured yet: `make x`."
    (tmp_path / "mine.csv").write_text(ROWS)
    text = speed_table("mine", "make x")
    assert "`make x` on Xeon, 2 cores avx512f (PyTorch 2.13.0), in turns wi" in text
    assert "run, load before it 0.5 to 0.75; rows" in text and "AMD" in text
    goal = speed_goal("mine")
    assert goal.endswith("met in 1 of 1 cells.**") and "Missed" not in goal
    assert [line for line in text.splitlines() if "`unet`" in line] == [
        "| `unet` | step | 2x240x240 | float32 | 1,234 | 10.2 | 0.906 | 1.17 |",
        "| `unet` | inference | 2x240x240 | bfloat16 | 0.0456 | 3 | 0.1 | - |",
    ]


def test_each_machine_has_its_rows_and_says_what_it_misses(tmp_path, monkeypatch):
    monkeypatch.setattr(benchmarks, "FOLDER", tmp_path)
    (tmp_path / "mine.csv").write_text(ROWS + ON_AMD)
    text = speed_table("mine", "make x")
    xeon, amd = text.split("Measured by ")[1:]
    assert "1,234" in xeon and "2,000" not in xeon and "AMD" not in text
    assert "0.5 to 2.5 (**above 0.5 a core: other programs may" in amd
    xeon, amd = speed_goal("mine").split("On ")[1:]
    assert "met in 1 of 1 cells" in xeon and amd.startswith("EPYC, 2 cores: **The g")
    missed = "- inference, bfloat16: `unet` 2x240x240 0.75 (0.4, 0.55)"
    assert "met in 1 of 2 cells" in amd and amd.splitlines()[-1] == missed
    # Costs are those of the file's first machine.
    where = {"part": "train", "variant": "shipped"}
    assert benchmark("mine", "ms", **where) == 1234.5


OTHERS = """\
network,part,variant,s,first_s,ratio_to_shipped,at_least,machine,versions,commit
unet,train,shipped,2.5,4.5,1,False,Xeon,keras 3,ab12
unet,train,torch last,3.0,1,1.2,False,Xeon,keras 3,ab12
unet,infer,shipped,0.5,4.5,1,False,Xeon,keras 3,ab12
unet,infer,torch last,4.0,1,8,True,Xeon,keras 3,ab12
unet,infer,plain,1,1,2,False,Xeon,keras 3,ab12
unet,train,peak,1,1,,False,Xeon,keras 3,ab12
"""


def test_others_are_ratios_to_ours(tmp_path, monkeypatch):
    monkeypatch.setattr(benchmarks, "FOLDER", tmp_path)
    assert "Not measured" in ratio_table("mine", "make x", ("network",))
    (tmp_path / "mine.csv").write_text(OTHERS)
    text = ratio_table("mine", "make x", ("network", "part"), extras=("first_s",))
    assert "`make x` on Xeon (keras 3, commit ab12), in turns" in text
    assert "load before it not recorded" in text
    assert "At least as fast as PyTorch in 2 of 2 rows that have it.**" in text
    assert [line for line in text.splitlines() if line[:1] == "|"] == [
        "| network | part | ours, s | first call, s | plain Keras layers | "
        "PyTorch, channels last |",
        "| --- | --- | --- | --- | --- | --- |",
        "| unet | step | 2.5 | 4.5 |  | 1.2 |",
        "| unet | inference | 0.5 | 4.5 | 2 | > 8 |",
    ]
    only = ratio_table("mine", "make x", ("network",), where={"part": "train"})
    assert "\n| unet | 2.5 | 1.2 |\n" in only and "unfolded" not in only


def test_commits_and_loads_are_those_of_the_rows_that_are_shown(tmp_path, monkeypatch):
    monkeypatch.setattr(benchmarks, "FOLDER", tmp_path)
    lines = (
        OTHERS.replace("\n", ",0.2\n")
        .replace("commit,0.2", "commit,load_before")
        .splitlines()
    )
    lines = [
        line.replace("ab12,0.2", "cd34,1.5") if ",infer," in line else line
        for line in lines
    ]
    (tmp_path / "mine.csv").write_text("\n".join(lines) + "\n")
    both = ratio_table("mine", "make x", ("network", "part"))
    assert "commit ab12 and cd34), in turns within one run each, load" in both
    assert "load before it 0.2 to 1.5" in both
    only = ratio_table("mine", "make x", ("network",), where={"part": "train"})
    assert "commit ab12), in turns within one run, load before it 0.2;" in only


def test_cells_are_counted_by_the_better_peer(tmp_path, monkeypatch):
    monkeypatch.setattr(benchmarks, "FOLDER", tmp_path)
    slower = "unet,train,torch first,2.0,1,0.8,False,Xeon,keras 3,ab12\n"
    for text, counted in ((OTHERS, (2, 2)), (OTHERS + slower, (1, 2))):
        (tmp_path / "mine.csv").write_text(text)
        assert cells_ahead("mine") == counted


def test_rows_in_which_a_peer_is_ahead_are_named(tmp_path, monkeypatch):
    monkeypatch.setattr(benchmarks, "FOLDER", tmp_path)
    (tmp_path / "mine.csv").write_text(OTHERS.replace("3.0,1,1.2", "2.0,1,0.8"))
    text = ratio_table("mine", "make x", ("network", "part"), joined=True)
    assert "| network x part | ours, s |" in text and "| unetxstep | 2.5 |" in text
    assert "**At least as fast as PyTorch in 1 of 2 rows that have it.**" in text
    assert "Slower at: unetxstep (PyTorch, channels last: 0.8)." in text


def test_columns_as_they_are(tmp_path, monkeypatch):
    monkeypatch.setattr(benchmarks, "FOLDER", tmp_path)
    (tmp_path / "mine.csv").write_text(OTHERS)
    text = plain_table("mine", "make x", {"network": "what", "s": "seconds"})
    assert "| what | seconds |" in text and "| unet | 2.5 |" in text


OPERATIONS = """\
network,part,side,batch,precision,kind,ms,share,step_ms,peak_ms,machine,load_before
unet,train,240,2,float32,convolutions,30,0.75,25,10,"Xeon, 2 cores",0
unet,train,240,2,float32,casts,10,0.25,25,10,"Xeon, 2 cores",0
unet,train,240,2,float32,within these: reorders,4,0.1,25,10,"Xeon, 2 cores",0
unet,train,240,2,bfloat16,convolutions,8,0.5,9.5,2.5,"Xeon, 2 cores",0
unet,infer,240,1,float32,convolutions,6,1,7.5,2,"Xeon, 2 cores",0.7
"""


def test_operations_are_shares_of_their_own_sum(tmp_path, monkeypatch):
    monkeypatch.setattr(benchmarks, "FOLDER", tmp_path)
    assert operations_table("mine", "make x") == "Not measured yet: `make x`."
    (tmp_path / "mine.csv").write_text(OPERATIONS)
    text = operations_table("mine", "make x")
    assert "One step, batch 2x240x240." in text
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    assert lines[0].endswith("`unet` float32 | `unet` bfloat16 |")
    assert lines[2:] == [
        "| convolutions | 75 | 50 |",
        "| casts | 25 |  |",
        "| within these: reorders | 10 |  |",
        "| operations together, ms | 40 | 8 |",
        "| the step, ms | 25 | 9.5 |",
        "| its multiply-adds at the peak, ms | 10 | 2.5 |",
    ]
    text = operations_table("mine", "make x", "infer")
    assert "One inference, batch 1x240x240." in text and "load before it 0.7;" in text
    assert "| the inference, ms | 7.5 |" in text and "casts" not in text
