"""Plugins of `nbgrader zip_collect`: they take what Canvas, Moodle, Blackboard and macOS pack, as it is.

`UnpackedSafely` unpacks, `OfTheClass` says whose each file is. Whose it is and which attempt counts is told
by the same rules as for `nnlearn grade`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path, PurePosixPath

from nbgrader.plugins import ExtractorPlugin, FileNameCollectorPlugin

from autograder.course.members import Members
from autograder.handed_in.archives import ArchiveError, folder_for, keep, unpack, whole_class
from autograder.handed_in.choice import the_one_that_counts
from autograder.handed_in.names import attempt_of, is_archive, label_of
from autograder.handed_in.owners import Owned, owned
from autograder.handed_in.walk import Entry, walk
from autograder.render.text import shown_name
from nnlearn.text import one_line

# What nbgrader itself puts beside a submission: from a learner it would be a forged time.
_NBGRADERS = frozenset({"timestamp.txt", "submission_secret.txt"})


class UnpackedSafely(ExtractorPlugin):  # type: ignore[misc]
    """Unpacks archives, and those in them; what lies beside them is copied. No link is made or followed."""

    def extract(self, archive_path: str, extracted_path: str) -> None:
        """Unpack what lies in one folder into another."""
        place, target = Path(archive_path), Path(extracted_path)
        entries = list(walk(place))
        if not entries:
            self.log.warning("No files found in directory: %s", archive_path)
        for entry in entries:
            folder = target.joinpath(*entry.folders)
            shown = shown_name(entry.place)
            try:
                if is_archive(entry.name) and not entry.oddity:
                    unpack(entry.path, folder_for(entry.path, folder), self.log.warning, whole_class())
                else:
                    keep(entry.path, folder)
            except ArchiveError as error:
                self.log.error("%s is not unpacked: %s", shown, error)
                keep(entry.path, folder)
            except OSError as error:
                self.log.error("%s is left out: %s", shown, error.strerror or error)


class OfTheClass(FileNameCollectorPlugin):  # type: ignore[misc]
    """Says for each file whose it is and which notebook, from all of them together.

    Of several attempts the newest is taken. Of whoever has handed in less than all notebooks, everything is
    taken that may have been meant, so that it is seen and nobody is lost.
    """

    def collect(self, submitted_file: str) -> dict[str, str] | None:
        """Whose a file is and what it becomes, or None for one that is not taken."""
        return self._taken.get(Path(submitted_file))

    @cached_property
    def _taken(self) -> dict[Path, dict[str, str]]:
        """What becomes of each file that is taken."""
        directory = self.parent.coursedir
        source = Path(directory.format_path(directory.source_directory, ".", directory.assignment_id))
        notebooks = [file.stem for file in sorted(source.glob("*.ipynb"))]
        extracted = Path(self.parent._format_collect_path(self.parent.extracted_directory))
        members = Members.of(directory)
        entries = [e for e in walk(extracted) if e.name.casefold() not in _NBGRADERS and not e.oddity]
        things = owned(list(_in_class(entries, notebooks, members)), notebooks)
        ids = members.ids_of(things)
        theirs: dict[str, list[Owned]] = {}
        for thing in things:
            theirs.setdefault(ids[thing.owner, thing.number], []).append(thing)
        return {
            thing.entry.path: {"student_id": student, "file_id": file, **_time_of(thing)}
            for student, all_of_it in theirs.items()
            for thing, file in self._of_one(student, all_of_it, notebooks)
        }

    def _of_one(
        self, student: str, things: Sequence[Owned], notebooks: Sequence[str]
    ) -> Iterator[tuple[Owned, str]]:
        """What is taken of one learner's, each with the name that it gets."""
        done: set[int] = set()
        missing = []
        for name in notebooks:
            for kind in (".ipynb", ".py"):
                candidates = [it for it in things if it.topic == name and it.kind == kind]
                if candidates:
                    best, rule = the_one_that_counts(candidates, None)
                    others = [it for it in candidates if it is not best]
                    done |= {id(it) for it in candidates}
                    for other in others:
                        self.log.warning(
                            "%s: %s is left out; %s counts (%s)",
                            one_line(student),
                            *(shown_name(it.entry.place) for it in (other, best)),
                            rule,
                        )
                    yield best, f"{name}{kind}"
                elif kind == ".ipynb":
                    missing.append(name)
        names: set[str] = set()
        for it in things if missing else ():
            if it.is_meant and id(it) not in done:
                inner = _free("/".join((*it.inner, it.name)), names)
                names.add(inner)
                yield it, inner


def _in_class(entries: Sequence[Entry], notebooks: Sequence[str], members: Members) -> Iterator[Entry]:
    """The entries as seen from the folder of the class: what a whole class was unpacked into is one."""
    by_folder: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.folders:
            by_folder.setdefault(entry.folders[0], []).append(entry)
        else:
            yield entry
    for folder, inside in by_folder.items():
        moved = [Entry(e.root / folder, e.folders[1:], e.name, e.oddity, e.modified, e.named) for e in inside]
        is_learners = folder in members or label_of(folder) is not None
        yield from moved if not is_learners and _is_class(moved, notebooks, members) else inside


def _is_class(entries: Sequence[Entry], notebooks: Sequence[str], members: Members) -> bool:
    """Whether a folder holds what several learners handed in, as far as names tell."""
    things = owned(entries, notebooks)
    if any(thing.is_labelled or thing.owner in members for thing in things):
        return True
    work = [thing for thing in things if thing.topic and thing.kind and attempt_of([thing.owner]) == (0, 0)]
    return len({thing.owner for thing in work}) > 1


def _free(name: str, taken: set[str]) -> str:
    """`name`, or with a number behind it if that is taken."""
    free, number = PurePosixPath(name), 1
    while str(free) in taken:
        free = free.with_name(f"{PurePosixPath(name).stem} ({number}){free.suffix}")
        number += 1
    return str(free)


def _time_of(thing: Owned) -> dict[str, str]:
    """When it was handed in, where the platform says so."""
    return {"timestamp": thing.handed_in} if thing.handed_in else {}
