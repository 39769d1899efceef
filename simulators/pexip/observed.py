"""The status, history and command APIs: enough of them for clients that look before they configure.

Nobody calls this node unless a test says so, and most lists are empty. Conferencing Nodes, locations and the
Management Node show what is configured; commands that concern the platform are carried out, the others find nothing
to act upon.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from tastypie import fields as tastypie_fields
from tastypie.authentication import Authentication
from tastypie.exceptions import BadRequest, InvalidFilterError, InvalidSortError, NotFound
from tastypie.resources import Resource

from .catalogue import SECTIONS
from .commands import COMMANDS
from .database import WRITING
from .framework import FastSerializer, LargePaginator, Listing, read_body
from .models import MODELS, Provisioning, class_name
from .play import PLATFORM

_FIELDS = {
    "string": tastypie_fields.CharField,
    "file": tastypie_fields.FileField,
    "integer": tastypie_fields.IntegerField,
    "float": tastypie_fields.FloatField,
    "boolean": tastypie_fields.BooleanField,
    "datetime": tastypie_fields.DateTimeField,
    "list": tastypie_fields.ListField,
}
_ZERO: dict[str, Any] = {"string": "", "integer": 0, "float": 0.0, "boolean": False, "list": []}
Row = dict[str, Any]


def _version() -> str:
    from .flows.platform import build, version

    return f"{version().split('.')[0]} ({build()})"


def _conferencing_nodes() -> list[Row]:
    since = datetime.now() - timedelta(seconds=PLATFORM.sync_after)
    used = dict(Provisioning.objects.filter(used_at__lte=since).values_list("worker_vm_id", "used_at"))
    return [
        _conferencing_node(node, used.get(node.pk))
        for node in MODELS["worker_vm"].objects.select_related("system_location")
    ]


def _conferencing_node(node: Any, since: Any) -> Row:
    return {
        "id": node.pk,
        "configuration_id": node.pk,
        "name": node.name,
        "node_type": node.node_type,
        "maintenance_mode": node.maintenance_mode,
        "maintenance_mode_reason": node.maintenance_mode_reason,
        "system_location": node.system_location.name,
        "cpu_count": node.vm_cpu_count,
        "total_ram": node.vm_system_memory * 1024,
        "deploy_status": "deploy_succeeded"
        if since
        else "deploy_failed"
        if PLATFORM.deploy_error
        else "deploy_pending",
        "deploy_error": "" if since else PLATFORM.deploy_error,
        "deploy_progress": 100 if since else 0,
        "sync_status": "SYNCED" if since else "NOT_SYNCED",
        "upgrade_status": "IDLE",
        "version": _version() if since else "",
        **dict.fromkeys(("boot_time", "last_reported", "last_updated", "last_attempted_contact"), since),
    }


def _management_nodes() -> list[Row]:
    nodes = MODELS["management_vm"].objects.all()
    return [
        {
            "id": node.pk,
            "configuration_id": node.pk,
            "name": node.name,
            "primary": bool(node.primary),
            "sync_status": "SYNCED",
            "upgrade_status": "IDLE",
            "version": _version(),
        }
        for node in nodes
    ]


def _locations() -> list[Row]:
    names = MODELS["system_location"].objects.values_list("pk", "name")
    return [{"id": number, "systemlocation_id": number, "name": name} for number, name in names]


def _licensing() -> list[Row]:
    total = sum(MODELS["licence"].objects.values_list("concurrent", flat=True))
    return [{"id": 1, "deployment_uuid": MODELS["global"].objects.get(pk=1).deployment_uuid, "port_total": total}]


def _participants() -> list[Row]:
    now = time.monotonic()
    return [{"id": str(number), **row} for number, (until, row) in enumerate(PLATFORM.calls) if until > now]


_ROWS: dict[str, Callable[[], list[Row]]] = {
    "status/worker_vm": _conferencing_nodes,
    "status/management_vm": _management_nodes,
    "status/system_location": _locations,
    "status/licensing": _licensing,
    "status/participant": _participants,
}


class Observed(Resource):
    """A resource that shows what is going on."""

    root: str
    place: str
    kinds: dict[str, str]

    def get_resource_uri(self, bundle_or_obj: Any = None, url_name: str = "") -> str:
        """The path of the list."""
        return f"{self.root}{self._meta.resource_name}/"

    def rows(self) -> list[Row]:
        """Everything there is to see."""
        blank = {name: _ZERO.get(kind) for name, kind in self.kinds.items()}
        found = _ROWS[self.place]() if self.place in _ROWS else []
        return [{**blank, **row, "resource_uri": f"{self.get_resource_uri()}{row['id']}/"} for row in found]

    def get_list(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """A page of what is going on; ``field=value`` and ``order_by`` work as elsewhere."""
        rows = self.rows()
        for name, wanted in request.GET.items():
            field, _, lookup = name.partition("__")
            if field not in self.kinds:
                continue
            if lookup not in ("", "exact", "in"):
                raise InvalidFilterError(f"'{lookup}' is not an allowed filter on the '{field}' field.")
            values = wanted.lower().split(",") if lookup == "in" else [wanted.lower()]
            rows = [row for row in rows if str(row[field]).lower() in values]
        for name in request.GET.getlist("order_by"):
            if name.lstrip("-") not in self.kinds:
                raise InvalidSortError(f"No matching '{name}' field for ordering on.")
            rows.sort(key=lambda row: str(row[name.lstrip("-")]), reverse=name.startswith("-"))
        page = LargePaginator(request.GET, rows, resource_uri=self.get_resource_uri(), limit=20, max_limit=1000).page()
        return self.create_response(request, {"meta": page["meta"], "objects": page["objects"]})

    def get_detail(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """One object."""
        return self.create_response(request, self._named(kwargs["pk"]))

    def delete_detail(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """There is nothing to delete."""
        raise NotFound(f"There is no {self._meta.resource_name} {kwargs['pk']}.")

    def action_statistics(self, request: HttpRequest, key: str) -> HttpResponse:
        """How busy one of them is: idle."""
        self._named(key)
        return self.create_response(
            request, {"meta": {"total_count": 1}, "objects": [{"media_load": 0}], "media_load": 0}
        )

    def action_media_stream(self, request: HttpRequest, key: str) -> HttpResponse:
        """The media streams of a participant that is not there."""
        raise NotFound(f"There is no {self._meta.resource_name} {key}.")

    def _named(self, key: str) -> Row:
        for row in self.rows():
            if str(row["id"]) == key:
                return row
        raise NotFound(f"There is no {self._meta.resource_name} {key}.")

    def _build_reverse_url(self, name: str, args: Any = None, kwargs: Any = None) -> str:
        return f"{self.root}{kwargs['resource_name']}/schema/"

    def get_object_list(self, request: HttpRequest) -> list[Row]:
        """What the framework checks permissions on: none here."""
        return []


class Command(Observed):
    """Something to do, once."""

    def post_list(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Do it: ``{"status": "success", …}``."""
        data = read_body(self, request)
        if not isinstance(data, dict):
            raise BadRequest("A command must be given as a JSON object.")
        missing = [name for name, kind in self.kinds.items() if kind.endswith("!") and data.get(name) in (None, "")]
        if missing:
            errors = {self._meta.resource_name: {name: ["This field is required."] for name in missing}}
            return self.create_response(request, errors, status=400)
        run = COMMANDS.get(self.place)
        with WRITING:
            result = run(data) if run else {f"{self._meta.resource_name}_id": str(uuid.uuid4())}
        return self.create_response(request, {"status": "success", "data": result})


def _field(kind: str) -> Any:
    plain = kind.rstrip("!")
    required = kind.endswith("!")
    options = {"readonly": False, "null": not required, "blank": not required}
    return _FIELDS[plain](**options)


def _resource(section: str, root: str, name: str, kinds: dict[str, str]) -> Any:
    command = section.startswith("command/")
    meta = {
        "resource_name": name,
        "list_allowed_methods": ["post"] if command else ["get"],
        "detail_allowed_methods": [] if command else ["get"],
        "authentication": Authentication(),
        "serializer": FastSerializer(),
        "filtering": {} if command else {name: ["exact", "in"] for name in kinds},
        "ordering": [] if command else list(kinds),
        "include_resource_uri": not command,
    }
    attributes = {field: _field(kind) for field, kind in kinds.items()}
    base = Command if command else Observed
    metaclass: Any = type(base)
    return metaclass(
        f"{class_name(section.replace('/', '_'))}{class_name(name)}Resource",
        (base,),
        {**attributes, "Meta": type("Meta", (), meta), "root": root, "place": f"{section}/{name}", "kinds": kinds},
    )


def listings() -> dict[str, Listing]:
    """The root listing of each API, by the path that it stands at."""
    made = {}
    for section, resources in SECTIONS.items():
        api, _, group = section.partition("/")
        root = f"/api/admin/{api}/v1/{group + '/' if group else ''}"
        listing = Listing(api_name="v1")
        listing.root = root
        for name, kinds in resources.items():
            listing.register(_resource(section, root, name, kinds)(), canonical=True)
        made[root] = listing
    return made
