"""The engine's own floor: a dynamic resource that does nothing but wait for one request, written as well as one can be.

It is registered with a provider that is serialised once, and the SDK in its processes is tuned as it is for ours,
unless the environment says otherwise. So what a deployment of it costs is the engine, the SDK and the state.
"""

from __future__ import annotations

import base64
import functools
import os
import pickle
import time
from typing import Any

import pulumi
from pulumi.dynamic import ConfigureRequest, CreateResult, DiffResult, ReadResult, ResourceProvider, UpdateResult

from benchmarks.programs import LATENCY, PLAIN
from provider_core import process, program

__all__ = ["Provider", "Trivial"]

if not os.environ.get(PLAIN):
    program.tune()


class Provider(ResourceProvider):
    """Says yes to everything, and asks nobody, though it takes as long as one request would."""

    def configure(self, req: ConfigureRequest) -> None:
        if not os.environ.get(PLAIN):
            process.tune()

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        return DiffResult(changes=_olds != _news)

    def create(self, props: dict[str, Any]) -> CreateResult:
        _wait()
        return CreateResult("trivial", props)

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        _wait()
        return ReadResult(id_, props)

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        _wait()
        return UpdateResult(_news)

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        _wait()


class Trivial(pulumi.CustomResource):
    """A resource that is in the state and nowhere else."""

    def __init__(self, resource_name: str, props: dict[str, Any]) -> None:
        super().__init__("pulumi-python:dynamic/floor:Trivial", resource_name, {**props, "__provider": _provider()})


def _wait() -> None:
    if seconds := int(os.environ.get(LATENCY, "0")) / 1000:
        time.sleep(seconds)


@functools.cache
def _provider() -> str:
    return base64.b64encode(pickle.dumps(Provider(), protocol=4)).decode()
