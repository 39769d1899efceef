"""One-Touch Join."""

from __future__ import annotations

from pexip_provider.base import PexipResource
from provider_core.fields import Computed, Field, Ref, boolean, choice, computed, integer, reference, text
from provider_core.kinds import Many, Reference

__all__ = [
    "MjxEndpoint",
    "MjxEndpointGroup",
    "MjxExchangeAutodiscoverUrl",
    "MjxExchangeDeployment",
    "MjxGoogleDeployment",
    "MjxGraphDeployment",
    "MjxIntegration",
    "MjxMeetingProcessingRule",
]

GROUP = "One-Touch Join"


class MjxEndpoint(PexipResource, group=GROUP, path="mjx_endpoint", natural_key="name"):
    """One-Touch Join Endpoints."""

    name: Field[str] = text(max_length=100)
    api_address: Field[str] = text(max_length=100, nullable=True)
    room_resource_email: Field[str] = text(max_length=254)
    api_password: Field[str] = text(max_length=100, secret=True, write_only=True, default=None)
    api_port: Field[int] = integer(minimum=1, maximum=65535, default=None)
    api_username: Field[str] = text(max_length=100, default=None)
    description: Field[str] = text(max_length=500, default="")
    endpoint_type: Field[str] = choice("CISCO", "POLY", "WEBEX", default="CISCO")
    mjx_endpoint_group: Ref = reference("mjx_endpoint_group", default=None)
    poly_password: Field[str] = text(max_length=100, secret=True, write_only=True, default=None)
    poly_raise_alarms_for_this_endpoint: Field[bool] = boolean(default=True)
    poly_username: Field[str] = text(max_length=150, default=None)
    use_https: Field[str] = choice("GLOBAL", "NO", "YES", default="GLOBAL")
    verify_cert: Field[str] = choice("GLOBAL", "NO", "YES", default="GLOBAL")
    webex_device_id: Field[str] = text(max_length=100, default=None)


class MjxEndpointGroup(PexipResource, group=GROUP, path="mjx_endpoint_group", natural_key="name"):
    """One-Touch Join Endpoint Groups."""

    name: Field[str] = text(max_length=250)
    system_location: Ref = reference("system_location", nullable=True)
    description: Field[str] = text(max_length=250, default="")
    disable_proxy: Field[bool] = boolean(default=False)
    mjx_integration: Ref = reference("mjx_integration", default=None)
    endpoints: Computed[list[str]] = computed(Many(Reference("mjx_endpoint")))


class MjxExchangeAutodiscoverUrl(PexipResource, group=GROUP, path="mjx_exchange_autodiscover_url", natural_key="name"):
    """One-Touch Join Exchange Autodiscover URLs."""

    name: Field[str] = text(max_length=250)
    exchange_deployment: Ref = reference("mjx_exchange_deployment", nullable=True)
    url: Field[str] = text(max_length=255)
    description: Field[str] = text(max_length=250, default="")


class MjxExchangeDeployment(PexipResource, group=GROUP, path="mjx_exchange_deployment", natural_key="name"):
    """One-Touch Join Exchange Integrations."""

    name: Field[str] = text(max_length=250)
    service_account_password: Field[str] = text(max_length=100, secret=True, write_only=True)
    service_account_username: Field[str] = text(max_length=100)
    authentication_method: Field[str] = choice("BASIC", "NTLM", "KERBEROS", "OAUTH", default="BASIC")
    description: Field[str] = text(max_length=250, default="")
    disable_proxy: Field[bool] = boolean(default=False)
    ews_url: Field[str] = text(max_length=255, default="")
    find_items_request_quota: Field[int] = integer(minimum=10000, maximum=10000000, default=1000000)
    kerberos_auth_every_request: Field[bool] = boolean(default=False)
    kerberos_enable_tls: Field[bool] = boolean(default=True)
    kerberos_exchange_spn: Field[str] = text(max_length=255, default="")
    kerberos_kdc: Field[str] = text(max_length=255, default="")
    kerberos_kdc_https_proxy: Field[str] = text(max_length=255, default="")
    kerberos_realm: Field[str] = text(max_length=250, default="")
    kerberos_verify_tls_using_custom_ca: Field[bool] = boolean(default=False)
    oauth_auth_endpoint: Field[str] = text(max_length=255, default="")
    oauth_client_id: Field[str] = text(default=None)
    oauth_redirect_uri: Field[str] = text(max_length=255, default="")
    oauth_state: Field[str] = text(default=None)
    oauth_token_endpoint: Field[str] = text(max_length=255, default="")
    autodiscover_urls: Computed[list[str]] = computed(Many(Reference("mjx_exchange_autodiscover_url")))
    mjx_integrations: Computed[list[str]] = computed(Many(Reference("mjx_integration")))
    oauth_refresh_token: Computed[str] = computed(secret=True)


class MjxGoogleDeployment(PexipResource, group=GROUP, path="mjx_google_deployment", natural_key="name"):
    """One-Touch Join Google Workspace Integrations."""

    name: Field[str] = text(max_length=250)
    client_email: Field[str] = text(max_length=256)
    private_key: Field[str] = text(max_length=12288, secret=True, write_only=True)
    auth_endpoint: Field[str] = text(max_length=255, default="https://accounts.google.com/o/oauth2/v2/auth")
    client_id: Field[str] = text(max_length=250, default="")
    client_secret: Field[str] = text(secret=True, write_only=True, default="")
    description: Field[str] = text(max_length=250, default="")
    maximum_number_of_api_requests: Field[int] = integer(minimum=10000, default=900000)
    oauth_state: Field[str] = text(default=None)
    redirect_uri: Field[str] = text(max_length=255, default="")
    token_endpoint: Field[str] = text(max_length=255, default="https://oauth2.googleapis.com/token")
    use_user_consent: Field[bool] = boolean(default=False)
    mjx_integrations: Computed[list[str]] = computed(Many(Reference("mjx_integration")))
    refresh_token: Computed[str] = computed(secret=True)


class MjxGraphDeployment(PexipResource, group=GROUP, path="mjx_graph_deployment", natural_key="name"):
    """One-Touch Join O365 Graph Integrations."""

    name: Field[str] = text(max_length=250)
    client_id: Field[str] = text()
    oauth_token_url: Field[str] = text(max_length=255)
    client_secret: Field[str] = text(max_length=100, secret=True, write_only=True, default="")
    description: Field[str] = text(max_length=250, default="")
    disable_proxy: Field[bool] = boolean(default=False)
    graph_api_domain: Field[str] = text(max_length=192, default="graph.microsoft.com")
    request_quota: Field[int] = integer(minimum=10000, maximum=10000000, default=1000000)
    mjx_integrations: Computed[list[str]] = computed(Many(Reference("mjx_integration")))


class MjxIntegration(PexipResource, group=GROUP, path="mjx_integration", natural_key="name"):
    """One-Touch Join Profiles."""

    name: Field[str] = text(max_length=250)
    description: Field[str] = text(max_length=250, default="")
    display_upcoming_meetings: Field[int] = integer(minimum=0, maximum=365, default=7)
    enable_non_video_meetings: Field[bool] = boolean(default=True)
    enable_private_meetings: Field[bool] = boolean(default=True)
    end_buffer: Field[int] = integer(minimum=0, maximum=180, default=0)
    ep_password: Field[str] = text(max_length=100, secret=True, write_only=True, default="")
    ep_use_https: Field[bool] = boolean(default=True)
    ep_username: Field[str] = text(max_length=100, default="")
    ep_verify_certificate: Field[bool] = boolean(default=False)
    exchange_deployment: Ref = reference("mjx_exchange_deployment", default=None)
    google_deployment: Ref = reference("mjx_google_deployment", default=None)
    graph_deployment: Ref = reference("mjx_graph_deployment", default=None)
    process_alias_private_meetings: Field[bool] = boolean(default=True)
    replace_empty_subject: Field[bool] = boolean(default=True)
    replace_subject_template: Field[str] = text(max_length=512, default="")
    replace_subject_type: Field[str] = choice("ALL", "NEVER", "PRIVATE", default="PRIVATE")
    start_buffer: Field[int] = integer(minimum=0, maximum=180, default=5)
    use_webex: Field[bool] = boolean(default=False)
    webex_api_domain: Field[str] = text(max_length=192, default="webexapis.com")
    webex_client_id: Field[str] = text(max_length=100, default=None)
    webex_client_secret: Field[str] = text(secret=True, write_only=True, default=None)
    webex_oauth_state: Field[str] = text(default=None)
    webex_redirect_uri: Field[str] = text(max_length=255, default=None)
    endpoint_groups: Computed[list[str]] = computed(Many(Reference("mjx_endpoint_group")))
    webex_refresh_token: Computed[str] = computed(secret=True)


class MjxMeetingProcessingRule(PexipResource, group=GROUP, path="mjx_meeting_processing_rule", natural_key="name"):
    """One-Touch Join Meeting Processing Rules."""

    name: Field[str] = text(max_length=250)
    meeting_type: Field[str] = choice(
        "pexipinfinity",
        "pexipservice",
        "teams",
        "teamssipguestjoin",
        "polyteamsbody",
        "ciscoteamsbody",
        "pexipserviceteamsbody",
        "pexipinfinityteamsbody",
        "hangouts",
        "googlemeetsipguestjoin",
        "s4b",
        "polys4bbody",
        "webex",
        "zoom",
        "gotomeeting",
        "domain",
        "regex",
        "regex_re2",
        "custom",
    )
    mjx_integration: Ref = reference("mjx_integration")
    priority: Field[int] = integer(minimum=1, maximum=200)
    company_id: Field[str] = text(max_length=36, default="")
    custom_template: Field[str] = text(max_length=10240, default="")
    default_processing_enabled: Field[bool] = boolean(default=True)
    description: Field[str] = text(max_length=250, default="")
    domain: Field[str] = text(max_length=255, default="")
    enabled: Field[bool] = boolean(default=True)
    include_pin: Field[bool] = boolean(default=False)
    match_string: Field[str] = text(max_length=250, format="regex", default="")
    replace_string: Field[str] = text(max_length=250, default="")
    transform_rule: Field[str] = text(max_length=512, default="")
