"""Call control."""

from __future__ import annotations

from pexip_provider.base import PexipResource
from pexip_provider.lifecycles import GatewayTokenLifecycle
from provider_core.fields import (
    BY_NODE,
    Computed,
    Field,
    Ref,
    boolean,
    choice,
    computed,
    integer,
    reference,
    text,
)
from provider_core.kinds import Boolean

__all__ = [
    "AzureTenant",
    "BreakInAllowListAddress",
    "GmsAccessToken",
    "GmsGatewayToken",
    "H323Gatekeeper",
    "MssipProxy",
    "PolicyServer",
    "SipCredential",
    "SipProxy",
    "StunServer",
    "TeamsProxy",
    "TelehealthProfile",
    "TrustedJoin",
    "TrustedJoinZoomAccount",
    "TurnServer",
]

GROUP = "Call control"


class AzureTenant(PexipResource, group=GROUP, path="azure_tenant", natural_key="name"):
    """Microsoft Azure tenant."""

    name: Field[str] = text(max_length=100)
    tenant_id: Field[str] = text(max_length=100)
    description: Field[str] = text(max_length=500, default="")


class BreakInAllowListAddress(PexipResource, group=GROUP, path="break_in_allow_list_address", natural_key="name"):
    """Break-in resistance allow list."""

    name: Field[str] = text(max_length=100)
    address: Field[str] = text(format="ip_address")
    prefix: Field[int] = integer(minimum=0, maximum=128)
    allowlist_entry_type: Field[str] = choice("user", "proxy", default="user")
    description: Field[str] = text(max_length=500, default="")
    ignore_incorrect_aliases: Field[bool] = boolean(default=False)
    ignore_incorrect_pins: Field[bool] = boolean(default=False)


class GmsAccessToken(PexipResource, group=GROUP, path="gms_access_token", natural_key="name"):
    """Google Meet access token."""

    name: Field[str] = text(max_length=250)
    token: Field[str] = text(max_length=100, secret=True, write_only=True, default="")


class GmsGatewayToken(
    PexipResource, group=GROUP, path="gms_gateway_token", exists_once=True, lifecycle=GatewayTokenLifecycle
):
    """Google Meet gateway token: the certificate that a platform shows to Google Meet.

    The node makes a key, and a signing request for it as the output ``csr``. Give the certificate that was issued for
    it, or a certificate together with its own key. Destroying it removes both.
    """

    certificate: Field[str] = text(format="pem", default=BY_NODE)
    private_key: Field[str] = text(max_length=12288, secret=True, write_only=True, nullable=True, default=BY_NODE)
    csr: Computed[str] = computed(at_create=True)
    intermediate_certificate: Computed[str] = computed()
    leaf_certificate: Computed[str] = computed()
    supports_direct_guest_join: Computed[bool] = computed(Boolean())


class H323Gatekeeper(PexipResource, group=GROUP, path="h323_gatekeeper", natural_key="name"):
    """H.323 Gatekeeper."""

    name: Field[str] = text(max_length=250)
    address: Field[str] = text(max_length=255)
    description: Field[str] = text(max_length=250, default="")
    port: Field[int] = integer(minimum=1, maximum=65535, nullable=True, default=1719)


class MssipProxy(PexipResource, group=GROUP, path="mssip_proxy", natural_key="name"):
    """Microsoft SIP proxy."""

    name: Field[str] = text(max_length=250)
    address: Field[str] = text(max_length=255)
    description: Field[str] = text(max_length=250, default="")
    port: Field[int] = integer(minimum=1, maximum=65535, nullable=True, default=5061)
    transport: Field[str] = choice("tcp", "tls", default="tls")


class PolicyServer(PexipResource, group=GROUP, path="policy_server", natural_key="name"):
    """Policy server."""

    name: Field[str] = text(max_length=250)
    description: Field[str] = text(max_length=250, default="")
    enable_avatar_lookup: Field[bool] = boolean(default=False)
    enable_directory_lookup: Field[bool] = boolean(default=False)
    enable_internal_media_location_policy: Field[bool] = boolean(default=False)
    enable_internal_participant_policy: Field[bool] = boolean(default=False)
    enable_internal_service_policy: Field[bool] = boolean(default=False)
    enable_media_location_lookup: Field[bool] = boolean(default=False)
    enable_participant_lookup: Field[bool] = boolean(default=False)
    enable_registration_lookup: Field[bool] = boolean(default=False)
    enable_service_lookup: Field[bool] = boolean(default=False)
    internal_media_location_policy_template: Field[str] = text(max_length=49152, default="")
    internal_participant_policy_template: Field[str] = text(max_length=49152, default="")
    internal_service_policy_template: Field[str] = text(max_length=49152, default="")
    password: Field[str] = text(max_length=100, secret=True, write_only=True, default="")
    prefer_local_avatar_configuration: Field[bool] = boolean(default=False)
    url: Field[str] = text(max_length=255, default="")
    username: Field[str] = text(max_length=100, default="")


class SipCredential(PexipResource, group=GROUP, path="sip_credential", natural_key=("realm", "username")):
    """SIP credentials."""

    realm: Field[str] = text(max_length=250)
    username: Field[str] = text(max_length=250)
    password: Field[str] = text(max_length=100, secret=True, write_only=True, default="")


class SipProxy(PexipResource, group=GROUP, path="sip_proxy", natural_key="name"):
    """SIP proxy."""

    name: Field[str] = text(max_length=250)
    address: Field[str] = text(max_length=255)
    description: Field[str] = text(max_length=250, default="")
    port: Field[int] = integer(minimum=1, maximum=65535, nullable=True, default=5061)
    transport: Field[str] = choice("tcp", "udp", "tls", default="tls")


class StunServer(PexipResource, group=GROUP, path="stun_server", natural_key="name"):
    """STUN server."""

    name: Field[str] = text(max_length=250)
    address: Field[str] = text(max_length=255)
    description: Field[str] = text(max_length=250, default="")
    port: Field[int] = integer(minimum=1, maximum=65535, default=3478)


class TeamsProxy(PexipResource, group=GROUP, path="teams_proxy", natural_key="name"):
    """Microsoft Teams Connector."""

    name: Field[str] = text(max_length=250)
    address: Field[str] = text(max_length=255)
    azure_tenant: Ref = reference("azure_tenant")
    description: Field[str] = text(max_length=250, default="")
    min_number_of_instances: Field[int] = integer(minimum=0, default=1)
    notifications_enabled: Field[bool] = boolean(default=False)
    notifications_queue: Field[str] = text(secret=True, write_only=True, default=None)
    port: Field[int] = integer(minimum=1, maximum=65535, default=443)
    updated: Field[str] = text(format="datetime", default=None)
    eventhub_id: Computed[str] = computed()


class TelehealthProfile(PexipResource, group=GROUP, path="telehealth_profile", natural_key="name"):
    """Epic telehealth profile."""

    name: Field[str] = text(max_length=250)
    epic_encryption_algorithm: Field[str] = text()
    epic_encryption_key_type: Field[str] = text()
    epic_patient_app_client_id: Field[str] = text(max_length=255)
    epic_provider_app_client_id: Field[str] = text(max_length=255)
    infinity_webapp_server_base_url: Field[str] = text(max_length=255)
    patient_alias_template: Field[str] = text(max_length=1024)
    patient_display_name_template: Field[str] = text(max_length=1024)
    patient_oauth2_redirect_url: Field[str] = text(max_length=255)
    patient_web_join_link_template: Field[str] = text(max_length=1024)
    provider_alias_template: Field[str] = text(max_length=1024)
    provider_display_name_template: Field[str] = text(max_length=1024)
    provider_oauth2_redirect_url: Field[str] = text(max_length=255)
    provider_web_join_link_template: Field[str] = text(max_length=1024)
    service_name_template: Field[str] = text(max_length=1024)
    telehealth_call_domain: Field[str] = text(max_length=255)
    telehealth_integration_base_url: Field[str] = text(max_length=255)
    telehealth_integration_oauth2_base_api_url: Field[str] = text(max_length=255)
    uuid: Field[str] = text()
    description: Field[str] = text(max_length=250, default="")
    epic_backend_oauth2_app_client_id: Field[str] = text(max_length=255, default="")
    epic_backend_oauth2_app_private_key: Field[str] = text(max_length=12288, secret=True, write_only=True, default="")
    epic_backend_oauth2_app_token_endpoint_url: Field[str] = text(max_length=255, default="")
    epic_encryption_key: Field[str] = text(max_length=100, secret=True, write_only=True, default="")
    epic_patient_app_client_secret: Field[str] = text(max_length=100, secret=True, write_only=True, default="")
    epic_provider_app_client_secret: Field[str] = text(max_length=100, secret=True, write_only=True, default="")
    launch_error_web_template: Field[str] = text(max_length=12288, default="")


class TrustedJoin(PexipResource, group=GROUP, path="trusted_join", exists_once=True):
    """Trusted join settings."""

    zoom_enabled: Field[bool] = boolean(default=BY_NODE)


class TrustedJoinZoomAccount(PexipResource, group=GROUP, path="trusted_join_zoom_account", natural_key="customer_id"):
    """Zoom account that trusted join accepts."""

    customer_id: Field[str] = text(default="")
    description: Field[str] = text(max_length=250, default="")


class TurnServer(PexipResource, group=GROUP, path="turn_server", natural_key="name"):
    """TURN server."""

    name: Field[str] = text(max_length=250)
    address: Field[str] = text(max_length=255)
    description: Field[str] = text(max_length=250, default="")
    password: Field[str] = text(max_length=100, secret=True, write_only=True, default="")
    port: Field[int] = integer(minimum=1, maximum=65535, nullable=True, default=3478)
    secret_key: Field[str] = text(max_length=256, secret=True, write_only=True, default="")
    server_type: Field[str] = choice("namepsw", "coturn_shared", default="namepsw")
    transport_type: Field[str] = choice("udp", "tcp", "tls", default="udp")
    username: Field[str] = text(max_length=100, default="")
