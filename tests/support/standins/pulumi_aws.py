"""Stands in for pulumi-aws where it is not installed: as much of it as stacks/cloud_bursting uses."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pulumi

__all__ = ["ec2"]


class _Instance(pulumi.CustomResource):
    public_ip: pulumi.Output[str]

    def __init__(self, resource_name: str, opts: pulumi.ResourceOptions | None = None, **props: Any) -> None:
        super().__init__("aws:ec2/instance:Instance", resource_name, {**props, "public_ip": None}, opts)


ec2 = SimpleNamespace(Instance=_Instance)
