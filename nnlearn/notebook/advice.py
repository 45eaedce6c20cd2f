"""What a card says about going on."""

from __future__ import annotations

from nnlearn.checking.advice import LONGEST
from nnlearn.checking.selfcheck import SelfCheckAdvice
from nnlearn.learner.session import Session


class NotebookAdvice(SelfCheckAdvice):
    """Advice for a learner in a notebook: what to try fits into a cell."""

    def try_it(self, check: str, session: Session) -> str:  # noqa: ARG002 - a check cannot run alone here
        """The call again, where its arguments are small."""
        line = session.line_to_try()
        return line if len(line) <= LONGEST else ""
