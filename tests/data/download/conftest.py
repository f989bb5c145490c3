"""The local server for the tests of downloads."""

import pytest

from tests.data.download.server import serving


@pytest.fixture
def server():
    with serving() as server:
        yield server
