"""The map of a course: which topic stands on which, as a picture with links."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

from nnlearn.catalogue import Topic

_ROW = 40
_BOX = (210, 28)
_ARCS = 130
"""How much room there is beside the boxes, for the arcs that lead from one to another."""
_MARGIN = 4


def topic_map(topics: Sequence[Topic]) -> str:
    """An SVG to stand in a page beside `lessons/`: a box for each topic, and arcs to those that stand on it.

    It takes its colours from the text around it. Whoever cannot see it has the list below it.
    """
    places = {topic.name: place for place, topic in enumerate(topics)}
    width, height = _ARCS + _BOX[0] + 2 * _MARGIN, len(topics) * _ROW
    arcs = [
        _arc(places[name], places[topic.name], len(topics))
        for topic in topics
        for name in nearest(topic, topics)
    ]
    boxes = [_box(topic, place) for place, topic in enumerate(topics)]
    said = "; ".join(f"{topic.title} stands on {_listed(topic)}" for topic in topics)
    return (
        f'<svg viewBox="0 0 {width} {height}" role="group" aria-label="{html.escape(said)}" '
        f'style="max-width: {width}px">\n' + "\n".join([*arcs, *boxes]) + "\n</svg>"
    )


def nearest(topic: Topic, topics: Sequence[Topic]) -> list[str]:
    """What a topic stands on, but for what that stands on itself."""
    by_name = {one.name: one for one in topics}
    direct = [name for name in topic.requires if name in by_name]
    return [name for name in direct if not any(name in _below(other, by_name) for other in direct)]


def _below(name: str, by_name: Mapping[str, Topic]) -> set[str]:
    """All that a topic stands on, directly or not."""
    direct = {other for other in by_name[name].requires if other in by_name}
    return direct.union(*(_below(other, by_name) for other in direct))


def _listed(topic: Topic) -> str:
    return ", ".join(topic.requires) or "nothing"


def _arc(first: int, second: int, count: int) -> str:
    """From the side of one box to that of a later one; the further, the wider."""
    y0, y1 = (place * _ROW + _ROW / 2 for place in (first, second))
    out = _ARCS - _MARGIN - (_ARCS - 2 * _MARGIN) * ((abs(second - first) / max(1, count - 1)) ** 0.5) * 1.25
    path = f"M{_ARCS} {y0:g} C{out:.1f} {y0:g} {out:.1f} {y1:g} {_ARCS} {y1:g}"
    return f'<path d="{path}" fill="none" stroke="currentColor" stroke-opacity="0.5"/>'


def _box(topic: Topic, place: int) -> str:
    y = place * _ROW + (_ROW - _BOX[1]) / 2
    return (
        f'<a href="lessons/{topic.name}.html">'
        f'<rect x="{_ARCS}" y="{y:g}" width="{_BOX[0]}" height="{_BOX[1]}" rx="6" fill="none" '
        f'stroke="currentColor"/>'
        f'<text x="{_ARCS + 12}" y="{y + 19:g}" font-size="14" fill="currentColor">'
        f"{html.escape(topic.title)}</text></a>"
    )
