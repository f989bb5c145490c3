"""What finished and scored runs leave, made by hand."""

import pandas as pd

CHANGES = {"preparation.image_size": 64, "network.base_filters": 16}
# Two test cases whose scores are known by hand: Dice .5 and .7, and pooled counts.
ROWS = {
    "case": ["1", "2"],
    "status": ["ok", "ok"],
    "dice": [0.5, 0.7],
    "tp": [10, 20],
    "fp": [5, 5],
    "fn": [5, 5],
    "tn": [80, 70],
    "data": "figshare",
    "coverage": "40/3064",
    "profile": "demo",
    "budget": "4 epochs",
    "epoch": 3,
    **dict.fromkeys(("paper", "method", "fingerprint", "patient", "group"), "any"),
    **dict.fromkeys(("split", "command", "commit"), "any"),
    **dict.fromkeys(("fold", "seed", "epochs"), 0),
}
ENVIRONMENT = {
    "command": "make reproduce-linkdsl",
    "commit": "0123456789",
    "processor": "a processor",
    "threads": 2,
    "settings": {"TF_CLI_CONFIG_FILE": "/somebody/.terraformrc"},
}


def records(columns):
    """Returns the rows of columns, one of which may be a single value."""
    return pd.DataFrame(columns).to_dict("records")
