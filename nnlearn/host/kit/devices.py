"""A device that computes later, and the clock by which it does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class Device:
    """Works off what it is handed, in order, while the caller goes on; see `asynchronous`."""

    def __init__(self, costs: Sequence[float], dispatch: float, start: float) -> None:
        self._costs = tuple(costs)
        self._dispatch = dispatch
        self._now = start
        self._free_at = start
        self.rows: list[int] = []

    def clock(self) -> float:
        """The time, in seconds; to look does not take any."""
        return self._now

    def run(self, batch: Any) -> Any:
        """Hand the device a batch, which comes back doubled.

        Returns:
            At once what stands for the result, as a tensor of a GPU does. NumPy waits for its numbers.

        Raises:
            TimeoutError: There are no more costs.
        """
        if len(self.rows) >= len(self._costs):
            raise TimeoutError(f"it was called more than {len(self._costs)} times")
        self._now += self._dispatch
        self._free_at = max(self._free_at, self._now) + self._costs[len(self.rows)]
        self.rows.append(len(batch))
        return _Result(self, batch, self._free_at)

    def wait(self, until: float) -> None:
        """Go on when the device has come as far."""
        self._now = max(self._now, until)


class _Result:
    """What will be there at a certain time: it has a shape, and no numbers before they are asked for."""

    def __init__(self, device: Device, batch: Any, at: float) -> None:
        self._device, self._batch, self._at = device, batch, at
        self.shape = batch.shape

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        import numpy as np

        self._device.wait(self._at)
        return np.asarray(2 * np.asarray(self._batch), dtype)

    def numpy(self) -> Any:
        """The numbers, as a tensor of TensorFlow gives them."""
        import numpy as np

        return np.asarray(self)


def asynchronous(costs: Sequence[float], dispatch: float = 0.0, start: float = 0.0) -> Device:
    """A device that computes later: what it is handed is worked off in order, while the caller goes on.

    Args:
        costs: The seconds that each call takes, in order.
        dispatch: The seconds until a call is handed over, for which the caller waits.
        start: What the clock shows at first.

    Returns:
        An object with `run`, a function of one batch (an array); `clock`, a function without arguments,
        whose time goes on when something is handed over and when NumPy asks for numbers that are not there
        yet; and `rows`, a list of how many rows each call had.
    """
    return Device(costs, dispatch, start)
