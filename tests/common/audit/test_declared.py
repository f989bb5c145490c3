"""The text and declared facts against the tables: claims, conditions, pools."""

from functools import partial

import pytest

from common.errors import UserError
from tests.common.audit.tables_of import findings_of

CLAIMS = "claim,first,second,columns,quantity,relation,value,where,sentence,note\n"
CONDITIONS = "table,row,column,condition,state,like_for_like,evidence\n"
POOLS = "column,pool,share,evidence\n"


@pytest.fixture
def findings(tmp_path):
    return partial(findings_of, tmp_path)


TABLE = {
    "old": {"wt_dice": "0.80", "tc_dice": "0.70", "size": "200"},
    "new": {"wt_dice": "0.83", "tc_dice": "0.69", "size": "91"},
    "base": {"wt_dice": "0.70", "tc_dice": "0.60", "size": "91"},
}
BOTH = "wt_dice + tc_dice"


@pytest.mark.parametrize(
    ("first", "second", "columns", "quantity", "relation", "value", "holds"),
    [
        ("1/new", "", "wt_dice", "mean", "equals", "83 %", True),
        ("1/new", "", "wt_dice", "mean", "equals", "81 %", False),
        ("1/new", "", BOTH, "mean", "equals", "0.76", True),
        ("1/new", "1/old", BOTH, "difference", "equals", "1 %", True),
        ("1/new", "1/old", BOTH, "difference", "equals", "3 %", False),
        ("1/new", "1/old + 1/base", BOTH, "difference", "equals", "6 %", True),
        ("1/new", "1/old", "size", "ratio", "equals", "46 %", True),
        ("1/new", "1/old", "size", "ratio", "equals", "50 %", False),
        ("1/new", "1/old", "size", "ratio", "about", "50 %", True),
        ("1/new", "1/old", "size", "ratio", "above", "0.5", False),
        ("1/new", "1/old", "size", "ratio", "below", "0.5", True),
        ("1/new", "1/base", BOTH, "each", "above", "0", True),
        ("1/new", "1/old", BOTH, "each", "above", "0", True),
        ("1/old", "1/new", BOTH, "each", "above", "0", False),
        ("1/old", "1/new", BOTH, "most", "above", "0", False),
        ("1/old", "1/new + 1/base", BOTH, "most", "above", "0", True),
    ],
)
def test_claims_of_the_text(
    findings, first, second, columns, quantity, relation, value, holds
):
    line = f"name,{first},{second},{columns},{quantity},{relation},{value}"
    found = findings(TABLE, text_claims=f"{CLAIMS}{line},III,it is so,read so\n")
    if holds:
        assert found == []
        return
    (finding,) = found
    assert (finding["table"], finding["row"]) == ("text", "name")
    assert finding["severity"] == "suspicious"
    assert finding["printed"] == f"{relation} {value}"
    assert finding["explanation"].startswith('"it is so" (III); read so; ')


def test_claim_says_which_cells_contradict_it(findings):
    line = f"name,1/old,1/new + 1/base,{BOTH},each,above,0,III,it is so,\n"
    (found,) = findings(TABLE, text_claims=CLAIMS + line)
    assert found["columns"] == "wt_dice"
    assert found["explanation"].endswith(
        "not so in 1 of 4 comparisons: wt_dice 0.80 against 0.83 of 1/new"
    )
    assert (found["low"], found["high"]) == pytest.approx((-0.04, -0.02))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("c,1/new,,dice,mean,equals,1,,,", "c: expected cells of the tables.*1/new"),
        ("c,2/new,,size,mean,equals,1,,,", "2/new, size"),
        ("c,1/new,,size,median,equals,1,,,", "a quantity of mean"),
        ("c,1/new,,size,mean,like,1,,,", "a relation of equals"),
        ("c,1/new,,size,mean,equals,one,,,", "a number as value"),
        ("c,1/new,,size,ratio,equals,1,,,", "a second row"),
        ("c,1/new,,size,most,equals,1,,,", "a second row"),
        ("c,1/new,1/old,size,mean,equals,1,,,", "a second row"),
        ("c,,,size,mean,equals,1,,,", "a first row and its columns"),
    ],
)
def test_wrong_claims(findings, line, message):
    with pytest.raises(UserError, match=message):
        findings(TABLE, text_claims=f"{CLAIMS}{line}\n")


def test_counts_of_different_things(findings):
    rows = {"a": {"parameters": "3757945"}, "b": {"parameters": "8269331"}}
    lines = (
        "1,a,parameters,outputs,3,3757945,counted\n"
        "1,b,parameters,outputs,{},8269561,only hit\n"
    )
    (found,) = findings(rows, conditions=CONDITIONS + lines.format(1))
    assert (found["rule"], found["row"]) == ("like-for-like", "b")
    assert found["low"] == found["high"] == 8269561
    assert "outputs: 1 here, 3 in row a" in found["explanation"]
    assert "only hit" in found["explanation"]
    assert findings(rows, conditions=CONDITIONS + lines.format(3)) == []
    with pytest.raises(UserError, match="conditions.csv: expected a cell.*1,c,param"):
        findings(rows, conditions=CONDITIONS + "1,c,parameters,outputs,3,1,\n")
    with pytest.raises(UserError, match="expected a number.*'many'"):
        wrong = lines.format(1).replace("8269561", "many")
        findings(rows, conditions=CONDITIONS + wrong)


def specificity_of(truth, tp, fp, pool):
    return (pool - truth - fp) / (pool - truth)


@pytest.mark.parametrize("pool", ["whole volumes", "brain"])
def test_pool_of_a_specificity(findings, pool):
    # Of one case with 1000 true voxels in pools of 100,000 and 20,000.
    sizes = {"whole volumes": 100_000, "brain": 20_000}
    dice, sensitivity = 2 * 900 / (900 + 300 + 1000), 0.9
    specificity = specificity_of(1000, 900, 300, sizes[pool])
    one = {"a": {"wt_dice": f"{dice:.4f}", "wt_sensitivity": f"{sensitivity:.4f}"}}
    two = {"a": {"wt_specificity": f"{specificity:.4f}"}}
    shares = "wt_specificity,whole volumes,0.01,x\nwt_specificity,brain,0.05,x\n"
    (found,) = findings(one, two, pools=POOLS + shares)
    assert (found["rule"], found["severity"]) == ("specificity-pool", "note")
    assert (found["table"], found["columns"]) == ("2", "wt_specificity")
    assert f"{pool} fits best" in found["explanation"]
    assert found["low"] - 1e-4 <= specificity <= found["high"] + 1e-4


def test_scores_of_0_and_1_give_neither_a_pool_nor_a_ratio(findings):
    cells = {"wt_dice": "<1e-4", "wt_recall": "<1e-4", "wt_specificity": "1.000"}
    good = {"wt_dice": "0.80", "wt_recall": "0.82", "wt_specificity": "1.000"}
    found = findings(
        {"a": cells, "b": good},
        pools=POOLS + "wt_specificity,brain,0.05,x\nwt_specificity,all,0.01,x\n",
        text_claims=CLAIMS + "c,1/b,1/a,wt_dice,ratio,equals,7,,,\n",
    )
    assert [f["row"] for f in found] == ["b"]
    assert "all fits best" in found[0]["explanation"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("wt_specificity,all,1.5,", "a share between 0 and 1"),
        ("wt_specificity,all,some,", "a number"),
        ("wt_dice,all,0.1,", "a column of specificities"),
    ],
)
def test_wrong_pools(findings, line, message):
    with pytest.raises(UserError, match=message):
        findings(TABLE, pools=f"{POOLS}{line}\n")
