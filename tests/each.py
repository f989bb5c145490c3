"""One test of many things, where a test for each would take longer than its check."""

from functools import partial


def each(things, name=str):
    """Makes one test of a check of a single thing; it names all that fail.

    Args:
        things: what is checked, one after the other; or a function that returns it,
            called by the test, where finding it takes a while.
        name: function from a thing to what it is called.
    """
    found = things if callable(things) else partial(list, list(things))

    def decorate(check):
        def test():
            things = found()
            assert things, "nothing to check"
            failed = []
            for thing in things:
                try:
                    check(thing)
                except AssertionError as error:
                    failed.append(f"{name(thing)}: {error}")
            assert not failed, "\n\n".join(failed)

        test.__name__, test.__doc__ = check.__name__, check.__doc__
        return test

    return decorate
