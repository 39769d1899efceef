"""Conferencing Nodes: handing out what they are started from, and their first call home."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from ..database import WRITING
from ..models import Provisioning
from ..resources import ConfigurationResource
from . import documents

_IMAGES: dict[str, tuple[Callable[[Any, str, int], Iterator[bytes]], str, str]] = {
    "MANUAL": (documents.ova, "application/x-tar", "ova"),
    "MANUAL-ESXI4": (documents.ova, "application/x-tar", "ova"),
    "MANUAL-ESXI6": (documents.ova, "application/x-tar", "ova"),
    "MANUAL-ESXI6_7": (documents.ova, "application/x-tar", "ova"),
    "MANUAL-KVM": (documents.ova, "application/x-tar", "ova"),
    "MANUAL-HYPERV2012": (documents.hyper_v, "application/zip", "zip"),
}


class ConferencingNode(ConfigurationResource):
    """A node; the answer to a new one carries what it is started from, this once."""

    def prepare(self, obj: Any, data: dict[str, Any]) -> None:
        """What a node does follows from its type."""
        obj.managed = obj.signalling = True
        obj.transcoding = obj.node_type == "CONFERENCING"
        obj.service_manager = obj.service_policy = obj.transcoding

    def created(self, request: HttpRequest, obj: Any, data: Any) -> HttpResponse:
        """201, where the node is, and its document or image."""
        if obj.deployment_type == "VMWARE":
            Provisioning.objects.create(worker_vm=obj, digest=secrets.token_hex(32), used_at=datetime.now())
            return super().created(request, obj, data)
        document = documents.provisioning(obj)
        Provisioning.objects.create(worker_vm=obj, digest=documents.digest(document))
        if obj.deployment_type == "MANUAL-PROVISION-ONLY":
            answer: HttpResponse = HttpResponse(document, content_type="text/xml", status=201)
            ending = "xml"
        else:
            make, kind, ending = _IMAGES[obj.deployment_type]
            pieces = make(obj, document, settings.SIMULATOR.ova_size)
            answer = request.streamed = StreamingHttpResponse(pieces, content_type=kind, status=201)
        answer["Location"] = request.build_absolute_uri(self.get_resource_uri(obj))
        answer["Content-Disposition"] = f'attachment; filename="{obj.hostname}.{ending}"'
        return answer


@csrf_exempt
@require_POST
def bootstrap(request: HttpRequest) -> HttpResponse:
    """Where a bare node is given its document: taken once, and only from this Management Node."""
    try:
        digest = documents.digest(request.body.decode())
    except ValueError:
        return HttpResponse("The document cannot be read.", status=400, content_type="text/plain")
    with WRITING, transaction.atomic():
        handed_out = Provisioning.objects.filter(digest=digest, used_at=None)
        if not handed_out.update(used_at=datetime.now()):
            return HttpResponse("The document is not valid, or no longer.", status=400, content_type="text/plain")
    return HttpResponse("The node is provisioned.", content_type="text/plain")
