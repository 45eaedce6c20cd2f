"""The gate for what a topic forbids and allows: nobody would notice that a name does not exist."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

from nnlearn.catalogue import Topic
from nnlearn.catalogue.ready_made import group_of
from nnlearn.host.names import nearest_entry, unknown_entries


def unknown_forbidden(topic: Topic) -> Iterator[str]:
    """Each entry of `forbid` and `allow` in topic.toml that names nothing, in a line; imports what it names.

    What a group stands for is the group's own business.
    """
    contents = tomllib.loads(topic.toml.read_text(encoding="utf-8"))
    keys = ("forbid", "allow")
    lists = [(key, contents.get(key, ())) for key in keys]
    lists += [(f"{key} of part `{p['name']}`", p.get(key, ())) for p in contents["part"] for key in keys]
    for where, entries in lists:
        for entry in unknown_entries(entry for entry in entries if group_of(entry) is None):
            near = nearest_entry(entry)
            meant = f"did you mean `{near}`?" if near else "nothing that exists is called like it"
            yield f"{topic.toml}: {where}: `{entry}` does not exist; {meant}"
