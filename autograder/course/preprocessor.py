"""nbgrader preprocessors: `RecoverCells` for the sanitizing, `GradeWithNnlearn` in place of `Execute`.

Named in nbgrader_config.py, they make `nbgrader autograde` grade our topics in isolated, warm processes.
Notebooks that teach none of our topics are executed as nbgrader always does it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbgrader.preprocessors import (
    DeduplicateIds,
    Execute,
    NbGraderPreprocessor,
    OverwriteCells,
    OverwriteKernelspec,
)
from traitlets import Bool, Integer, Unicode

from autograder.course.blueprint import Blueprint, read_blueprint
from autograder.course.layout import content_of
from autograder.course.outputs import require_scores, write_outputs
from autograder.course.recover import recover
from autograder.engine.check_isolation import check_isolation
from autograder.engine.reply_cache import say_what_is_slow
from nnlearn.catalogue import Catalogue, Topic, load_catalogue

if TYPE_CHECKING:
    from autograder.course.ahead import Ahead
    from autograder.course.warm import GradedNotebook

_REMARKS = "remarks"
_SANITIZERS = "sanitize_preprocessors"


class _TopicPreprocessor(NbGraderPreprocessor):  # type: ignore[misc]
    """What both preprocessors share: the course they work in."""

    def blueprint(self, resources: Any) -> Blueprint:
        """What the notebook that is being converted consists of."""
        about = resources["nbgrader"]
        if "blueprint" in about:  # whoever grades a whole class reads it once
            return about["blueprint"]  # type: ignore[no-any-return]
        directory = self._course_directory()
        folder = directory.format_path(directory.source_directory, ".", about["assignment"])
        source = Path(directory.root) / folder / f"{about['notebook']}.ipynb"
        catalogue = _catalogue(content_of(self.config))
        return read_blueprint(about["db_url"], about["assignment"], about["notebook"], source, catalogue)

    def _course_directory(self) -> Any:
        """The `CourseDirectory` of the converter that this belongs to, or one with the same configuration."""
        for owner in self._owners():
            if getattr(owner, "coursedir", None) is not None:
                return owner.coursedir
        from nbgrader.coursedir import CourseDirectory

        return CourseDirectory(config=self.config)

    def _owners(self) -> Iterator[Any]:
        """What this belongs to, from the inside out: the exporter, the converter, the command."""
        owner = self.parent
        while owner is not None:
            yield owner
            owner = owner.parent


class RecoverCells(_TopicPreprocessor):
    """Puts cells that are missing, copied, moved or changed right before nbgrader looks at them.

    It does all that `DeduplicateIds`, `OverwriteKernelspec` and `OverwriteCells` do, and for notebooks that
    teach none of our topics it lets them do it.
    """

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Put `nb` right, in place; what was done is kept in its metadata for the feedback."""
        blueprint = self.blueprint(resources)
        nb.metadata.pop("nnlearn", None)  # a learner may have written it
        if blueprint.topic is None:
            for kind in (DeduplicateIds, OverwriteKernelspec, OverwriteCells):
                nb, resources = kind(parent=self.parent).preprocess(nb, resources)
            return nb, resources
        done = recover(nb, blueprint)
        for item in done:
            self.log.warning("%s: %s", resources["nbgrader"]["notebook"], item.words)
        if blueprint.kernelspec:
            nb.metadata["kernelspec"] = dict(blueprint.kernelspec)
        nb.metadata["nnlearn"] = {"topic": blueprint.topic.name, _REMARKS: [item.words for item in done]}
        return nb, resources


class GradeWithNnlearn(_TopicPreprocessor):
    """Grades the learner's cells in isolation and writes one score into each cell of checks."""

    content = Unicode("", help="The content tree; nnlearn's own if left out.").tag(config=True)
    seed = Integer(0, min=0, help="The same seed gives the same scores.").tag(config=True)
    require_isolation = Bool(False, help="Refuse to grade where a layer of isolation is missing.").tag(
        config=True
    )

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Grade `nb`, in place.

        Raises:
            NotGradedError: The grader itself failed; nbgrader reports it and saves no score.
        """
        blueprint = self.blueprint(resources)
        if blueprint.topic is None:
            return Execute(parent=self.parent).preprocess(nb, resources)  # type: ignore[no-any-return]
        blueprint.require_checks()
        _isolation(self.require_isolation, self.log)
        about = resources["nbgrader"]
        remarks = [*self._remarks(nb), *(item.words for item in recover(nb, blueprint))]
        graded = self._graded(nb, blueprint, about)
        require_scores(graded.report)
        write_outputs(nb, blueprint, graded, remarks)
        about["graded"] = graded
        return nb, resources

    def _graded(self, nb: Any, blueprint: Blueprint, about: Any) -> GradedNotebook:
        """What came out for `nb`; what nbgrader turns to next is begun with."""
        from autograder.course.ahead import after, grading_of

        student, name = about["student"], about["notebook"]
        grading = grading_of(nb, blueprint, student, name, self.seed)
        if "grade" in about:  # whoever grades a whole class has processes of its own
            return about["grade"](grading)  # type: ignore[no-any-return]
        _say_what_is_slow(grading.topic, self.seed, self.log)
        graded = _ahead().grade(grading)
        converter = next((owner for owner in self._owners() if getattr(owner, "assignments", None)), None)
        upcoming = after(converter, about["assignment"], student, name) if converter else None
        if upcoming is not None and upcoming.path.stem == name:
            _ahead().start(upcoming, blueprint, self.seed)
        return graded

    def _remarks(self, nb: Any) -> list[str]:
        """What `RecoverCells` has put right, if it is there to do so."""
        kinds = next((o.sanitize_preprocessors for o in self._owners() if hasattr(o, _SANITIZERS)), ())
        names = {getattr(kind, "__name__", str(kind)).rpartition(".")[2] for kind in kinds}
        if RecoverCells.__name__ not in names:
            return []  # whatever the notebook says, its author has written
        found = nb.metadata.get("nnlearn", {}).get(_REMARKS, [])
        return [str(remark) for remark in found]


@lru_cache(maxsize=4)
def _catalogue(content: Path | None) -> Catalogue:
    return load_catalogue(content)


@lru_cache(maxsize=2)
def _isolation(required: bool, log: Any) -> None:
    """Say once, or refuse, when a layer of isolation is missing."""
    check_isolation(required=required, say=log.warning)


@lru_cache(maxsize=16)
def _say_what_is_slow(topic: Topic, seed: int, log: Any) -> None:
    """Say once for each topic why the first notebooks take longer, if they do."""
    say_what_is_slow([topic], seed, log.warning)


@lru_cache(maxsize=1)
def _ahead() -> Ahead:
    """One for the process, since nbgrader makes a preprocessor anew for each notebook."""
    from autograder.course.ahead import Ahead

    return Ahead()
