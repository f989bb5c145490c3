"""Copies of cases, by content."""

import shutil

from data.brats.dataset import BratsDataset
from data.prepared.copies import say_copies
from data.prepared.prepare import hash_cases
from tests.data.prepared.brats17_tree import (
    MODALITIES,
    case_id,
    file_of,
    read_file,
    write_file,
    write_tree,
)


def said(root):
    lines, dataset = [], BratsDataset(root)
    say_copies(hash_cases(dataset, say=len), "brats17", root, lines.append)
    return lines


def test_a_copy_of_another_type_and_name(tmp_path):
    write_tree(tmp_path, 3)
    assert said(tmp_path) == []
    for name in (*MODALITIES, "seg"):
        shutil.copy(file_of(tmp_path, 0, name), file_of(tmp_path, 2, name))
    write_file(tmp_path, 2, "t1", read_file(tmp_path, 0, "t1").astype("float64"))
    (line,) = said(tmp_path)
    assert line.startswith(
        f"copies of other cases (1): {case_id(2)} of {case_id(0)}. In training and"
    )
