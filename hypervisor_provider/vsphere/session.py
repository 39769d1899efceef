"""A session with a vCenter Server or an ESXi host: logged in when it is first needed, and again when it has expired."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar
from urllib.parse import urlsplit

from hypervisor_provider.vsphere.api import SmartStubAdapter, SoapStubAdapter, vim, vmodl
from hypervisor_provider.vsphere.faults import translated, unreachable
from provider_core import errors
from provider_core.connections import Settings

__all__ = ["Properties", "Session"]

T = TypeVar("T")
Properties = dict[str, Any]

ATTEMPTS = 4
"""How often something that changes nothing is asked at most."""

PAGE = 500
"""Objects in an answer of the property collector."""


class _Stub(SoapStubAdapter):  # type: ignore[misc]  # pyVmomi has no types
    """Tells a connection that does not come about from one that breaks later: then nothing was sent."""

    settings: Settings

    def GetConnection(self) -> Any:
        """A connection of the pool, or a new one."""
        try:
            return super().GetConnection()
        except ssl.SSLCertVerificationError:
            raise
        except OSError as error:
            raise unreachable(error, self.settings) from None


class Session:
    """Calls on one system. Thread-safe: pyVmomi gives each call a connection of its own from a pool."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.tls = _context(settings)
        parts = urlsplit(settings.address if "//" in settings.address else f"//{settings.address}")
        self.host, self.port = parts.hostname or "", parts.port or 443
        self._lock = threading.Lock()
        self._stub: _Stub | None = None
        self._logins = 0
        self._refused: errors.ProviderError | None = None

    @property
    def content(self) -> Any:
        """The service's root objects."""
        self._log_in(0)
        return self._content

    def call(self, act: Callable[[], T], again: bool = False) -> T:
        """What ``act`` returns; logs in before, and once more when the session has expired.

        ``again``: it changes nothing, so it is asked again where no answer came. Raises what `translated` says.
        """
        renewed = False
        for attempt in range(1, ATTEMPTS + 1):
            self._log_in(0)
            logins = self._logins
            try:
                with translated(self.settings):
                    return act()
            except vim.fault.NotAuthenticated:
                if renewed:
                    raise errors.Unauthorized(f"{self.settings.address} has ended the session twice", 401) from None
                renewed = True
                self._log_in(logins)
            except errors.AnswerLost:
                if not again or attempt == ATTEMPTS:
                    raise
                time.sleep(0.2 * 2**attempt)
        raise AssertionError("unreachable")

    def wait(self, start: Callable[[], Any]) -> Any:
        """Start a task, and return its result when it is done. Raises what `call` does, for the task's failure too."""
        task = self.call(start)
        pause = 0.02
        while True:
            (info,) = (each["info"] for _, each in self.retrieve([task], ["info"]))
            if info.state == vim.TaskInfo.State.success:
                return info.result
            if info.state == vim.TaskInfo.State.error:
                with translated(self.settings):
                    raise info.error
            time.sleep(pause)
            pause = min(pause * 1.5, 1.0)

    def retrieve(self, objects: Sequence[Any], paths: Sequence[str]) -> list[tuple[Any, Properties]]:
        """Properties of objects of one type, in as few calls as it takes; those that are not set are left out."""
        if not objects:
            return []
        kind = type(objects[0])
        wanted = vmodl.query.PropertyCollector.FilterSpec(
            objectSet=[vmodl.query.PropertyCollector.ObjectSpec(obj=each) for each in objects],
            propSet=[vmodl.query.PropertyCollector.PropertySpec(type=kind, pathSet=list(paths))],
        )
        return list(self._pages(wanted))

    def collect(self, below: Any, kind: Any, paths: Sequence[str]) -> list[tuple[Any, Properties]]:
        """All objects of a type in a folder and the folders in it, with properties."""
        manager = self.content.viewManager
        view = self.call(lambda: manager.CreateContainerView(below, [kind], True))
        try:
            step = vmodl.query.PropertyCollector.TraversalSpec(type=type(view), path="view", skip=False)
            wanted = vmodl.query.PropertyCollector.FilterSpec(
                objectSet=[vmodl.query.PropertyCollector.ObjectSpec(obj=view, skip=True, selectSet=[step])],
                propSet=[vmodl.query.PropertyCollector.PropertySpec(type=kind, pathSet=list(paths))],
            )
            return list(self._pages(wanted))
        finally:
            self.call(view.DestroyView)

    def _pages(self, wanted: Any) -> Iterator[tuple[Any, Properties]]:
        collector = self.content.propertyCollector
        options = vmodl.query.PropertyCollector.RetrieveOptions(maxObjects=PAGE)
        page = self.call(lambda: _seen(collector.RetrievePropertiesEx([wanted], options)), again=True)
        while page is not None:
            for each in page.objects:
                yield each.obj, {one.name: one.val for one in each.propSet}
            token = page.token
            if not token:
                return
            page = self.call(lambda token=token: _seen(collector.ContinueRetrievePropertiesEx(token)))  # type: ignore[misc]

    def _log_in(self, seen: int) -> None:
        """Log in, unless somebody has since the login of this number; the first has the number 1."""
        with self._lock:
            if self._logins > seen:
                return
            if self._refused is not None:
                # Once is enough: each further try counts towards locking the account.
                raise errors.Unauthorized(str(self._refused), 401)
            try:
                with translated(self.settings):
                    self._open()
            except errors.Unauthorized as refused:
                self._refused = refused
                raise
            self._logins += 1

    def _open(self) -> None:
        if self._stub is None:
            self._stub = self._connect()
        # A cookie of a session that is over would be refused together with the credentials.
        self._stub.SetSessionId(None)
        content = vim.ServiceInstance("ServiceInstance", self._stub).RetrieveContent()
        content.sessionManager.Login(self.settings.username, self.settings.password, None)
        self._content = content

    def _connect(self) -> _Stub:
        try:
            found = SmartStubAdapter(host=self.host, port=self.port, sslContext=self.tls)
        except (ssl.SSLCertVerificationError, vmodl.MethodFault):
            raise
        except OSError as error:
            raise unreachable(error, self.settings) from None
        except Exception as error:
            # Whatever pyVmomi raises for an answer that is none of vSphere's.
            raise errors.ConfigurationError(
                f"{self.settings.address} must be a vCenter Server or an ESXi host, got something else ({error}): "
                f"see what {self.settings.how_to('address')} says"
            ) from None
        stub = _Stub(
            host=self.host,
            port=self.port,
            version=found.version,
            sslContext=self.tls,
            poolSize=16,
            # Servers close idle connections sooner than pyVmomi's own quarter of an hour.
            connectionPoolTimeout=20,
            httpConnectionTimeout=self.settings.timeout,
        )
        stub.settings = self.settings
        return stub


def _seen(page: Any) -> Any:
    """A page, unless the account may not see it: that stands beside the objects, and an expired session does too."""
    for each in page.objects if page is not None else []:
        for missing in each.missingSet or []:
            if isinstance(missing.fault, vim.fault.NoPermission):
                raise missing.fault
    return page


def _context(settings: Settings) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=settings.authorities())
    if not settings.verify_tls:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
