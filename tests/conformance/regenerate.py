"""Rewrites the golden inventories and the rooms for rounding.

Run `python -m tests.conformance.regenerate`.

Read the difference before you commit it: a changed golden is a changed network.
"""

from common.blank import blank
from tests.conformance import rooms
from tests.conformance.catalog import NETWORKS
from tests.conformance.conftest import build
from tests.conformance.inventory import GOLDENS, inventory, path, to_text


def main():
    GOLDENS.mkdir(exist_ok=True)
    for old in GOLDENS.glob("*.json"):
        old.unlink()
    for network in NETWORKS:
        path(network.name).write_text(to_text(inventory(blank(network.full))))
        print(path(network.name))
    rooms.write({one.name: rooms.measured_room(*build(one)) for one in NETWORKS})
    print(rooms.FILE)


if __name__ == "__main__":
    main()
