"""`nnlearn init`: makes a workspace, or brings one up to date."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from nnlearn.catalogue import APART, Catalogue, came_with_nnlearn, load_catalogue
from nnlearn.cli.say import say
from nnlearn.errors import ContentError, NnlearnError
from nnlearn.workspace.layout import offered_files, what_is_there
from nnlearn.workspace.update import Change, Update, update_workspace
from nnlearn.workspace.workspace import Workspace, find_workspace, manifest_of, read_manifest

DEFAULT_FOLDER = "nnlearn-exercises"
_SHOWN = 12


def make_workspace(
    folder: Path | None = None, topics: Sequence[str] | None = None, content: Path | None = None
) -> None:
    """Make a workspace in `folder`, or bring the one there up to date, and say what was done.

    Args:
        folder: Where; without it the workspace around the current folder, else a new folder.
        topics: The topics to add; all if none are named.
        content: Where the exercises come from.
    """
    root = _root(folder)
    catalogue = load_catalogue(content or Workspace(root).source)
    _refuse(folder, root, catalogue)
    chosen = _chosen(root, topics or (), catalogue)
    wanted = [
        topic
        for topic in catalogue.topics
        if (topic.stub.is_file() if chosen is None else topic.name in chosen)
    ]
    if not wanted:
        raise ContentError(f"{catalogue.root} holds no topics", "point --content at a tree that holds some")
    source = None if catalogue.root == came_with_nnlearn() else catalogue.root
    update = update_workspace(root, offered_files(wanted), chosen, source)
    parts = sum(len(topic.parts) for topic in wanted)
    made = "Made a workspace in" if update.first else "Looked through the workspace in"
    say(f"{made} {root}: {_number(len(wanted), 'topic')}, {_number(parts, 'part')} to write.")
    if update.first:
        say("\n" + "\n".join(f"  {line}" for line in what_is_there(wanted)))
    _show(update)
    left = [topic.name for topic in catalogue.topics if topic not in wanted and topic.stub.is_file()]
    if left:
        say(f"\nTopics you can add: {', '.join(left)}")
        say(f"  nnlearn init {_quoted(_from_here(root))} {left[0]}")
    _show_next(root, wanted[0].name)


def _root(folder: Path | None) -> Path:
    if folder is not None:
        return folder.expanduser().resolve()
    around = find_workspace()
    return around.root if around else Path.cwd() / DEFAULT_FOLDER


def _refuse(folder: Path | None, root: Path, catalogue: Catalogue) -> None:
    """Refuse a folder that should not become a workspace."""
    if not root.exists() and any(topic.name == str(folder) for topic in catalogue.topics):
        raise NnlearnError(
            f"`{folder}` is a topic, and the name of a folder comes first",
            f"for example: nnlearn init {DEFAULT_FOLDER} {folder}",
        )
    if root.exists() and not root.is_dir():
        raise NnlearnError(f"{root} is a file, and a workspace is a folder", "name another folder")
    if (root / "solutions").is_dir() or root == catalogue.root or catalogue.root in root.parents:
        raise NnlearnError(
            f"{root} is, or lies in, the place the exercises come from",
            f"name another folder, for example: nnlearn init {Path.home() / DEFAULT_FOLDER}",
        )
    outer = find_workspace(root.parent)
    if outer is not None and not manifest_of(root).exists():
        raise NnlearnError(
            f"{root} lies inside the workspace {outer.root}",
            f"bring that one up to date with `nnlearn init {outer.root}`, or name a folder outside it",
        )


def _chosen(root: Path, topics: Sequence[str], catalogue: Catalogue) -> list[str] | None:
    """The topics the workspace is to hold: those it has and those named now; None for all."""
    named = [catalogue.topic(name).name for name in topics]
    manifest = read_manifest(root)
    before = manifest.get("topics")
    if not manifest:
        return named or None
    if not isinstance(before, list):
        return None
    known = [topic.name for topic in catalogue.topics]
    return [name for name in known if name in before or name in named]


def _show(update: Update) -> None:
    """A line for each file that changed; where a topic is new, one for all its files."""
    if update.first and len(update.changes) == len(update.of("new")):
        return
    moved = update.of("moved")
    places = {change.beside for change in moved}
    new = [change for change in update.of("new") if change.path not in places]
    lines = [f"  {'new':<9} {path}" for path in _gathered(new)]
    for what in ("restored", "updated", "removed"):
        lines += [f"  {what:<9} {path}" for path in _gathered(update.of(what), most=len(update.changes))]
    lines += [f"  {'moved':<9} {path}, to {APART}/" for path in _gathered(moved, most=1)]
    for change in update.of("kept"):
        lines.append(f"  {'kept':<9} {change.path}, as you changed it")
    for change in update.of("beside"):
        lines.append(f"  {'kept':<9} {change.path}, as you changed it; the new version: {change.beside}")
    for line in lines or ["  Everything is up to date."]:
        say(line)


def _gathered(changes: Sequence[Change], most: int = _SHOWN) -> list[str]:
    """Paths; those of one folder as one where there are more than `most`, or where only nnlearn reads it."""
    gathered: dict[str, list[str]] = {}
    for change in changes:
        parts = change.path.split("/")
        is_one = len(parts) > 2 and (len(changes) > most or change.path.startswith(APART))
        gathered.setdefault("/".join(parts[:2]) + "/" if is_one else change.path, []).append(change.path)
    return [
        paths[0] if len(paths) == 1 else f"{name} ({len(paths)} files)" for name, paths in gathered.items()
    ]


def _show_next(root: Path, topic: str) -> None:
    say("\nNext:")
    if root != Path.cwd():
        say(f"  cd {_quoted(_from_here(root))}")
    say(f"  nnlearn lesson {topic:<14} read the first lesson")
    say(f"  nnlearn check {topic:<15} check your work")
    say(f"  nnlearn {'':<21} check your work each time you save")


def _from_here(root: Path) -> str:
    """How the root is named from the current folder."""
    return str(root.relative_to(Path.cwd())) if root.is_relative_to(Path.cwd()) else str(root)


def _quoted(path: str) -> str:
    return f'"{path}"' if " " in path else path


def _number(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
