"""Renders films on a Dask cluster: its workers send finished bytes, and only this process writes files."""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any, TypeAlias

from vizgd.base.atomic_writes import replacing, write_errors
from vizgd.base.errors import MissingDependency, RenderError, UsageError
from vizgd.base.temporary_files import temporary_folder
from vizgd.base.version import __version__
from vizgd.encoding.formats import FORMATS
from vizgd.films.cache import remember
from vizgd.films.request import ComparisonRequest

Files: TypeAlias = dict[str, bytes]
"""The contents of a film's file, or of each file of its folder, by name."""

PATIENCE = 10
"""Seconds to wait for a scheduler to answer."""


def make_on_cluster(
    address: str, requests: Sequence[ComparisonRequest]
) -> Iterator[tuple[int, Path | Exception]]:
    """Render films on a cluster and yield, as each is written, its index and its path, or the error.

    A film whose worker is lost is made again by another one. Each film is written once, by this process.

    Parameters
    ----------
    address : str
        Where the scheduler listens, such as ``"tcp://10.0.0.5:8786"``.
    requests : sequence of ComparisonRequest

    Raises
    ------
    MissingDependency
        Without Dask's ``distributed``.
    UsageError
        When no scheduler answers there.
    """
    if not requests:
        return
    with _client(address) as client:
        # Not pure: Dask would otherwise hand out what it remembers of a request that was given before.
        # With the code of functions that a comparison file named: workers have no such modules.
        dumps = import_module("cloudpickle").dumps
        futures = [client.submit(make_files, dumps(request), __version__, pure=False) for request in requests]
        places = {future.key: index for index, future in enumerate(futures)}
        for future in _distributed().as_completed(futures, loop=client.loop):
            index = places[future.key]
            try:
                yield index, _write(requests[index], future.result())
            except Exception as error:  # the other films are to be made whatever happens to this one
                yield index, error
            future.release()


def make_files(pickled: bytes, client_version: str) -> Files:
    """Render a film on a worker, from a pickled request, and return its files.

    Raises
    ------
    RenderError
        When the worker has another version of vizgd than the client.
    """
    if client_version != __version__:
        raise RenderError(
            f"a worker has vizgd {__version__}, not {client_version}",
            hint="install the same version on every worker",
        )
    request: ComparisonRequest = pickle.loads(pickled)
    with temporary_folder() as folder:
        written = replace(request, path=folder / request.path.name).render()
        files = sorted(written.iterdir()) if written.is_dir() else [written]
        return {file.name: file.read_bytes() for file in files}


def _write(request: ComparisonRequest, files: Files) -> Path:
    target = request.target
    folder = FORMATS[request.format].folder
    with replacing(target, folder=folder) as temporary, write_errors(target):
        for name, content in files.items():
            (temporary / name if folder else temporary).write_bytes(content)
    remember(target, request.recipe)
    return target


@contextmanager
def _client(address: str) -> Iterator[Any]:
    try:
        client = _distributed().Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise UsageError(
            f"no Dask scheduler answers at {address!r}",
            why=str(error),
            hint="start one with `dask scheduler`, which prints its address",
        ) from None
    try:
        yield client
    finally:
        client.close()


def _distributed() -> Any:  # it leaves its functions untyped
    try:
        return import_module("distributed")
    except ImportError:
        raise MissingDependency(
            "a cluster needs Dask, which is not installed", hint="pip install 'vizgd[cluster]'"
        ) from None
