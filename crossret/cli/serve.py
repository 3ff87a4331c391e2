"""``crossret serve``: trained models behind a page."""

from __future__ import annotations

from pathlib import Path

import click

from crossret.cli.options import device, plugin_files


@click.command(short_help="Search with trained models in a browser.")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path), metavar="PATH...")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at; there is no password.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0: one that is free.")
@click.option(
    "--rate",
    type=click.FloatRange(min=0),
    default=100,
    show_default=True,
    help="Requests per second that one address may make; 0: any number.",
)
@click.option(
    "--index",
    "indexes",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    multiple=True,
    metavar="FOLDER",
    help="Also search in what crossret index made with one of the models. May be given several times.",
)
@plugin_files
@device
def serve(paths: tuple[Path, ...], host: str, port: int, rate: float, indexes: tuple[Path, ...], device: str) -> None:
    """Serve the models of checkpoints and run folders at PATH... as a page and a JSON API, until Ctrl-C.

    Type a query and see pictures with scores, two models side by side; or find captions for a picture of your own. The
    API is described at /openapi.json.
    """
    from crossret.errors import ComponentError

    try:
        from crossret.serve.app import application
        from crossret.serve.limits import LOOPBACK
        from crossret.serve.server import listen, run
    except ModuleNotFoundError as error:
        raise ComponentError(f"serve needs {error.name}; try: pip install 'crossret[serve]'") from error
    from crossret.bench.devices import accelerator_for
    from crossret.index.asking import StoredIndex
    from crossret.plugins import registry
    from crossret.serve.models import Shelf, find_models

    there = str(accelerator_for(device, "no").device)
    models = find_models(paths, registry(), there, lambda line: click.echo(f"crossret: {line}", err=True))
    shelf = Shelf(models, registry(), there)
    for folder in indexes:
        shelf.add_index(StoredIndex(folder, registry()))
    at = listen(host, port)
    is_local = host in ("localhost", "127.0.0.1", "::1")
    if not is_local:
        click.echo(f"crossret: whoever reaches {host} can use this page: there is no password", err=True)
    app = application(shelf, rate=rate, hosts=LOOPBACK if is_local else ())
    run(app, at, lambda: click.echo(f"{len(models)} models at {at.address}"))
    click.echo("stopped", err=True)
