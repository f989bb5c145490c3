"""The suite's side of `benchmarks.linkdsl.against_torch`: what ships, cell by cell."""

from benchmarks.linkdsl.variants import SHIPPED, Size, Task, Variant
from benchmarks.shared.peers import serve_tasks
from papers.engine.quiet import import_tensorflow

PRECISIONS = {"float32": "float32", "bfloat16": "mixed_bfloat16"}


def prepare(network, part, side, batch, precision):
    """Returns a function without arguments, its operations and its parameters."""
    from benchmarks.linkdsl.tasks import build

    variant = Variant(SHIPPED.name, precision=PRECISIONS[precision])
    prepared = build(Task(part, Size(side, batch), variant, network))
    told = {"flop": prepared.flop, "parameters": prepared.parameters}
    return prepared.call, told


def main():
    import_tensorflow()
    from benchmarks.linkdsl.tasks import configure

    configure(SHIPPED.settings)
    serve_tasks(prepare)


if __name__ == "__main__":
    main()
