"""Scans as scanners write them, made of cases of BraTS, and what preparation regains.

The writer of DICOM series is used by tests, too.
"""
