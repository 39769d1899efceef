"""The program's process: the SDK's chatter stays out, the program's own lines do not."""

from __future__ import annotations

import pulumi
import pytest

from provider_core.program import drop_debug_lines


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
