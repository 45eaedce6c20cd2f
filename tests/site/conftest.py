"""The site, built once for all that read in it."""

import pytest

from autograder.site.build import build_site
from nnlearn.catalogue import load_catalogue


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The site of the course as it is."""
    out = tmp_path_factory.mktemp("site") / "public"
    build_site(load_catalogue(), out)
    return out
