"""Where a value comes from: dataclass fields that carry their own evidence.

A protocol is a frozen dataclass whose every field is made by one of `stated`,
`original`, `inferred` or `chosen`, or is such a dataclass itself:

```python
@dataclass(frozen=True)
class Training:
    learning_rate: float = stated(1e-3, "III: learning rate = 0.001")
    momentum: float = chosen(0.9, "momentum is named, its value is not")
```

If not every value is possible, further arguments are the `Limits`:
`chosen(8, "…", min=1)`. A value that is added to a protocol with existing runs is
`added=True`: its default is what they were made with, and is left out of the hash.
"""

import dataclasses
import difflib
import json

from common.errors import UserError
from common.files import digest


def stated(value, note, **limits):
    """A value that the paper prints; `note` says where, ideally in its words."""
    return _field(value, "stated", note, limits)


def original(value, note, **limits):
    """A value of the original code that the paper does not contradict."""
    return _field(value, "original code", note, limits)


def inferred(value, note, **limits):
    """A value that follows from what the paper says, shows or cites."""
    return _field(value, "inferred", note, limits)


def chosen(value, note, **limits):
    """A value that no source settles; `note` says why we chose it."""
    return _field(value, "our choice", note, limits)


def _field(value, kind, note, limits):
    added = limits.pop("added", False)
    metadata = {"kind": kind, "note": note, "limits": Limits(**limits), "added": added}
    return dataclasses.field(default=value, metadata=metadata)


@dataclasses.dataclass(frozen=True)
class Limits:
    """Which values are possible.

    Args:
        options: all possible values, if they are few.
        min: the smallest possible value.
        max: the largest possible value.
        multiple: a number that the value must be a multiple of.
    """

    options: tuple | None = None
    min: float | None = None
    max: float | None = None
    multiple: int = 1

    def broken_by(self, value):
        """Returns what was expected instead of a value, or None if it is possible."""
        if self.options and value not in self.options:
            return f"one of {', '.join(map(str, self.options))}"
        # Written so that NaN violates a limit.
        if self.min is not None and not value >= self.min:
            return f"at least {self.min}"
        if self.max is not None and not value <= self.max:
            return f"at most {self.max}"
        if value != value or (self.multiple > 1 and value % self.multiple):
            return f"a multiple of {self.multiple}"
        return None


@dataclasses.dataclass(frozen=True)
class Entry:
    """One value of a protocol: `key` is dotted, such as `training.epochs`.

    `in_hash` is False for an added value at its default.
    """

    key: str
    value: object
    kind: str
    note: str
    limits: Limits = Limits()
    in_hash: bool = True


def describe(protocol):
    """Lists every value of a protocol with its evidence, in order.

    Args:
        protocol: an instance of a protocol dataclass.

    Returns:
        A list of `Entry`s. A value that a profile replaced has the kind
        `"profile"`, and its note keeps the published default.

    Raises:
        TypeError: a field was declared without evidence.
    """
    entries = []
    for field in dataclasses.fields(protocol):
        value = getattr(protocol, field.name)
        if dataclasses.is_dataclass(value):
            entries += [
                dataclasses.replace(entry, key=f"{field.name}.{entry.key}")
                for entry in describe(value)
            ]
            continue
        if "kind" not in field.metadata:
            raise TypeError(
                f"Field `{field.name}` of {type(protocol).__name__} must say where "
                "its value comes from: stated, original, inferred or chosen."
            )
        kind, note = field.metadata["kind"], field.metadata["note"]
        limits = field.metadata["limits"]
        in_hash = value != field.default or not field.metadata["added"]
        if value != field.default:
            note = f"replaces {field.default!r} ({kind}: {note})"
            kind = "profile"
        entries.append(Entry(field.name, value, kind, note, limits, in_hash))
    return entries


def replace(protocol, changes):
    """Returns the protocol with some values replaced, by dotted key.

    Args:
        protocol: a protocol dataclass.
        changes: values by key, such as `{"training.epochs": 12}`. A string is
            parsed as the type of the value that it replaces.

    Raises:
        UserError: a key is unknown or a value has the wrong type.
    """
    known = {entry.key: entry for entry in describe(protocol)}
    for key, value in changes.items():
        if key not in known:
            raise UserError(
                key,
                f"a key of the protocol: {', '.join(known)}",
                f"the unknown key {key!r}",
                f"such as SET={_closest(key, known.values())}",
            )
        protocol = _replace_one(protocol, key, _checked(known[key], value))
    return protocol


def as_dict(protocol):
    """Returns a protocol as nested dictionaries of JSON values."""
    return json.loads(json.dumps(dataclasses.asdict(protocol)))


def from_dict(protocol, values):
    """Returns the protocol with the values that `as_dict` returned for another one.

    Args:
        protocol: an instance of the same dataclass.
        values: nested dictionaries of JSON values, as `as_dict` returns them.

    Raises:
        AttributeError: there is no such field.
        TypeError: a value has another type, or is beyond the limits of its field.
    """
    changes = {}
    for field in dataclasses.fields(protocol):
        if field.name not in values:
            continue
        old, value = getattr(protocol, field.name), values[field.name]
        if dataclasses.is_dataclass(old):
            value = from_dict(old, dict(value))
        else:
            if isinstance(old, tuple) and isinstance(value, list):
                value = tuple(value)  # JSON has lists only
            _require_like(field, value, old)
        changes[field.name] = value
    if unknown := sorted(set(values) - set(changes)):
        raise AttributeError(f"no field {unknown[0]}")
    return dataclasses.replace(protocol, **changes)


def protocol_digest(protocol, without=()):
    """Returns a hash of all values except those whose dotted key is in `without`.

    Added values at their default are left out as well.
    """
    values = {entry.key: entry.value for entry in describe(protocol) if entry.in_hash}
    return digest({key: values[key] for key in values if key not in without})


def _require_like(field, new, old):
    """Refuses a value whose type a field never has."""
    # Some fields are optional: then one of both is None.
    is_like = new is None or old is None or type(_as_float_like(new, old)) is type(old)
    if is_like and isinstance(new, tuple) and old:
        kinds = {type(one) for one in old}
        kinds |= {list} if tuple in kinds else {int} if float in kinds else set()
        is_like = {type(one) for one in new} <= kinds
    limits = field.metadata.get("limits")
    try:
        broken = limits and new is not None and limits.broken_by(new)
    except TypeError:
        broken = "another type"
    if not is_like or broken:
        raise TypeError(f"{field.name}: {new!r}, not like {old!r}")


def _replace_one(protocol, key, value):
    name, _, rest = key.partition(".")
    if rest:
        value = _replace_one(getattr(protocol, name), rest, value)
    return dataclasses.replace(protocol, **{name: value})


def _checked(entry, new):
    """Parses text as the type of the old value and checks type and limits."""
    old = entry.value
    if isinstance(new, str) and not isinstance(old, str):
        try:
            new = json.loads(new.lower())
        except ValueError:
            pass  # it stays a string and fails the type check below
    if isinstance(old, tuple) and isinstance(new, list) and len(new) == len(old):
        read = tuple(map(_as_float_like, new, old))
        new = read if _alike(read, old) else new
    new = _as_float_like(new, old)
    if type(new) is not type(old):
        expected = f"a value of type {type(old).__name__}, like {old!r}"
    else:
        expected = entry.limits.broken_by(new)
    if expected is None:
        return new
    raise UserError(entry.key, expected, repr(new), f"such as SET={_setting(entry)}")


def _closest(key, entries):
    """Returns the setting, as it is, whose key is most like another one."""
    by_key = {entry.key: entry for entry in entries}
    close = difflib.get_close_matches(key, by_key, 1, 0) or list(by_key)
    return _setting(by_key[close[0]])


def _setting(entry):
    """Returns a value of a protocol as it is written on the command line."""
    value = entry.value
    if not isinstance(value, str):
        value = json.dumps(value, separators=(",", ":"))  # `make` splits at spaces
    return f"{entry.key}={value}"


def _as_float_like(new, old):
    """Returns an integer as a float if the old value is a float."""
    return float(new) if isinstance(old, float) and type(new) is int else new


def _alike(new, old):
    """Whether two sequences have the same types of values in the same order."""
    return [type(value) for value in new] == [type(value) for value in old]
