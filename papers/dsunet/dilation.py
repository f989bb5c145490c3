"""The dilation schedules by name: rates by level, from full resolution down.

The paper says only that the rate grows with depth and shrinks again on the way up. The
figure that may have given numbers is lost.
"""

SCHEDULES = {
    "flat": (1, 1, 1, 1, 1),
    "half": (1, 1, 2, 2, 4),
    "linear": (1, 2, 3, 4, 5),
    "pow2": (1, 2, 4, 8, 16),
}
