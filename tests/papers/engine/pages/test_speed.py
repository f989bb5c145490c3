"""The tables of speed, and numbers of single rows."""

import pytest

from papers.engine.pages import benchmarks
from papers.engine.pages.benchmarks import benchmark
from papers.engine.pages.speed import plain_table, ratio_table, speed_table


def test_a_benchmark_has_one_such_row():
    where = {"network": "unet", "part": "train", "variant": "shipped"}
    assert benchmark("cunet", "s", **where) > 0
    with pytest.raises(ValueError, match="Expected one row"):
        benchmark("cunet", "s", network="unet")


ROWS = """\
network,part,side,batch,precision,variant,ms,first_s,share_of_peak,times_faster,\
peer_version,machine
unet,train,240,2,float32,shipped,1234.5,10.25,0.9061,1.173,,"Xeon, 2 cores"
unet,train,240,2,float32,torch last,1448.1,0.5,0.77,1.0,2.13.0,"Xeon, 2 cores"
unet,infer,240,2,bfloat16,shipped,0.0456,3.0,0.1,,,"Xeon, 2 cores"
"""


def test_speed_is_that_of_the_committed_rows(tmp_path, monkeypatch):
    monkeypatch.setattr(benchmarks, "FOLDER", tmp_path)
    assert speed_table("mine", "make x") == "Not measured yet: `make x`."
    (tmp_path / "mine.csv").write_text(ROWS)
    text = speed_table("mine", "make x")
    assert "`make x` on Xeon, 2 cores (PyTorch 2.13.0), in turns within" in text
    assert text.splitlines()[-2:] == [
        "| `unet` | step | 2x240x240 | float32 | 1,234 | 10.2 | 0.906 | 1.17 |",
        "| `unet` | inference | 2x240x240 | bfloat16 | 0.0456 | 3 | 0.1 | - |",
    ]


OTHERS = """\
network,part,variant,s,first_s,ratio_to_shipped,at_least,machine,versions
unet,train,shipped,2.5,4.5,1,False,Xeon,keras 3
unet,train,torch last,3.0,1,1.2,False,Xeon,keras 3
unet,infer,shipped,0.5,4.5,1,False,Xeon,keras 3
unet,infer,torch last,4.0,1,8,True,Xeon,keras 3
unet,infer,plain,1,1,2,False,Xeon,keras 3
unet,train,peak,1,1,,False,Xeon,keras 3
"""


def test_others_are_ratios_to_ours(tmp_path, monkeypatch):
    monkeypatch.setattr(benchmarks, "FOLDER", tmp_path)
    assert "Not measured" in ratio_table("mine", "make x", ("network",))
    (tmp_path / "mine.csv").write_text(OTHERS)
    text = ratio_table("mine", "make x", ("network", "part"), extras=("first_s",))
    assert "`make x` on Xeon (keras 3), in turns" in text
    assert text.splitlines()[-4:] == [
        "| network | part | ours, s | first call, s | plain Keras layers | "
        "PyTorch, channels last |",
        "| --- | --- | --- | --- | --- | --- |",
        "| unet | step | 2.5 | 4.5 |  | 1.2 |",
        "| unet | inference | 0.5 | 4.5 | 2 | > 8 |",
    ]
    only = ratio_table("mine", "make x", ("network",), where={"part": "train"})
    assert only.splitlines()[-1] == "| unet | 2.5 | 1.2 |"


def test_columns_as_they_are(tmp_path, monkeypatch):
    monkeypatch.setattr(benchmarks, "FOLDER", tmp_path)
    (tmp_path / "mine.csv").write_text(OTHERS)
    text = plain_table("mine", "make x", {"network": "what", "s": "seconds"})
    assert "| what | seconds |" in text and "| unet | 2.5 |" in text
