"""What the page says of speed is what the benchmark's rows say."""

from papers.anisocascade import page
from papers.engine.pages import benchmarks

SCAN = """\
variant,stage,s,cpu_s,ratio_to_shipped,peak_gb,case,code,machine
shipped,imports,4,4,1,2.84,one,new,Xeon
shipped,networks,30,50,1,2.84,one,new,Xeon
shipped,all but the networks,10,12,1,2.84,one,new,Xeon
shipped,all,40,62,1,2.84,one,new,Xeon
before,imports,5,5,1.25,2.9,one,old,Xeon
before,networks,30,50,1,2.9,one,old,Xeon
before,all but the networks,25,30,2.5,2.9,one,old,Xeon
before,all,55,80,1.4,2.9,one,old,Xeon
"""
NETWORKS = """\
network,variant,batch,s,share_of_peak,ratio_to_shipped,peak_gb,machine
wnet,shipped,5,1.7,0.5,1,2,Xeon
wnet,plain,5,3.4,0.25,2.1,2,Xeon
enet,shipped,5,1,0.8,1,2,Xeon
enet,plain,5,1.5,0.5,1.5,2,Xeon
all nine,shipped,"one, released weights",30,,1,2.84,Xeon
all nine,plain,"one, released weights",52,,1.7,3.4,Xeon
"""


def test_stages_of_a_scan(tmp_path, monkeypatch):
    monkeypatch.setattr(benchmarks, "FOLDER", tmp_path)
    assert "not measured yet" in page.one_scan()
    (tmp_path / "anisocascade_scan.csv").write_text(SCAN)
    assert "takes 40 s and 2.8 GB" in page.one_scan()
    text = benchmarks.by_machine("anisocascade_scan", "make x", page.stages)
    assert "takes 40 s for one, 10 s of them outside of the networks" in text
    assert "what commit old takes outside of the networks; it is **met: 0.40**" in text
    assert "| stage | before (old), s | ours, s | processor time, s | share |" in text
    assert "| imports | 5 | 4 | 4 | 10 % |" in text
    alone = "\n".join(SCAN.splitlines()[:5])
    (tmp_path / "anisocascade_scan.csv").write_text(alone)
    text = benchmarks.by_machine("anisocascade_scan", "make x", page.stages)
    assert "goal" not in text and "| imports | 4 | 4 | 10 % |" in text


def test_the_whole_program(tmp_path, monkeypatch):
    monkeypatch.setattr(benchmarks, "FOLDER", tmp_path)
    (tmp_path / "anisocascade.csv").write_text(NETWORKS)
    text = page.whole_program()
    assert "**30 s and 2.8 GB** for one with released weights" in text
    assert "in plain layers 52 s and 3.4 GB" in text
    assert "is met by 1 of 2 networks (1.50 to 2.10)" in text
    assert "at 50 to 80 % of a large" in text and "factor of 1.2 to 2.0" in text
