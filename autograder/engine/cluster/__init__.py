"""Grading on other machines, carried by Dask: an executor in place of the pool of this machine."""
