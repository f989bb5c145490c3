"""Which cases a user asks to see: `worst:3,median:1,ID`."""

from common.errors import UserError

_EXAMPLE = "such as CASES=worst:3,median:1"
_WORDS = ("worst", "median", "best")


def chosen_cases(text, rows, score):
    """Returns the ids of the cases that a text asks for, each once.

    Args:
        text: words with commas between: `worst:N`, `best:N`, `median:N` (the N cases
            around the median), or the id of a case.
        rows: rows of scored cases, a `DataFrame`.
        score: the column that orders them.

    Raises:
        UserError: a word is neither.
    """
    scored = rows[rows["status"] == "ok"].dropna(subset=[score])
    by_case = scored.groupby("case")[score].mean().reset_index()
    ordered = by_case.sort_values([score, "case"])["case"].tolist()
    known = dict.fromkeys(rows["case"])
    found = []
    for word in filter(None, (part.strip() for part in text.split(","))):
        name, colon, count = word.rpartition(":")
        if word in known:
            found.append(word)
        elif colon and name in _WORDS and count.isdecimal():
            found += _some(ordered, name, int(count))
        else:
            raise UserError(
                f"CASES={text}",
                f"{', '.join(f'{w}:N' for w in _WORDS)} or one of {len(known)} scored "
                "cases",
                repr(word),
                f"{_EXAMPLE}; or CASES={next(iter(known), 'ID')}",
            )
    return list(dict.fromkeys(found))


def _some(ordered, name, count):
    count = min(count, len(ordered))
    if name == "best":
        return ordered[::-1][:count]
    first = 0 if name == "worst" else (len(ordered) - count) // 2
    return ordered[first : first + count]
