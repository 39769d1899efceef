"""Keys that the node reads or makes: SSH keys of administrators, key pairs of OAuth2 clients."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from django.http import HttpRequest, HttpResponse
from tastypie import http

from ..rejections import Rejected
from ..resources import ConfigurationResource
from ..showing import Page
from . import pem


class SshAuthorizedKey(ConfigurationResource):
    """A public key, as a whole line or its base64 part alone; type and comment follow from it."""

    def prepare(self, obj: Any, data: dict[str, Any]) -> None:
        """Take the line apart and see that it is a key."""
        obj.key = obj.key.strip()
        words = obj.key.split(None, 2)
        kind, blob, comment = ("", words[0], "") if len(words) == 1 else (*words, "")[:3]
        inner = _inner_type(blob)
        if inner is None or (kind and kind != inner):
            raise Rejected(self.spec.name, {"key": ["Enter a valid SSH public key."]})
        if obj.keytype and obj.keytype != inner:
            raise Rejected(self.spec.name, {"keytype": [f"This key is of type {inner}."]})
        obj.keytype = inner
        obj.comment = obj.comment or comment


def _inner_type(blob: str) -> str | None:
    """The type that stands in the key itself, behind its length."""
    try:
        content = base64.b64decode(blob, validate=True)
    except binascii.Error:
        return None
    length = int.from_bytes(content[:4], "big")
    name = content[4 : 4 + length]
    if not 0 < length < 64 or len(name) < length or len(content) <= 4 + length or not name.isascii():
        return None
    return name.decode()


class Oauth2Client(ConfigurationResource):
    """A client of the API; the node makes its key pair, and shows the private key this once, in its answer."""

    def prepare(self, obj: Any, data: dict[str, Any]) -> None:
        """Make the key pair of a new client."""
        if not obj.private_key_jwt:
            obj.private_key_jwt = pem.key_text(pem.new_key("ecdsa256"))

    def created(self, request: HttpRequest, obj: Any, data: Any) -> HttpResponse:
        """201, where the client is, and the client itself with its private key."""
        shown = {**Page(self.spec, [obj], self.version).shown()[0], "private_key_jwt": obj.private_key_jwt}
        location = request.build_absolute_uri(self.get_resource_uri(obj))
        return self.create_response(request, shown, response_class=http.HttpCreated, location=location)
