"""Who is asking: basic authentication, OAuth2 bearer tokens, and the same user for the admin pages."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Any

import jwt
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from .database import WRITING
from .models import MODELS, Token

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def is_configured_user(username: str, password: str) -> bool:
    """Whether these are the credentials that the node was started with."""
    options = settings.SIMULATOR
    pairs = ((username, options.username), (password, options.password))
    return all([hmac.compare_digest(given.encode(), wanted.encode()) for given, wanted in pairs])


class ConfiguredUser:
    """Lets the node's own user into the admin pages; nothing of the password is stored."""

    def authenticate(self, request: Any, username: str | None = None, password: str | None = None) -> Any:
        """The user, made on first use, or None."""
        if username is None or password is None or not is_configured_user(username, password):
            return None
        user, _ = get_user_model().objects.get_or_create(
            username=username, defaults={"is_staff": True, "is_superuser": True, "password": "!"}
        )
        return user

    def get_user(self, user_id: int) -> Any:
        """The user of a session."""
        return get_user_model().objects.filter(pk=user_id).first()


def basic(request: HttpRequest) -> bool:
    """Whether the request carries the node's user and password."""
    scheme, _, value = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() != "basic":
        return False
    try:
        username, _, password = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return False
    return is_configured_user(username, password)


def _bearer(request: HttpRequest) -> bool:
    scheme, _, value = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() != "bearer":
        return False
    return bool(Token.objects.filter(digest=_digest(value.strip()), expires_at__gt=datetime.now()).exists())


def may_use_api(request: HttpRequest) -> bool:
    """Whether the request may use the management API."""
    if request.META.get("HTTP_AUTHORIZATION", "")[:6].lower() == "basic ":
        return basic(request) and not _setting("api_oauth2_disable_basic")
    return _bearer(request)


def unauthorized() -> HttpResponse:
    """What someone unknown is told."""
    return HttpResponse(status=401, headers={"WWW-Authenticate": 'Basic realm="Pexip Infinity"'})


def expire_tokens() -> None:
    """Every token is refused from now on."""
    with WRITING:
        Token.objects.all().delete()


@csrf_exempt
@require_POST
def token(request: HttpRequest) -> HttpResponse:
    """``/oauth/token/``: a signed assertion in, an access token out."""
    if request.POST.get("grant_type") != "client_credentials":
        return JsonResponse({"error": "unsupported_grant_type"}, status=400)
    if request.POST.get("client_assertion_type") != ASSERTION_TYPE:
        return JsonResponse({"error": "invalid_request"}, status=400)
    client = _client_of(request, request.POST.get("client_assertion", ""))
    if client is None:
        return JsonResponse({"error": "invalid_client"}, status=401)
    value, lifetime = secrets.token_urlsafe(32), int(_setting("api_oauth2_expiration"))
    with WRITING, transaction.atomic():
        Token.objects.filter(expires_at__lte=datetime.now()).delete()
        Token.objects.create(
            digest=_digest(value), client=client, expires_at=datetime.now() + timedelta(seconds=lifetime)
        )
    answer = {"access_token": value, "expires_in": lifetime, "token_type": "Bearer", "scope": "is_admin use_api"}
    return JsonResponse(answer)


def _client_of(request: HttpRequest, assertion: str) -> Any:
    try:
        named = jwt.decode(assertion, options={"verify_signature": False}).get("sub")
        client = MODELS["oauth2_client"].objects.get(client_id=named)
        jwt.decode(
            assertion,
            public_key(client),
            algorithms=["ES256"],
            audience=[request.build_absolute_uri(request.path), request.build_absolute_uri(request.path.rstrip("/"))],
            issuer=client.client_id,
            options={"require": ["exp", "iat", "iss", "sub", "aud"]},
        )
    except (jwt.PyJWTError, MODELS["oauth2_client"].DoesNotExist):
        return None
    return client


def public_key(client: Any) -> str:
    """The public half, as PEM, of the key pair that the node made for the client."""
    from cryptography.hazmat.primitives import serialization

    private = serialization.load_pem_private_key(client.private_key_jwt.encode(), None)
    pem = private.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return pem.decode()


def _setting(name: str) -> Any:
    # Asked for with every request, where the framework's own way of asking would cost a tenth of the answer.
    with connection.cursor() as cursor:
        return cursor.execute(f"SELECT {name} FROM authentication").fetchone()[0]  # noqa: S608  (a name of ours)


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()
