"""The way into a cluster: a Dask client for an address, or for a cluster on this machine."""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from nnlearn.errors import NnlearnError

if TYPE_CHECKING:
    from distributed import Client

LOCAL = "local:"
_PATIENCE_S = 10
_CLOSE_S = 5


class ClusterError(NnlearnError):
    """There is no cluster to grade with."""


@contextmanager
def connected(address: str) -> Iterator[Client]:
    """A connection to a scheduler.

    Args:
        address: Where it listens, as Dask writes it: `tcp://HOST:PORT`, `tls://HOST:PORT`; or `local:N` for N
            workers within this very process, which nobody else can reach.

    Raises:
        ClusterError: Nobody answers there, Dask is not installed, or it is no address.
    """
    if importlib.util.find_spec("distributed") is None:
        raise ClusterError(
            "--cluster: grading on a cluster is done by Dask, which is not installed here",
            "pip install 'nnlearn[cluster]'",
        )
    # What becomes of the connection is said in our words, and once.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    client = _client(address)
    try:
        yield client
    finally:
        client.close(timeout=_CLOSE_S)  # type: ignore[no-untyped-call]
        if client.cluster is not None:
            client.cluster.close(timeout=_CLOSE_S)


def _client(address: str) -> Client:
    from distributed import Client, LocalCluster

    if address.startswith(LOCAL):
        local = LocalCluster(  # type: ignore[no-untyped-call]
            n_workers=_number(address),
            threads_per_worker=1,
            processes=False,
            protocol="inproc://",
            dashboard_address=None,
            memory_limit=0,
        )
        return Client(local)  # type: ignore[no-untyped-call]
    try:
        return Client(address, timeout=_PATIENCE_S)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TypeError, RuntimeError) as error:
        raise ClusterError(
            f"--cluster {address}: no scheduler of Dask can be reached there: {error}",
            "Start one with `dask scheduler` and give the address that it shows; docs/cluster.md says how.",
        ) from error


def _number(address: str) -> int:
    text = address.removeprefix(LOCAL)
    if not text.isdecimal() or not int(text):
        raise ClusterError(
            f"--cluster {address}: expected local:N with the number of workers, got `{text}`", "local:2"
        )
    return int(text)
