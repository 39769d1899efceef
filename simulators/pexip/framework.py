"""The framework's parts as this node needs them: JSON, pages, what arrives in a request, root listings."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest
from tastypie.api import Api
from tastypie.paginator import Paginator
from tastypie.resources import convert_post_to_patch
from tastypie.serializers import Serializer


class FastSerializer(Serializer):
    """JSON only, written in one go instead of copied first."""

    formats = ("json",)

    def to_json(self, data: Any, options: Any = None) -> str:
        """The data as JSON; times in ISO 8601 without an offset."""
        return json.dumps(data, default=_plain, ensure_ascii=False)


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


class LargePaginator(Paginator):
    """``limit=0`` means up to 1,000; more, up to 5,000, must be asked for."""

    def get_limit(self) -> int:
        """How many objects the page may hold."""
        asked = self.request_data.get("limit")
        if asked is not None and str(asked).isdecimal() and int(asked) > self.max_limit:
            return min(int(asked), 5000)
        return int(super().get_limit())


def read_body(resource: Any, request: HttpRequest, many: list[str] | None = None) -> Any:
    """What the client sent: JSON, or the fields and files of a form."""
    if request.method == "PATCH":
        convert_post_to_patch(request)
    kind = request.content_type
    if kind == "multipart/form-data":
        form = {name: values if name in (many or ()) else values[-1] for name, values in request.POST.lists()}
        return {**form, **request.FILES.dict()}
    if kind in ("", "text/plain"):
        kind = "application/json"
    return resource._meta.serializer.deserialize(request.body, format=kind)


class Listing(Api):
    """A root listing: which resources there are, and where."""

    root: str

    def _build_reverse_url(self, name: str, args: Any = None, kwargs: Any = None) -> str:
        suffix = "schema/" if name == "api_get_schema" else ""
        return f"{self.root}{kwargs['resource_name']}/{suffix}"
