"""What random numbers are drawn for: no two purposes share a stream.

The third counter of `data.order.generator`. The order of examples has no
third counter, which is 0.
"""

SLICES = 1
AUGMENTATION = 2
PATCHES = 3
NOISE = 4
SAMPLING = 5
