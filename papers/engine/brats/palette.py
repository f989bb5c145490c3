"""The colors of BraTS's labels, one palette for all papers.

A paper whose own figures have other colors, or other names for a label, keeps those of
its figures in its module `figures`, and says where they come from.
"""

LABEL_COLORS = {
    2: ("edema", "tab:green"),
    1: ("necrosis, or core that is not enhancing", "gold"),
    3: ("non-enhancing tumor", "tab:blue"),  # of 2013 and 2015 only
    4: ("enhancing tumor", "tab:red"),
}
