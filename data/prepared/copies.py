"""Cases that are copies of others, whatever they are called and how they are stored."""

from data.integrity import check_command


def say_copies(sources, name, root, say):
    """Says which cases have the content of another, images and labels.

    They may lie on both sides of a fold. The check of a data set also finds copies of
    single images.

    Args:
        sources: the digest of each case's source by the case's id.
        name: of the data set, such as `"brats17"`.
        root: its folder.
        say: function that shows a line of text.
    """
    first, copies = {}, []
    for case_id, source in sources.items():
        if first.setdefault(source, case_id) != case_id:
            copies.append(f"{case_id} of {first[source]}")
    if copies:
        shown = ", ".join([*copies[:3], *(["…"] if len(copies) > 3 else [])])
        say(
            f"copies of other cases ({len(copies)}): {shown}. In training and test set "
            f"they raise the scores; {check_command(name, root)}"
        )
