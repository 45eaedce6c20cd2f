"""The gate for what a topic forbids: a name that does not exist protects nothing, and nobody would notice."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

from nnlearn.catalogue import Topic
from nnlearn.catalogue.ready_made import group_of
from nnlearn.host.names import nearest_entry, unknown_entries


def unknown_forbidden(topic: Topic) -> Iterator[str]:
    """Each entry of `forbid` in topic.toml that names nothing, in a line; imports the libraries it names.

    What a group stands for is the group's own business.
    """
    contents = tomllib.loads(topic.toml.read_text(encoding="utf-8"))
    lists = [("forbid", contents.get("forbid", ()))]
    lists += [(f"forbid of part `{part['name']}`", part.get("forbid", ())) for part in contents["part"]]
    for where, forbid in lists:
        for entry in unknown_entries(entry for entry in forbid if group_of(entry) is None):
            near = nearest_entry(entry)
            meant = f"did you mean `{near}`?" if near else "nothing that exists is called like it"
            yield f"{topic.toml}: {where}: `{entry}` does not exist; {meant}"
