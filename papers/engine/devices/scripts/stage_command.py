"""The calls of a paper's stages in a command, by `make` or by `python -m papers`."""

from dataclasses import dataclass, replace

from papers.engine.devices.scripts.shell_words import simple_commands

_TAKE_A_WORD = ("-C", "-f", "-I", "-o", "-W")  # options of `make`
_FLAGS = ("dry-run",)  # options of a stage without a value


@dataclass(frozen=True)
class StageCommand:
    """One call of `make` or of `python -m papers`.

    Args:
        by_make: whether it is one of `make`.
        goals: the targets of `make`; else the verb and what is no option.
        options: the values by the option's name as the command line has it.
        end: where its last word ends in the text.
    """

    by_make: bool
    goals: tuple[str, ...]
    options: dict[str, list[str]]
    end: int

    def stage(self, verbs, papers):
        """Returns the verb and the paper's id.

        Args:
            verbs: those that it may be.
            papers: the ids that there are.

        Raises:
            ValueError: it is not one verb of one paper; the message is what it is.
        """
        goals = self.goals
        if self.by_make:
            if len(goals) != 1:
                raise ValueError(f"{len(goals)} targets of make")
            verb, _, paper = goals[0].partition("-")
            if verb not in verbs or paper not in papers:
                raise ValueError(f"the target {goals[0]}")
            return verb, paper
        verb, *free = goals or [""]
        if verb not in verbs:
            raise ValueError(f"the verb {verb or 'of none'}")
        if len(free) != 1 or free[0] not in papers:
            raise ValueError(" ".join(goals))
        return verb, free[0]

    def with_options(self, options):
        """Returns the same call with other options."""
        return replace(self, options=options)

    def words(self):
        """Returns its options as words of the command line."""
        return [
            word
            for name, values in self.options.items()
            for value in values
            for word in (f"--{name}", *([] if name in _FLAGS else [value]))
        ]


def stage_commands(text):
    """Returns the `StageCommand`s of what a shell reads.

    Raises:
        ValueError: no shell can read it; the message is what it is instead.
    """
    found = []
    for command in simple_commands(text):
        words = list(command.words)
        if "make" in words:
            at = words.index("make")
            goals, options = _of_make(words[:at], words[at + 1 :])
            found.append(StageCommand(True, goals, options, command.end))
        elif "papers" in words[1:] and words[words.index("papers", 1) - 1] == "-m":
            goals, options = _of_module(words[words.index("papers", 1) + 1 :])
            found.append(StageCommand(False, goals, options, command.end))
    return found


def _of_make(before, words):
    options, targets, skip = {}, [], False
    for position, word in enumerate([*before, *words]):
        name, equals, value = word.partition("=")
        if skip or word.startswith("-"):
            skip = not skip and word in _TAKE_A_WORD
        elif equals and name.isupper():
            values = value.split() if name == "SET" else [value]
            option = name.lower().replace("_", "-")
            options.setdefault(option, []).extend(values)
        elif position >= len(before):
            targets.append(word)
    return tuple(targets), options


def _of_module(words):
    options, free = {}, []
    while words:
        word = words.pop(0)
        if not word.startswith("--"):
            free.append(word)
            continue
        name, equals, value = word[2:].partition("=")
        if not equals and words and name not in _FLAGS:
            value = words.pop(0)
        options.setdefault(name, []).append(value)
    return tuple(free), options
