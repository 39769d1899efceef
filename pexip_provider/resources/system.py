"""System configuration."""

from __future__ import annotations

from pexip_provider.base import PexipResource
from provider_core.fields import (
    BY_NODE,
    Computed,
    Field,
    Ref,
    Refs,
    boolean,
    choice,
    computed,
    integer,
    reference,
    references,
    text,
)

__all__ = [
    "DnsServer",
    "EventSink",
    "ExchangeDomain",
    "HttpProxy",
    "MsExchangeConnector",
    "NtpServer",
    "SmtpServer",
    "SnmpNetworkManagementSystem",
    "SshAuthorizedKey",
    "StaticRoute",
    "SyslogServer",
]

GROUP = "System configuration"


class DnsServer(PexipResource, group=GROUP, path="dns_server", natural_key="address"):
    """DNS server."""

    address: Field[str] = text(format="ip_address")
    description: Field[str] = text(max_length=250, default="")


class EventSink(PexipResource, group=GROUP, path="event_sink", natural_key="name"):
    """Event sinks."""

    name: Field[str] = text(max_length=250)
    url: Field[str] = text(max_length=500)
    bulk_support: Field[bool] = boolean(default=False)
    description: Field[str] = text(max_length=250, nullable=True, default="")
    events: Ref = reference("event_sink_event", default=BY_NODE)
    filter_events: Field[bool] = boolean(default=BY_NODE)
    password: Field[str] = text(max_length=100, secret=True, write_only=True, nullable=True, default="")
    restart_date: Field[str] = text(format="datetime", default=None)
    updated_at: Field[str] = text(format="datetime", default=BY_NODE)
    username: Field[str] = text(max_length=100, nullable=True, default="")
    verify_tls_certificate: Field[bool] = boolean(default=False)
    version: Field[int] = integer(minimum=1, default=1)


class ExchangeDomain(PexipResource, group=GROUP, path="exchange_domain", natural_key="domain"):
    """Exchange domains."""

    domain: Field[str] = text(max_length=192)
    exchange_connector: Ref = reference("ms_exchange_connector")
    creation_time: Computed[str] = computed()


class HttpProxy(PexipResource, group=GROUP, path="http_proxy", natural_key="name"):
    """Web proxy server."""

    name: Field[str] = text(max_length=250)
    address: Field[str] = text(max_length=255)
    password: Field[str] = text(max_length=100, secret=True, write_only=True, default="")
    port: Field[int] = integer(minimum=1, maximum=65535, nullable=True, default=8080)
    protocol: Field[str] = choice("http", default="http")
    username: Field[str] = text(max_length=100, default="")


class MsExchangeConnector(PexipResource, group=GROUP, path="ms_exchange_connector", natural_key="name"):
    """Exchange servers."""

    name: Field[str] = text(max_length=250)
    addin_server_domain: Field[str] = text(max_length=192)
    accept_edited_occurrence_template: Field[str] = text(max_length=12288, default=BY_NODE)
    accept_edited_recurring_series_template: Field[str] = text(max_length=12288, default=BY_NODE)
    accept_edited_single_meeting_template: Field[str] = text(max_length=12288, default=BY_NODE)
    accept_new_recurring_series_template: Field[str] = text(max_length=12288, default=BY_NODE)
    accept_new_single_meeting_template: Field[str] = text(max_length=12288, default=BY_NODE)
    addin_application_id: Field[str] = text(default=None)
    addin_authentication_method: Field[str] = choice(
        "EXCHANGE_USER_ID_TOKEN", "SSO_TOKEN", "NAA_TOKEN", default="EXCHANGE_USER_ID_TOKEN"
    )
    addin_authority_url: Field[str] = text(max_length=255, default="")
    addin_button_label: Field[str] = text(max_length=250, default="Create a Pexip meeting")
    addin_description: Field[str] = text(max_length=250, default="Turns meetings into Pexip meetings")
    addin_display_name: Field[str] = text(max_length=250, default="Pexip Scheduling Service")
    addin_group_label: Field[str] = text(max_length=250, default="Pexip meeting")
    addin_naa_web_api_application_id: Field[str] = text(default=None)
    addin_oidc_metadata_url: Field[str] = text(max_length=255, default="")
    addin_pane_already_video_meeting_heading: Field[str] = text(max_length=250, default="VMR already assigned")
    addin_pane_already_video_meeting_message: Field[str] = text(max_length=250, default=BY_NODE)
    addin_pane_button_title: Field[str] = text(max_length=250, default="Add a Single-use VMR")
    addin_pane_description: Field[str] = text(
        max_length=250, default="This assigns a Virtual Meeting Room for your meeting"
    )
    addin_pane_general_error_heading: Field[str] = text(max_length=250, default="Error")
    addin_pane_general_error_message: Field[str] = text(
        max_length=250, default="There was a problem adding the joining instructions. Please try again."
    )
    addin_pane_management_node_down_heading: Field[str] = text(max_length=250, default="Cannot assign a VMR right now")
    addin_pane_management_node_down_message: Field[str] = text(max_length=250, default=BY_NODE)
    addin_pane_personal_vmr_add_button: Field[str] = text(max_length=250, default="Add a Personal VMR")
    addin_pane_personal_vmr_error_getting_message: Field[str] = text(
        max_length=250, default="There was a problem getting your personal VMRs. Please try again."
    )
    addin_pane_personal_vmr_error_inserting_meeting_message: Field[str] = text(
        max_length=250, default="There was a problem adding the joining instructions. Please try again."
    )
    addin_pane_personal_vmr_error_signing_in_message: Field[str] = text(
        max_length=250, default="There was a problem signing you in. Please try again."
    )
    addin_pane_personal_vmr_none_message: Field[str] = text(max_length=250, default="You do not have any personal VMRs")
    addin_pane_personal_vmr_select_message: Field[str] = text(
        max_length=250, default="Select the VMR you want to add to the meeting"
    )
    addin_pane_personal_vmr_sign_in_button: Field[str] = text(max_length=250, default="Sign In")
    addin_pane_success_heading: Field[str] = text(max_length=250, default="Success")
    addin_pane_success_message: Field[str] = text(max_length=250, default=BY_NODE)
    addin_pane_title: Field[str] = text(max_length=250, default="Add a VMR")
    addin_provider_name: Field[str] = text(max_length=250, default="Pexip")
    addin_supertip_description: Field[str] = text(max_length=250, default=BY_NODE)
    addin_supertip_title: Field[str] = text(max_length=250, default="Makes this a Pexip meeting")
    additional_add_in_script_sources: Field[str] = text(max_length=4096, default="")
    allow_new_users: Field[bool] = boolean(default=True)
    auth_provider: Field[str] = choice("ADFS", "AZURE", default="ADFS")
    authentication_method: Field[str] = choice("BASIC", "NTLM", "KERBEROS", "OAUTH", "APP_PERM", default="BASIC")
    conference_description_template: Field[str] = text(
        max_length=12288, default="Scheduled Conference booked by {{organizer_email}}"
    )
    conference_name_template: Field[str] = text(max_length=12288, default="{{subject}} ({{organizer_name}})")
    conference_subject_template: Field[str] = text(max_length=12288, default="{{subject}}")
    description: Field[str] = text(max_length=250, default="")
    disable_proxy: Field[bool] = boolean(default=False)
    domains: Refs = references("exchange_domain", default=())
    enable_addin_debug_logs: Field[bool] = boolean(default=False)
    enable_dynamic_vmrs: Field[bool] = boolean(default=True)
    enable_personal_vmrs: Field[bool] = boolean(default=False)
    host_identity_provider_group: Ref = reference("identity_provider_group", default=None)
    ivr_theme: Ref = reference("ivr_theme", default=None)
    kerberos_auth_every_request: Field[bool] = boolean(default=False)
    kerberos_enable_tls: Field[bool] = boolean(default=True)
    kerberos_exchange_spn: Field[str] = text(max_length=255, default="")
    kerberos_kdc: Field[str] = text(max_length=255, default="")
    kerberos_kdc_https_proxy: Field[str] = text(max_length=255, default="")
    kerberos_realm: Field[str] = text(max_length=250, default="")
    kerberos_verify_tls_using_custom_ca: Field[bool] = boolean(default=False)
    meeting_buffer_after: Field[int] = integer(minimum=0, maximum=180, default=60)
    meeting_buffer_before: Field[int] = integer(minimum=0, maximum=180, default=30)
    meeting_instructions_template: Field[str] = text(max_length=12288, default=BY_NODE)
    microsoft_fabric_components_url: Field[str] = text(
        max_length=255, default="https://appsforoffice.microsoft.com/fabric/1.0/fabric.components.min.css"
    )
    microsoft_fabric_url: Field[str] = text(
        max_length=255, default="https://appsforoffice.microsoft.com/fabric/1.0/fabric.min.css"
    )
    non_idp_participants: Field[str] = choice("allow_if_trusted", "disallow_all", default="disallow_all")
    oauth_auth_endpoint: Field[str] = text(max_length=255, default="")
    oauth_client_id: Field[str] = text(default=None)
    oauth_client_secret: Field[str] = text(secret=True, write_only=True, default="")
    oauth_redirect_uri: Field[str] = text(max_length=255, default="")
    oauth_state: Field[str] = text(default=None)
    oauth_token_endpoint: Field[str] = text(max_length=255, default="")
    office_js_url: Field[str] = text(
        max_length=255, default="https://appsforoffice.microsoft.com/lib/1/hosted/office.js"
    )
    password: Field[str] = text(max_length=100, secret=True, write_only=True, default="")
    personal_vmr_adfs_relying_party_trust_identifier: Field[str] = text(max_length=255, default="")
    personal_vmr_description_template: Field[str] = text(max_length=12288, default="{{description}}")
    personal_vmr_instructions_template: Field[str] = text(max_length=12288, default=BY_NODE)
    personal_vmr_location_template: Field[str] = text(max_length=12288, default=BY_NODE)
    personal_vmr_name_template: Field[str] = text(max_length=12288, default="{{name}}")
    personal_vmr_oauth_auth_endpoint: Field[str] = text(max_length=255, default="")
    personal_vmr_oauth_client_id: Field[str] = text(nullable=True, default="4189c2b4-92ca-416c-b7ea-bc3cfab3d0f0")
    personal_vmr_oauth_client_secret: Field[str] = text(secret=True, write_only=True, default="")
    personal_vmr_oauth_token_endpoint: Field[str] = text(max_length=255, default="")
    placeholder_instructions_template: Field[str] = text(max_length=12288, default=BY_NODE)
    reject_alias_conflict_template: Field[str] = text(max_length=12288, default=BY_NODE)
    reject_alias_deleted_template: Field[str] = text(max_length=12288, default=BY_NODE)
    reject_general_error_template: Field[str] = text(max_length=12288, default=BY_NODE)
    reject_invalid_alias_id_template: Field[str] = text(max_length=12288, default=BY_NODE)
    reject_recurring_series_past_template: Field[str] = text(max_length=12288, default=BY_NODE)
    reject_single_meeting_past: Field[str] = text(max_length=12288, default=BY_NODE)
    room_mailbox_email_address: Field[str] = text(max_length=100, format="email", default=None)
    room_mailbox_name: Field[str] = text(max_length=250, default="")
    scheduled_alias_description_template: Field[str] = text(
        max_length=12288, default="Scheduled Conference booked by {{organizer_email}}"
    )
    scheduled_alias_domain: Field[str] = text(max_length=192, format="domain", default="")
    scheduled_alias_prefix: Field[str] = text(max_length=8, default=None)
    scheduled_alias_suffix_length: Field[int] = integer(minimum=5, maximum=15, default=6)
    url: Field[str] = text(max_length=255, format="url", default="")
    use_custom_add_in_sources: Field[bool] = boolean(default=False)
    username: Field[str] = text(max_length=100, default="")
    oauth_refresh_token: Computed[str] = computed(secret=True)
    private_key: Computed[str] = computed(secret=True)
    public_key: Computed[str] = computed()
    uuid: Computed[str] = computed()


class NtpServer(PexipResource, group=GROUP, path="ntp_server", natural_key="address"):
    """NTP server."""

    address: Field[str] = text(max_length=255)
    description: Field[str] = text(max_length=255, default="")
    key: Field[str] = text(max_length=100, secret=True, write_only=True, default="")
    key_id: Field[int] = integer(minimum=1, maximum=65535, default=None)


class SmtpServer(PexipResource, group=GROUP, path="smtp_server", natural_key="name"):
    """SMTP server."""

    name: Field[str] = text(max_length=250)
    address: Field[str] = text(max_length=255)
    from_email_address: Field[str] = text(max_length=100, format="email")
    connection_security: Field[str] = choice("NONE", "STARTTLS", default="NONE")
    description: Field[str] = text(max_length=250, default="")
    password: Field[str] = text(max_length=100, secret=True, write_only=True, default="")
    port: Field[int] = integer(minimum=1, maximum=65535, default=587)
    username: Field[str] = text(max_length=100, default="")


class SnmpNetworkManagementSystem(
    PexipResource, group=GROUP, path="snmp_network_management_system", natural_key="name"
):
    """SNMP NMS."""

    name: Field[str] = text(max_length=250)
    address: Field[str] = text(max_length=255)
    description: Field[str] = text(max_length=500, default="")
    port: Field[int] = integer(minimum=1, maximum=65535, default=161)
    snmp_trap_community: Field[str] = text(max_length=16, secret=True, write_only=True, default="public")


class SshAuthorizedKey(PexipResource, group=GROUP, path="ssh_authorized_key", natural_key="key"):
    """SSH public key that may log in to nodes, in one line as ``ssh-keygen`` writes it."""

    key: Field[str] = text(replaces=True)
    nodes: Refs = references("worker_vm", default=())
    keytype: Computed[str] = computed(at_create=True)
    comment: Computed[str] = computed(at_create=True)


class StaticRoute(PexipResource, group=GROUP, path="static_route", natural_key="name"):
    """Static route."""

    name: Field[str] = text(max_length=32)
    address: Field[str] = text(format="ip_address")
    gateway: Field[str] = text(format="ip_address")
    prefix: Field[int] = integer(minimum=0, maximum=32)


class SyslogServer(PexipResource, group=GROUP, path="syslog_server", natural_key="address", key_is_unique=False):
    """Syslog server."""

    address: Field[str] = text(max_length=255)
    audit_log: Field[bool] = boolean(default=False)
    description: Field[str] = text(max_length=250, default="")
    port: Field[int] = integer(minimum=1, maximum=65535, default=514)
    proto_format: Field[str] = choice("pexip", "rfc3164", "rfc5424", default="rfc3164")
    support_log: Field[bool] = boolean(default=False)
    syslog_log: Field[bool] = boolean(default=BY_NODE)
    transport: Field[str] = choice("udp", "tcp", "tls", default="udp")
    web_log: Field[bool] = boolean(default=False)
