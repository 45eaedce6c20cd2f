"""Learn, and teach, what happens inside a neural network, by building the pieces in Keras."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nnlearn.notebook.again import again, given
    from nnlearn.notebook.checks import check

__all__ = ["__version__", "again", "check", "given"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """What learners call is looked up when it is used: importing nnlearn costs nothing."""
    if name == "check":
        from nnlearn.notebook.checks import check

        return check
    if name in ("again", "given"):
        from nnlearn.notebook import again

        return getattr(again, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
