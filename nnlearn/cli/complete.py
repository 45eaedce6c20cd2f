"""What a shell offers when a learner presses Tab."""

from __future__ import annotations

from nnlearn.errors import NnlearnError


def complete_topics(incomplete: str) -> list[tuple[str, str]]:
    """The topics that begin with `incomplete`, each with its title."""
    return [pair for pair in _topics() if pair[0].startswith(incomplete)]


def complete_parts(incomplete: str) -> list[tuple[str, str]]:
    """The parts that begin with `incomplete`, each with its topic."""
    return [pair for pair in _parts() if pair[0].startswith(incomplete)]


def complete_topics_and_parts(incomplete: str) -> list[tuple[str, str]]:
    """Both."""
    return complete_topics(incomplete) + complete_parts(incomplete)


def _topics() -> list[tuple[str, str]]:
    from nnlearn.cli.place import here

    try:
        return [(topic.name, topic.title) for topic in here().catalogue.topics]
    except NnlearnError:  # what is wrong is said when the command runs
        return []


def _parts() -> list[tuple[str, str]]:
    from nnlearn.cli.place import here

    try:
        catalogue = here().catalogue
        return [
            (catalogue.name_of(topic, part.name), topic.title)
            for topic in catalogue.topics
            for part in topic.parts
        ]
    except NnlearnError:
        return []
