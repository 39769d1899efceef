"""The program's process: the SDK's chatter stays out, the program's own lines do not."""

from __future__ import annotations

import asyncio

import pulumi
import pytest
from pulumi.runtime import stack

from provider_core.program import drop_debug_lines, let_calls_begin


def test_only_the_sdks_own_lines_are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line counts as the SDK's by the module that the call stands in; doing it twice changes nothing."""
    sent: list[str] = []
    monkeypatch.setattr(pulumi.log, "debug", sent.append)
    drop_debug_lines()
    drop_debug_lines()
    pulumi.log.debug("mine")
    exec("import pulumi\npulumi.log.debug('its own')", {"__name__": "pulumi.runtime.resource"})
    assert sent == ["mine"]


def test_all_pass_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """``PROVIDER_DEBUG=1`` leaves the SDK as it is."""
    monkeypatch.setenv("PROVIDER_DEBUG", "1")
    sent: list[str] = []
    monkeypatch.setattr(pulumi.log, "debug", sent.append)
    drop_debug_lines()
    exec("import pulumi\npulumi.log.debug('its own')", {"__name__": "pulumi.runtime.resource"})
    assert sent == ["its own"]


def test_calls_begin_before_the_sdk_waits_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was scheduled runs first; doing it twice changes nothing, and arguments pass."""
    seen: list[str] = []

    async def wait(*given: bool) -> None:
        seen.append(f"wait {given}")

    async def call() -> None:
        seen.append("call")

    async def program() -> None:
        task = asyncio.ensure_future(call())
        await stack.wait_for_rpcs(False)
        await task

    monkeypatch.setattr(stack, "wait_for_rpcs", wait)
    let_calls_begin()
    let_calls_begin()
    asyncio.run(program())
    assert seen == ["call", "wait (False,)"]
