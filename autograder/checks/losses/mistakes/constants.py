"""Mistakes with a constant, one for each value that people choose."""

from nnlearn.diagnosis import mistake


def with_each(part, values):
    """A decorator: a mistake with a constant that people choose differently, which the code gets first."""

    def decorate(code):
        for value in values:

            def wrong(*args, value=value):
                return code(value, *args)

            wrong.__name__, wrong.__doc__ = f"{code.__name__}_{value:g}".replace("-", "_"), code.__doc__
            mistake(part)(wrong)
        return code

    return decorate


SMALL = (1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15)
