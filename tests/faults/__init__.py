"""Faults on purpose: verbs killed anywhere, and trainings run twice under load.

`make test-faults` and `make test-repeatability` run them; `killed.csv` and
`repeated.csv` have what was run. No test of the suite starts either of them.
"""
