"""What `TF_CONFIG` says of the machines of a training."""

import json

import pytest

from common.errors import UserError
from common.training.cluster import machines, on_several_machines

TASK = {"type": "worker", "index": 0}
TWO = ["a:1", "b:1"]


@pytest.mark.parametrize(
    "config, count",
    [
        (None, 1),
        ("", 1),
        ("{}", 1),
        ({"cluster": {}, "task": TASK}, 1),
        ({"cluster": {"worker": ["a:1"]}, "task": {"index": 0}}, 1),
        ({"cluster": {"chief": ["a:1"]}}, 1),
        ({"cluster": {"worker": ["a:1"]}, "task": TASK}, 1),
        ({"cluster": {"worker": TWO}, "task": TASK}, 2),
        ({"cluster": {"worker": TWO}, "task": {"type": "worker", "index": "1"}}, 2),
        ({"cluster": {"worker": TWO, "ps": []}, "task": TASK}, 2),
        ({"cluster": {"chief": ["c:1"], "worker": TWO}, "task": TASK}, 3),
        (
            {
                "cluster": {"chief": ["c:1"], "worker": TWO},
                "task": {"type": "chief", "index": 0},
            },
            3,
        ),
    ],
)
def test_machines_are_counted(monkeypatch, config, count):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    if config is not None:
        text = config if isinstance(config, str) else json.dumps(config)
        monkeypatch.setenv("TF_CONFIG", text)
    assert machines() == count
    assert on_several_machines() == (count > 1)


@pytest.mark.parametrize(
    "config, message",
    [
        ("a:1,b:1", "JSON such as.*a:1,b:1"),
        ([], "JSON such as"),
        ({"cluster": [1]}, "lists of addresses by type"),
        ({"cluster": {"worker": "a:1"}}, "lists of addresses by type"),
        ({"cluster": {"worker": TWO, "ps": ["c:1"]}, "task": TASK}, "the type ps"),
        ({"cluster": {"ps": ["c:1"]}}, "the type ps"),
        ({"cluster": {"worker": TWO, "evaluator": ["c:1"]}}, "the type evaluator"),
        ({"cluster": {"master": ["a:1"], "worker": TWO}}, "the type master"),
        ({"cluster": {"chief": TWO}}, "at most one chief.*2 of them"),
        ({"cluster": {"worker": ["a", "b:1"]}}, "such as node1:2222.*'a'"),
        ({"cluster": {"worker": [1, 2]}}, "such as node1:2222.*1"),
        ({"cluster": {"worker": ["a:1", "a:1"]}}, "each address once"),
        ({"cluster": {"worker": TWO}}, "the task of this machine.*none"),
        ({"cluster": {"worker": TWO}, "task": {"index": 0}}, "the task of this"),
        ({"cluster": {"worker": TWO}, "task": {"type": "worker"}}, "the task of this"),
        (
            {"cluster": {"worker": TWO}, "task": {"type": "evaluator", "index": 0}},
            "one of worker. Received: evaluator",
        ),
        (
            {"cluster": {"worker": TWO}, "task": {"type": "chief", "index": 0}},
            "one of worker. Received: chief",
        ),
        (
            {"cluster": {"worker": TWO}, "task": {"type": ["worker"], "index": 0}},
            "one of worker. Received: \\['worker'\\]",
        ),
        (
            {"cluster": {"worker": ["a:1"]}, "task": {"type": "ps", "index": 3}},
            "one of worker. Received: ps",
        ),
        (
            {"cluster": {"worker": ["a:1"]}, "task": {"type": "worker", "index": 1}},
            "from 0 to 0 of this worker. Received: 1",
        ),
        *(
            (
                {"cluster": {"worker": TWO}, "task": {"type": "worker", "index": i}},
                f"from 0 to 1 of this worker. Received: {i}",
            )
            for i in (2, -1, True, None, "x")
        ),
    ],
)
def test_what_cannot_train_together_is_an_error(monkeypatch, config, message):
    text = config if isinstance(config, str) else json.dumps(config)
    monkeypatch.setenv("TF_CONFIG", text)
    with pytest.raises(UserError, match=f"TF_CONFIG: .*{message}.*make workers"):
        machines()
    # Its advice works.
    monkeypatch.delenv("TF_CONFIG")
    assert machines() == 1
