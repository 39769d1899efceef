"""Machines of no hypervisor: what a hypervisor's resource does for a Conferencing Node, and nothing else.

What happens to one shows among the requests of the simulated node: ``GET …/status/v1/alarm/?rack=made``. One that is
made from an image starts at once, and gives the document in it to the simulated node.
"""

from __future__ import annotations

import io
import os
import tarfile
import time
from typing import Any
from xml.etree import ElementTree

import pulumi
import requests
from pulumi.dynamic import CreateResult, DiffResult, ResourceProvider, UpdateResult
from pulumi.dynamic import Resource as DynamicResource

from provider_core.handover import accept, is_stream
from provider_core.process import tune
from provider_core.service import out_of_service

__all__ = ["RackMachine"]

_OVF = "{http://schemas.dmtf.org/ovf/envelope/1}"


def _request(method: str, path: str, **more: Any) -> requests.Response:
    environment = os.environ
    response = requests.request(
        method,
        environment["PEXIP_ADDRESS"] + path,
        auth=(environment["PEXIP_USERNAME"], environment["PEXIP_PASSWORD"]),
        verify=environment["PEXIP_CA_BUNDLE"],
        timeout=60,
        **more,
    )
    response.raise_for_status()
    return response


def _tell(what: str, name: str) -> None:
    _request("GET", "/api/admin/status/v1/alarm/", params={"rack": what, "machine": name})


def _document(image: bytes) -> bytes:
    """What an appliance finds in its descriptor when it starts."""
    with tarfile.open(fileobj=io.BytesIO(image)) as archive:
        (descriptor,) = [member for member in archive if member.name.endswith(".ovf")]
        content = archive.extractfile(descriptor)
        assert content is not None
        found = ElementTree.parse(content).find(f".//{_OVF}Property[@{_OVF}key='configuration']")
    assert found is not None
    return found.attrib[f"{_OVF}value"].encode()


class _Rack(ResourceProvider):
    def configure(self, req: Any) -> None:
        tune()

    def create(self, props: dict[str, Any]) -> CreateResult:
        name, image = str(props["name"]), str(props.get("image") or "")
        _tell("made", name)
        if props.get("broken"):
            raise RuntimeError(f"the rack has no room for {name}")
        taken = 0
        if is_stream(image):
            stream = accept(image)
            whole = False
            try:
                content = b"".join(stream.pieces)
                taken, whole = len(content), True
            finally:
                stream.done(whole)
            _request("POST", "/configuration/bootstrap", data=_document(content), headers={"Content-Type": "text/xml"})
        # Another run that makes a machine of this name finds it, as the one on a hypervisor does.
        return CreateResult(f"machine-{name}", {**props, "taken": taken})

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        return DiffResult(changes=_olds.get("slot") != _news.get("slot"))

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        with out_of_service(str(_news.get("serves") or "")):
            _tell("off", str(_news["name"]))
            time.sleep(0.2)
            _tell("on", str(_news["name"]))
        return UpdateResult({**_news, "taken": _olds.get("taken")})

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        _tell("gone", str(_props["name"]))


class RackMachine(DynamicResource):
    """A machine in a rack. Another ``slot`` is a change that it stands still for."""

    taken: pulumi.Output[int]

    def __init__(
        self,
        resource_name: str,
        *,
        name: pulumi.Input[str],
        image: pulumi.Input[str] = "",
        serves: pulumi.Input[str] = "",
        slot: str = "1",
        broken: bool = False,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        props = {"name": name, "image": image, "serves": serves, "slot": slot, "broken": broken, "taken": None}
        super().__init__(_Rack(), resource_name, props, opts)
