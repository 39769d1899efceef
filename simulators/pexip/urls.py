"""Where everything is."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.staticfiles.views import serve
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.urls import path, re_path
from django.views.decorators.csrf import csrf_exempt
from django.views.generic.base import RedirectView

from . import admin as _admin  # noqa: F401  (registers the models)
from . import authentication, control
from .catalogue import ROOT
from .flows import nodes
from .framework import Listing
from .listing import configuration
from .observed import listings

LISTINGS: dict[str, Listing] = {ROOT: configuration(), **listings()}


@csrf_exempt
def api(request: HttpRequest) -> HttpResponse:
    """Everything under ``/api/admin/``: one look-up instead of four patterns for each type."""
    if not authentication.may_use_api(request):
        return authentication.unauthorized()
    for root, listing in LISTINGS.items():
        if request.path.startswith(root):
            return resource_view(listing, request, request.path[len(root) :])
    return HttpResponseNotFound()


def resource_view(listing: Listing, request: HttpRequest, rest: str) -> HttpResponse:
    """The framework's own URLs of a listing."""
    if not rest:
        return listing.wrap_view("top_level")(request)
    name, _, tail = rest.rstrip("/").partition("/")
    resource: Any = listing._registry.get(name)
    if resource is None:
        return HttpResponseNotFound()
    named = {"resource_name": name}
    if not tail:
        return resource.wrap_view("dispatch_list")(request, **named)
    if tail == "schema":
        return resource.wrap_view("get_schema")(request, **named)
    key = resource._meta.detail_uri_name
    if tail.startswith("set/"):
        return resource.wrap_view("get_multiple")(request, **named, **{f"{key}_list": tail[4:]})
    view, _, action = tail.partition("/")
    if action:
        extra = getattr(resource, f"action_{action}", None)
        return resource.wrap_view(extra.__name__)(request, view) if extra else HttpResponseNotFound()
    return resource.wrap_view("dispatch_detail")(request, **named, **{key: view})


urlpatterns = [
    path("", RedirectView.as_view(url="/admin/")),
    path("admin/", admin.site.urls),
    re_path(r"^static/(?P<path>.*)$", serve, {"insecure": True}),
    path("simulator/<str:name>", control.view),
    path("oauth/token/", authentication.token),
    path("oauth/token", authentication.token),
    path("configuration/bootstrap", nodes.bootstrap),
    path("configuration/bootstrap/", nodes.bootstrap),
    # The vendor's examples leave the last slash out here, and only here.
    re_path(r"^api/admin/configuration/v1/(?:licence|licence_request)/.+[^/]$", api),
    re_path(r"^api/admin/(?:.+/)?$", api),
]
