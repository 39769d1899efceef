"""Platform configuration."""

from __future__ import annotations

from pexip_provider.base import PexipResource
from pexip_provider.lifecycles import ReadBackLifecycle
from pexip_provider.naming import ByNameLifecycle
from pexip_provider.nodes import WorkerVmLifecycle
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
    local,
    path,
    reference,
    references,
    text,
)
from provider_core.kinds import Boolean, Integer, Many, Reference, Text

__all__ = [
    "CaCertificate",
    "CertificateSigningRequest",
    "DiagnosticGraphs",
    "GlobalSettings",
    "LogLevel",
    "ManagementVm",
    "MediaProcessingServer",
    "SystemLocation",
    "TlsCertificate",
    "WorkerVm",
]

GROUP = "Platform configuration"


class CaCertificate(PexipResource, group=GROUP, path="ca_certificate", natural_key="certificate"):
    """CA certificate."""

    certificate: Field[str] = text(format="pem")
    trusted_intermediate: Field[bool] = boolean(default=False)
    end_date: Computed[str] = computed()
    issuer_hash: Computed[str] = computed()
    issuer_key_id: Computed[str] = computed()
    issuer_name: Computed[str] = computed()
    key_id: Computed[str] = computed()
    raw_issuer: Computed[str] = computed()
    raw_subject: Computed[str] = computed()
    serial_no: Computed[str] = computed()
    start_date: Computed[str] = computed()
    subject_hash: Computed[str] = computed()
    subject_name: Computed[str] = computed()
    text: Computed[str] = computed()


class CertificateSigningRequest(
    PexipResource,
    group=GROUP,
    path="certificate_signing_request",
    natural_key="subject_name",
    key_is_unique=False,
    lifecycle=ReadBackLifecycle,
):
    """Certificate signing request (CSR): the node makes a key, and the request as the output ``csr``.

    Given the ``certificate`` that was issued for it, the node installs both; ``tls_certificate`` is the result.
    """

    private_key_type: Field[str] = text(replaces=True)
    subject_name: Field[str] = text(max_length=250, replaces=True)
    ad_compatible: Field[bool] = boolean(default=BY_NODE)
    additional_subject_alt_names: Field[str] = text(default="")
    certificate: Field[str] = text(format="pem", default=BY_NODE)
    eku_client_auth: Field[bool] = boolean(default=BY_NODE)
    eku_server_auth: Field[bool] = boolean(default=BY_NODE)
    private_key: Field[str] = text(max_length=12288, secret=True, write_only=True, default=None)
    private_key_passphrase: Field[str] = text(secret=True, write_only=True, default="")
    csr: Computed[str] = computed(at_create=True)
    dn: Computed[str] = computed(at_create=True)
    tls_certificate: Computed[str] = computed(Reference("tls_certificate"))


class DiagnosticGraphs(PexipResource, group=GROUP, path="diagnostic_graphs", natural_key="title", key_is_unique=False):
    """Diagnostic graphs."""

    order: Field[int] = integer(minimum=0)
    title: Field[str] = text(max_length=250)
    datasets: Refs = references("diagnostic_graph_dataset", default=())


class GlobalSettings(PexipResource, group=GROUP, path="global", exists_once=True, lifecycle=ByNameLifecycle):
    """Global settings."""

    aws_access_key: Field[str] = text(max_length=40, default="")
    aws_secret_key: Field[str] = text(secret=True, write_only=True, default="")
    azure_client_id: Field[str] = text(secret=True, write_only=True, default="")
    azure_secret: Field[str] = text(secret=True, write_only=True, default="")
    azure_subscription_id: Field[str] = text(default="")
    azure_tenant: Field[str] = text(default="")
    bdpm_max_pin_failures_per_window: Field[int] = integer(minimum=5, maximum=200, default=20)
    bdpm_max_scan_attempts_per_window: Field[int] = integer(minimum=5, maximum=200, default=20)
    bdpm_pin_checks_enabled: Field[bool] = boolean(default=True)
    bdpm_scan_quarantine_enabled: Field[bool] = boolean(default=True)
    bursting_enabled: Field[bool] = boolean(default=False)
    bursting_min_lifetime: Field[int] = integer(minimum=5, default=50)
    bursting_threshold: Field[int] = integer(minimum=1, default=5)
    cloud_provider: Field[str] = choice("AWS", "AZURE", "GCP", default="AWS")
    contact_email_address: Field[str] = text(max_length=100, default="")
    content_security_policy_header: Field[str] = text(max_length=4096, default=BY_NODE)
    content_security_policy_state: Field[bool] = boolean(default=True)
    crypto_mode: Field[str] = choice("besteffort", "on", "off", default="besteffort")
    default_theme: Ref = reference("ivr_theme", default=BY_NODE)
    default_to_new_webapp: Field[bool] = boolean(default=BY_NODE)
    default_webapp: Field[str] = text(default=BY_NODE)
    default_webapp_alias: Ref = reference("webapp_alias", default="/api/admin/configuration/v1/webapp_alias/3/")
    disabled_codecs: Refs = references("disabled_codec", by=("value",), default=())
    eject_last_participant_backstop_timeout: Field[int] = integer(minimum=60, maximum=86400, also=(0,), default=0)
    enable_analytics: Field[bool] = boolean(default=False)
    enable_application_api: Field[bool] = boolean(default=True)
    enable_breakout_rooms: Field[bool] = boolean(default=False)
    enable_chat: Field[bool] = boolean(default=True)
    enable_clock: Field[bool] = boolean(default=False)
    enable_denoise: Field[bool] = boolean(default=True)
    enable_dialout: Field[bool] = boolean(default=True)
    enable_directory: Field[bool] = boolean(default=True)
    enable_edge_non_mesh: Field[bool] = boolean(default=True)
    enable_fecc: Field[bool] = boolean(default=True)
    enable_h323: Field[bool] = boolean(default=True)
    enable_legacy_dialout_api: Field[bool] = boolean(default=False)
    enable_lync_auto_escalate: Field[bool] = boolean(default=False)
    enable_lync_vbss: Field[bool] = boolean(default=False)
    enable_mlvad: Field[bool] = boolean(default=False)
    enable_multiscreen: Field[bool] = boolean(default=BY_NODE)
    enable_push_notifications: Field[bool] = boolean(default=BY_NODE)
    enable_rtmp: Field[bool] = boolean(default=True)
    enable_sip: Field[bool] = boolean(default=True)
    enable_sip_udp: Field[bool] = boolean(default=False)
    enable_softmute: Field[bool] = boolean(default=True)
    enable_ssh: Field[bool] = boolean(default=True)
    enable_turn_443: Field[bool] = boolean(default=False)
    enable_webrtc: Field[bool] = boolean(default=True)
    error_reporting_enabled: Field[bool] = boolean(default=False)
    error_reporting_url: Field[str] = text(max_length=255, default="https://acr.pexip.com")
    es_connection_timeout: Field[int] = integer(default=7)
    es_initial_retry_backoff: Field[int] = integer(default=1)
    es_maximum_deferred_posts: Field[int] = integer(default=BY_NODE)
    es_maximum_retry_backoff: Field[int] = integer(default=1800)
    es_media_streams_wait: Field[int] = integer(default=1)
    es_metrics_update_interval: Field[int] = integer(default=60)
    es_short_term_memory_expiration: Field[int] = integer(default=2)
    external_participant_avatar_lookup: Field[bool] = boolean(default=True)
    gcp_client_email: Field[str] = text(default="")
    gcp_private_key: Field[str] = text(max_length=12288, secret=True, write_only=True, default="")
    gcp_project_id: Field[str] = text(default="")
    guests_only_timeout: Field[int] = integer(minimum=0, maximum=86400, default=60)
    legacy_api_http: Field[bool] = boolean(default=BY_NODE)
    legacy_api_password: Field[str] = text(max_length=100, secret=True, write_only=True, default="")
    legacy_api_username: Field[str] = text(max_length=100, default="")
    live_captions_api_gateway: Field[str] = text(default="")
    live_captions_app_id: Field[str] = text(default="")
    live_captions_enabled: Field[bool] = boolean(default=BY_NODE)
    live_captions_public_jwt_key: Field[str] = text(default="")
    live_captions_vmr_default: Field[bool] = boolean(default=False)
    liveview_show_conferences: Field[bool] = boolean(default=True)
    local_mssip_domain: Field[str] = text(max_length=255, default="")
    logon_banner: Field[str] = text(max_length=4096, default="")
    logs_max_age: Field[int] = integer(minimum=0, maximum=3650, default=0)
    management_qos: Field[int] = integer(minimum=0, maximum=63, default=0)
    management_session_timeout: Field[int] = integer(minimum=5, maximum=1440, default=30)
    management_start_page: Field[str] = text(default="/admin/conferencingstatus/deploymentgraph/deployment_graph/")
    max_callrate_in: Field[int] = integer(minimum=128, maximum=8192, default=BY_NODE)
    max_callrate_out: Field[int] = integer(minimum=128, maximum=8192, default=BY_NODE)
    max_pixels_per_second: Field[str] = choice("sd", "hd", "fullhd", default="hd")
    max_presentation_bandwidth_ratio: Field[int] = integer(minimum=25, maximum=75, default=75)
    media_ports_end: Field[int] = integer(minimum=10000, maximum=49999, default=49999)
    media_ports_start: Field[int] = integer(minimum=10000, maximum=49999, default=40000)
    min_pin_length: Field[int] = integer(minimum=4, maximum=20, default=6)
    ocsp_responder_url: Field[str] = text(max_length=255, default="")
    ocsp_state: Field[str] = choice("OFF", "ON", "OVERRIDE", default="OFF")
    pin_entry_timeout: Field[int] = integer(minimum=30, maximum=86400, default=120)
    pss_customer_id: Field[str] = text(default="")
    pss_enabled: Field[bool] = boolean(default=BY_NODE)
    pss_gateway: Field[str] = text(default="")
    pss_token: Field[str] = text(secret=True, write_only=True, default="")
    session_timeout_enabled: Field[bool] = boolean(default=True)
    signalling_ports_end: Field[int] = integer(minimum=10000, maximum=49999, default=39999)
    signalling_ports_start: Field[int] = integer(minimum=10000, maximum=49999, default=33000)
    sip_tls_cert_verify_mode: Field[str] = choice("OFF", "ON", default="OFF")
    site_banner: Field[str] = text(max_length=255, default="")
    site_banner_bg: Field[str] = text(default="#c0c0c0")
    site_banner_fg: Field[str] = text(default="#000000")
    teams_enable_powerpoint_render: Field[bool] = boolean(default=True)
    waiting_for_chair_timeout: Field[int] = integer(minimum=0, maximum=86400, default=900)
    deployment_uuid: Computed[str] = computed()


class LogLevel(PexipResource, group=GROUP, path="log_level", natural_key="name"):
    """Log level of a part of the platform."""

    name: Field[str] = text(max_length=250)
    level: Field[str] = choice("NOTSET", "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL", default="NOTSET")


class ManagementVm(PexipResource, group=GROUP, path="management_vm", exists_once=True):
    """Management Node."""

    name: Field[str] = text(max_length=32)
    alternative_fqdn: Field[str] = text(max_length=255, default="")
    description: Field[str] = text(max_length=250, default="")
    dns_servers: Refs = references("dns_server", default=())
    enable_ssh: Field[str] = choice("GLOBAL", "OFF", "ON", default="GLOBAL")
    event_sinks: Refs = references("event_sink", default=())
    http_proxy: Ref = reference("http_proxy", default=None)
    ipv6_address: Field[str] = text(default=None)
    ipv6_gateway: Field[str] = text(default=None)
    mtu: Field[int] = integer(minimum=512, maximum=1500, default=1500)
    ntp_servers: Refs = references("ntp_server", default=())
    secondary_config_passphrase: Field[str] = text(secret=True, write_only=True, default="")
    snmp_authentication_password: Field[str] = text(max_length=100, secret=True, write_only=True, default="")
    snmp_community: Field[str] = text(max_length=16, secret=True, write_only=True, default="public")
    snmp_mode: Field[str] = choice("DISABLED", "STANDARD", "AUTHPRIV", default="DISABLED")
    snmp_network_management_system: Ref = reference("snmp_network_management_system", default=None)
    snmp_privacy_password: Field[str] = text(max_length=100, secret=True, write_only=True, default="")
    snmp_system_contact: Field[str] = text(max_length=70, default="admin@domain.com")
    snmp_system_location: Field[str] = text(max_length=70, default="Virtual machine")
    snmp_username: Field[str] = text(max_length=100, default="")
    ssh_authorized_keys: Refs = references("ssh_authorized_key", default=())
    ssh_authorized_keys_use_cloud: Field[bool] = boolean(default=True)
    static_nat_address: Field[str] = text(format="ip_address", default=None)
    static_routes: Refs = references("static_route", default=())
    syslog_servers: Refs = references("syslog_server", default=())
    tls_certificate: Ref = reference("tls_certificate", default=None)
    tls_client_certificate: Ref = reference("tls_certificate", default=None)
    address: Computed[str] = computed()
    domain: Computed[str] = computed()
    gateway: Computed[str] = computed()
    hostname: Computed[str] = computed()
    initializing: Computed[bool] = computed(Boolean())
    netmask: Computed[str] = computed()
    primary: Computed[bool] = computed(Boolean())


class MediaProcessingServer(PexipResource, group=GROUP, path="media_processing_server", natural_key="fqdn"):
    """Media processing server."""

    fqdn: Field[str] = text(max_length=253)
    app_id: Computed[str] = computed()
    public_jwt_key: Computed[str] = computed()


class SystemLocation(PexipResource, group=GROUP, path="system_location", natural_key="name"):
    """System location."""

    name: Field[str] = text(max_length=250)
    bdpm_pin_checks_enabled: Field[str] = choice("GLOBAL", "OFF", "ON", default="GLOBAL")
    bdpm_scan_quarantine_enabled: Field[str] = choice("GLOBAL", "OFF", "ON", default="GLOBAL")
    client_stun_servers: Refs = references("stun_server", default=())
    client_turn_servers: Refs = references("turn_server", default=())
    description: Field[str] = text(max_length=250, default="")
    dns_servers: Refs = references("dns_server", default=())
    event_sinks: Refs = references("event_sink", default=())
    h323_gatekeeper: Ref = reference("h323_gatekeeper", default=None)
    http_proxy: Ref = reference("http_proxy", default=None)
    live_captions_dial_out_1: Ref = reference("system_location", default=None)
    live_captions_dial_out_2: Ref = reference("system_location", default=None)
    live_captions_dial_out_3: Ref = reference("system_location", default=None)
    local_mssip_domain: Field[str] = text(max_length=255, default="")
    media_qos: Field[int] = integer(minimum=0, maximum=63, nullable=True, default=0)
    mssip_proxy: Ref = reference("mssip_proxy", default=None)
    mtu: Field[int] = integer(minimum=512, maximum=1500, default=1500)
    ntp_servers: Refs = references("ntp_server", default=())
    overflow_location1: Ref = reference("system_location", default=None)
    overflow_location2: Ref = reference("system_location", default=None)
    policy_server: Ref = reference("policy_server", default=None)
    signalling_qos: Field[int] = integer(minimum=0, maximum=63, nullable=True, default=0)
    sip_proxy: Ref = reference("sip_proxy", default=None)
    snmp_network_management_system: Ref = reference("snmp_network_management_system", default=None)
    stun_server: Ref = reference("stun_server", default=None)
    syslog_servers: Refs = references("syslog_server", default=())
    teams_proxy: Ref = reference("teams_proxy", default=None)
    transcoding_location: Ref = reference("system_location", default=None)
    turn_server: Ref = reference("turn_server", default=None)
    use_relay_candidates_only: Field[bool] = boolean(default=False)


class TlsCertificate(PexipResource, group=GROUP, path="tls_certificate", natural_key="certificate"):
    """TLS certificate with its key; nodes refer to it.

    Another certificate is another object: it is made, the nodes change over, and the old one goes last.
    """

    certificate: Field[str] = text(format="pem", replaces=True)
    private_key: Field[str] = text(max_length=12288, secret=True, write_only=True)
    client_auth_usage: Field[bool] = boolean(default=BY_NODE)
    parameters: Field[str] = text(max_length=1000, default="")
    private_key_passphrase: Field[str] = text(max_length=100, secret=True, write_only=True, default="")
    server_auth_usage: Field[bool] = boolean(default=BY_NODE)
    end_date: Computed[str] = computed()
    issuer_hash: Computed[str] = computed()
    issuer_key_id: Computed[str] = computed()
    issuer_name: Computed[str] = computed()
    key_id: Computed[str] = computed()
    nodes: Computed[list[str]] = computed(Many(Text()))
    raw_issuer: Computed[str] = computed()
    raw_subject: Computed[str] = computed()
    serial_no: Computed[str] = computed()
    start_date: Computed[str] = computed()
    subject_alt_names: Computed[str] = computed()
    subject_hash: Computed[str] = computed()
    subject_name: Computed[str] = computed()
    text: Computed[str] = computed()


class WorkerVm(PexipResource, group=GROUP, path="worker_vm", natural_key="name", lifecycle=WorkerVmLifecycle):
    """Conferencing Node.

    The node hands out what the machine is started from once, when the object is made. A provisioning document is kept
    as the secret output ``provisioning_document``, or, with ``document_path``, written to that file (mode 0600) and
    kept nowhere else. An image (OVA, or ZIP for Hyper-V) is written to ``document_path`` while it arrives, and never
    stands there in part; ``document_sha256`` is the file's sum. With ``hand_over`` it is passed on instead, to the
    resource of the same run that takes the output ``image``. VMWARE (version 12) deploys the machine by itself.
    `ConferencingNode` joins a node with its machine.
    """

    name: Field[str] = text(max_length=32)
    address: Field[str] = text(format="ip_address", replaces=True)
    domain: Field[str] = text(max_length=192, replaces=True)
    gateway: Field[str] = text(format="ip_address", replaces=True)
    hostname: Field[str] = text(max_length=63, replaces=True)
    netmask: Field[str] = text(format="ip_address", replaces=True)
    password: Field[str] = text(max_length=250, secret=True, write_only=True)
    system_location: Ref = reference("system_location")
    alternative_fqdn: Field[str] = text(max_length=255, default="")
    deployment_type: Field[str] = choice(
        "MANUAL-PROVISION-ONLY",
        "MANUAL-ESXI6_7",
        "MANUAL-ESXI6",
        "MANUAL-HYPERV2012",
        "MANUAL-KVM",
        "MANUAL",
        "MANUAL-ESXI4",
        "VMWARE",
        default="MANUAL-PROVISION-ONLY",
        replaces=True,
    )
    document_path: Field[str] = path(default="")
    hand_over: Field[bool] = local(Boolean(), default=False)
    generation: Field[str] = local(default="", replaces=True)
    at_once: Field[int] = local(Integer(1, 1000), default=1)
    drain_limit: Field[int] = local(Integer(0, 604800), default=1800)
    out_limit: Field[int] = local(Integer(1, 604800), default=3600)
    description: Field[str] = text(max_length=250, default="")
    enable_distributed_database: Field[bool] = boolean(default=True)
    enable_ssh: Field[str] = choice("GLOBAL", "OFF", "ON", default="GLOBAL")
    host: Ref = reference("host_system", replaces=True, default=None)
    host_network: Field[str] = text(max_length=250, replaces=True, default="")
    host_password: Field[str] = text(max_length=100, secret=True, write_only=True, default="")
    host_resource_path: Field[str] = text(max_length=1024, replaces=True, default="")
    host_username: Field[str] = text(max_length=100, replaces=True, default="")
    ipv6_address: Field[str] = text(max_length=250, replaces=True, default=None)
    ipv6_gateway: Field[str] = text(max_length=250, replaces=True, default=None)
    maintenance_mode: Field[bool] = boolean(default=False)
    maintenance_mode_reason: Field[str] = text(max_length=250, default="")
    managed: Field[bool] = boolean(default=BY_NODE)
    media_priority_weight: Field[int] = integer(nullable=True, default=0)
    node_type: Field[str] = choice("CONFERENCING", "PROXYING", default="CONFERENCING")
    secondary_address: Field[str] = text(format="ip_address", default=None)
    secondary_netmask: Field[str] = text(format="ip_address", default=None)
    service_manager: Field[bool] = boolean(default=BY_NODE)
    service_policy: Field[bool] = boolean(default=BY_NODE)
    signalling: Field[bool] = boolean(default=BY_NODE)
    snmp_authentication_password: Field[str] = text(max_length=100, secret=True, write_only=True, default="")
    snmp_community: Field[str] = text(max_length=16, secret=True, write_only=True, default="public")
    snmp_mode: Field[str] = choice("DISABLED", "STANDARD", "AUTHPRIV", default="DISABLED")
    snmp_privacy_password: Field[str] = text(max_length=100, secret=True, write_only=True, default="")
    snmp_system_contact: Field[str] = text(max_length=70, default="admin@domain.com")
    snmp_system_location: Field[str] = text(max_length=70, default="Virtual machine")
    snmp_username: Field[str] = text(max_length=100, default="")
    ssh_authorized_keys: Refs = references("ssh_authorized_key", default=())
    ssh_authorized_keys_use_cloud: Field[bool] = boolean(default=True)
    static_nat_address: Field[str] = text(format="ip_address", default=None)
    static_routes: Refs = references("static_route", default=())
    tls_certificate: Ref = reference("tls_certificate", default=None)
    tls_client_certificate: Ref = reference("tls_certificate", default=None)
    vm_cpu_count: Field[int] = integer(minimum=2, maximum=128, default=4)
    vm_system_memory: Field[int] = integer(minimum=2000, maximum=64000, default=4096)
    provisioning_document: Computed[str] = computed(secret=True)
    document_sha256: Computed[str] = computed()
    image: Computed[str] = computed()
    cloud_bursting: Computed[bool] = computed(Boolean())
    transcoding: Computed[bool] = computed(Boolean())
