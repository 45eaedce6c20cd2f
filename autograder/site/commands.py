"""`nnlearn site ...`: build the site of a course, and look at it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nnlearn.catalogue import load_catalogue
from nnlearn.cli.options import Content
from nnlearn.errors import NnlearnError

app = typer.Typer(help="The course as a static site.", no_args_is_help=True)
_HOME = "127.0.0.1"


@app.command()
def build(
    out: Annotated[Path, typer.Argument(metavar="[FOLDER]", help="Where to put it. [site]")] = Path("site"),
    content: Content = None,
) -> None:
    """Build the site into a folder: it works from there, from any server, without a network."""
    _build(out, content)
    typer.echo(f"built {out}: open {out / 'index.html'}")


@app.command()
def serve(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 for any that is free.")] = 8000,
    content: Content = None,
) -> None:
    """Build the site, and serve it on this machine until Ctrl-C."""
    import functools
    import tempfile
    from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

    with tempfile.TemporaryDirectory(prefix="nnlearn-site-") as folder:
        out = Path(folder, "site")
        _build(out, content)
        handler = functools.partial(SimpleHTTPRequestHandler, directory=str(out))
        try:
            server = ThreadingHTTPServer((_HOME, port), handler)
        except OSError as error:
            raise NnlearnError(
                f"port {port} cannot be had: {error.strerror}", "name another, or 0 for any: --port 0"
            ) from error
        with server:
            typer.echo(f"http://{_HOME}:{server.server_address[1]}/  (Ctrl-C ends it)")
            server.serve_forever()


def _build(out: Path, content: Path | None) -> None:
    from autograder.authoring.steps import steps
    from autograder.site.build import build_site

    with steps("site") as on_step:
        on_step("reading the lessons and making the pages")
        build_site(load_catalogue(content), out)
