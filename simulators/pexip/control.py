"""``/simulator/``: what a test may ask of the simulator itself. No part of the vendor's API."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from ..traffic import Traffic
from . import authentication, database
from .flows.licences import answer_request
from .play import PLATFORM

SETTINGS = ("rate_limit", "latency")
NODES = ("listening", "sync_after", "deploy_error")


class Control:
    """The views of the control plane, bound to the traffic they steer."""

    def __init__(self) -> None:
        self.traffic: Traffic | None = None
        self.bootstrap_port: int | None = None

    @property
    def _traffic(self) -> Traffic:
        assert self.traffic is not None, "the server was started without its traffic"
        return self.traffic

    def requests(self, request: HttpRequest) -> HttpResponse:
        """What was asked, and forgetting it."""
        if request.method == "DELETE":
            self._traffic.forget()
            return HttpResponse(status=204)
        return JsonResponse(self._traffic.report())

    def faults(self, request: HttpRequest) -> HttpResponse:
        """What shall go wrong."""
        if request.method == "DELETE":
            self._traffic.clear_faults()
            return HttpResponse(status=204)
        if request.method == "POST":
            self._traffic.add_faults(json.loads(request.body))
        return JsonResponse({"faults": self._traffic.faults()}, status=201 if request.method == "POST" else 200)

    def settings(self, request: HttpRequest) -> HttpResponse:
        """The rate limit (requests a minute; null: none), the latency (milliseconds), and how nodes come to be.

        ``listening``: whether bare nodes answer; ``sync_after``: seconds from a node's document to its first call
        home; ``deploy_error``: what the Management Node says of nodes that have not called home.
        """
        if request.method == "PATCH":
            for name, value in json.loads(request.body).items():
                if name in NODES:
                    setattr(PLATFORM, name, type(getattr(PLATFORM, name))(value))
                elif name not in SETTINGS:
                    raise ValueError(f"there is no setting {name!r}, only {', '.join(SETTINGS + NODES)}")
                elif name == "rate_limit":
                    self._traffic.limit(value)
                else:
                    self._traffic.latency = float(value or 0)
        now = {name: getattr(self._traffic, name) for name in SETTINGS}
        nodes = {name: getattr(PLATFORM, name) for name in NODES}
        return JsonResponse({**now, **nodes, "bootstrap_port": self.bootstrap_port})

    def calls(self, request: HttpRequest) -> HttpResponse:
        """Participants: each a row of the status API, with ``seconds`` for which it goes on."""
        PLATFORM.call(json.loads(request.body))
        return HttpResponse(status=204)

    def licence_response(self, request: HttpRequest) -> HttpResponse:
        """What the licensing service would answer to an exported licence request."""
        return HttpResponse(answer_request(request.body.decode()), content_type="text/xml")

    def reset(self, request: HttpRequest) -> HttpResponse:
        """The node as on its first day."""
        database.reset()
        PLATFORM.reset()
        return HttpResponse(status=204)


CONTROL = Control()
_METHODS: dict[str, tuple[Callable[[HttpRequest], HttpResponse], list[str]]] = {
    "requests": (CONTROL.requests, ["GET", "DELETE"]),
    "faults": (CONTROL.faults, ["GET", "POST", "DELETE"]),
    "settings": (CONTROL.settings, ["GET", "PATCH"]),
    "licence-response": (CONTROL.licence_response, ["POST"]),
    "calls": (CONTROL.calls, ["PUT"]),
    "reset": (CONTROL.reset, ["POST"]),
}


@csrf_exempt
def view(request: HttpRequest, name: str) -> HttpResponse:
    """``/simulator/<name>``, for the node's own user."""
    if not authentication.basic(request):
        return authentication.unauthorized()
    if name not in _METHODS:
        return JsonResponse({"error": f"there is only {', '.join(_METHODS)}"}, status=404)
    answer, methods = _METHODS[name]
    if request.method not in methods:
        return HttpResponseNotAllowed(methods)
    try:
        return answer(request)
    except (ValueError, TypeError) as error:
        problem: Any = {"error": str(error)}
        return JsonResponse(problem, status=400)
