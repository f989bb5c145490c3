"""The verbs on data sets."""

import pytest

from papers.engine.cli.app import main


@pytest.mark.parametrize(
    ("name", "received"),
    [("brats17", "handed out to registered users"), ("figshar", "'figshar'")],
)
def test_download_names_what_can_be_downloaded(capsys, name, received):
    with pytest.raises(SystemExit) as stopped:
        main(["download", name])
    assert stopped.value.code == 2
    shown = capsys.readouterr().err
    assert "expected: what can be downloaded: figshare" in shown
    assert received in shown
