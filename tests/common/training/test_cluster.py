"""What `TF_CONFIG` says of the machines of a training."""

import pytest

from common.errors import UserError
from common.training.cluster import machines, on_several_machines


@pytest.mark.parametrize(
    "config, count",
    [
        (None, 1),
        ("{}", 1),
        ('{"cluster": {"worker": ["a:1"]}, "task": {"index": 0}}', 1),
        ('{"cluster": {"worker": ["a:1", "b:1"]}, "task": {"index": 0}}', 2),
        ('{"cluster": {"chief": ["a:1"], "worker": ["b:1", "c:1"]}}', 3),
    ],
)
def test_machines_are_counted(monkeypatch, config, count):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    if config is not None:
        monkeypatch.setenv("TF_CONFIG", config)
    assert machines() == count
    assert on_several_machines() == (count > 1)


@pytest.mark.parametrize("config", ["a:1,b:1", "[]", '{"cluster": [1]}'])
def test_what_is_not_a_cluster_is_an_error(monkeypatch, config):
    monkeypatch.setenv("TF_CONFIG", config)
    with pytest.raises(UserError, match="papers workers"):
        machines()
