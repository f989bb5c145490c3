"""Damaged inputs for every reader: each gives an error in words, or is harmless.

`python -m tests.fuzz.run`, or `make fuzz`, runs it for minutes; pytest collects only
the tests of these tools themselves. `readers` lists what is read, `mutations` and
`formats` change it, `child` reads it in a process that may hang or crash.
"""
