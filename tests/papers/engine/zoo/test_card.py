"""The model card of shipped weights says what their records hold."""

from papers import registry
from papers.engine.zoo.card import card_blocks


def test_every_weights_and_their_numbers(results, paper):
    text = card_blocks(paper, results)["weights"]
    dual, cascade = text.split("### ")[1:]
    assert dual.startswith("Dual-Scale LinkNet\n")
    assert cascade.startswith("Cascaded Dual-Scale LinkNet\n")
    for part in (dual, cascade):
        assert "3 cases of `figshare` (coverage 40/3064)" in part
        assert "Dice 0.6000, Mean IoU 0.7412; n = 2" in part
        assert "2.0 hours" in part and "`make reproduce-linkdsl`" in part
        assert "test fold 0 was held out" in part


def test_none(tmp_path):
    assert "None" in card_blocks(registry.paper("cunet"), tmp_path)["weights"]
