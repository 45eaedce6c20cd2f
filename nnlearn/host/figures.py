"""Takes what matplotlib holds as pictures, as a notebook does at the end of each cell."""

from __future__ import annotations

import io
import sys

from nnlearn.protocol.requests import MOST_FIGURES

_DPI = 80


def take_figures() -> list[bytes]:
    """Every open figure of pyplot as a PNG file, the first ones only; all are closed.

    It runs beside the learner's code, which may have put anything in the place of matplotlib.
    """
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is None:
        return []
    found = []
    try:
        for number in pyplot.get_fignums()[:MOST_FIGURES]:
            file = io.BytesIO()
            pyplot.figure(number).savefig(file, format="png", dpi=_DPI, bbox_inches="tight")
            found.append(file.getvalue())
        pyplot.close("all")
    except KeyboardInterrupt:
        raise
    except BaseException:  # a figure that cannot be drawn is no mistake in a part
        return found
    return found
