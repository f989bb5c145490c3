"""Changes of bytes that know nothing of a format."""

_EXTREMES = [0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF]
_EXTREMES += [0x80000000, 0xFFFFFFFF, 0x7FFFFFFFFFFFFFFF, 0xFFFFFFFFFFFFFFFF]


def mutated(content, draw, times=None):
    """Returns bytes after one to four changes.

    Args:
        content: the bytes.
        draw: a `random.Random`.
        times: number of changes, drawn by default.
    """
    for _ in range(times or draw.choice((1, 1, 1, 2, 4))):
        content = draw.choice(_CHANGES)(content, draw)
    return content


def _flip_bit(content, draw):
    if not content:
        return content
    place = draw.randrange(len(content))
    flipped = content[place] ^ (1 << draw.randrange(8))
    return content[:place] + bytes([flipped]) + content[place + 1 :]


def _flip_early_bit(content, draw):
    """Headers are at the beginning."""
    early = min(len(content), 512)
    return _flip_bit(content[:early], draw) + content[early:]


def _replace_byte(content, draw):
    place = draw.randrange(len(content) + 1)
    return content[:place] + draw.randbytes(1) + content[place + 1 :]


def _truncate(content, draw):
    return content[: draw.randrange(len(content) + 1)]


def _extend(content, draw):
    more = draw.choice((b"\0" * 64, draw.randbytes(draw.choice((1, 8, 200)))))
    return content + more


def _swap_blocks(content, draw):
    size = draw.choice((1, 4, 16, 128))
    one, other = sorted(draw.randrange(len(content) + 1) for _ in range(2))
    parts = [content[:one], content[one : one + size], content[one + size : other]]
    parts += [content[other : other + size], content[other + size :]]
    return b"".join(parts[index] for index in (0, 3, 2, 1, 4))


def _double_block(content, draw):
    start, size = draw.randrange(len(content) + 1), draw.choice((1, 4, 16, 128))
    block = content[start : start + size]
    return content[:start] + block * draw.choice((2, 2, 9)) + content[start + size :]


def _remove_block(content, draw):
    start, size = draw.randrange(len(content) + 1), draw.choice((1, 4, 16, 128))
    return content[:start] + content[start + size :]


def _put_extreme(content, draw):
    """An integer at the limits of its type, at an even place in most cases."""
    size = draw.choice((1, 2, 4, 8))
    place = draw.randrange(len(content) + 1)
    place -= place % size if draw.random() < 0.8 else 0
    value = draw.choice(_EXTREMES) % (1 << 8 * size)
    number = value.to_bytes(size, draw.choice(("little", "big")))
    return content[:place] + number + content[place + size :]


def _empty(content, draw):
    return b""


_CHANGES = [_flip_bit, _flip_early_bit, _replace_byte, _truncate, _extend]
_CHANGES += [_swap_blocks, _double_block, _remove_block, _put_extreme, _put_extreme]
_CHANGES = _CHANGES * 3 + [_empty]
