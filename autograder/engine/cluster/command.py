"""What `--cluster` comes to in a command: from an address to nodes that are ready to grade."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from autograder.engine.cluster.cluster import Cluster
from autograder.engine.cluster.connection import connect
from autograder.engine.cluster.package import package_of
from autograder.engine.cluster.station import Terms
from autograder.engine.cluster.wire import encode
from nnlearn.catalogue import Topic


@contextmanager
def opened(
    address: str,
    root: Path,
    topics: Sequence[Topic],
    *,
    seed: int,
    required: bool,
    preload: tuple[str, ...] = (),
    say: Callable[[str], None],
) -> Iterator[Cluster]:
    """A cluster that is ready to grade submissions for some topics.

    Args:
        address: What `--cluster` says.
        root: The content tree.
        topics: Its topics that submissions are for.
        seed: What all random numbers of the run follow from.
        required: Whether every layer of isolation has to hold on each worker.
        preload: Modules that workers import before the first submission.
        say: Shows a line to whoever grades.

    Raises:
        ClusterError: There is none, or none that can be used.
    """
    package = package_of(root, topics, seed)
    with connect(address) as client:
        try:
            with Cluster(client, Terms(package, encode(package), required, preload), say) as cluster:
                yield cluster
        finally:
            client.close(timeout=5)
            if client.cluster is not None:
                client.cluster.close(timeout=5)
