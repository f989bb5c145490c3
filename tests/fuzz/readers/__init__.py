"""All readers of the suite that take files of users, each with valid tiny inputs."""

from tests.fuzz.readers import datasets, figshare, runs, tables, volumes, weights

READERS = [
    *figshare.READERS,
    *volumes.READERS,
    *datasets.READERS,
    *tables.READERS,
    *weights.READERS,
    *runs.READERS,
]
