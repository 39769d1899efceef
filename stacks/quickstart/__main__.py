"""A small video platform: where it runs, what people dial, and how calls find their way."""

import pulumi

from pexip_provider import (
    Alias,
    AutomaticParticipant,
    Conference,
    DnsServer,
    GatewayRoutingRule,
    IvrTheme,
    NtpServer,
    SystemLocation,
    WorkerVm,
)

config = pulumi.Config()
domain = config.get("domain") or "example.com"

# PINs and passwords come from the stack's configuration (pulumi config set --secret …) where they are set.
host_pin = config.get_secret("host_pin") or pulumi.Output.secret("739146")
guest_pin = config.get_secret("guest_pin") or pulumi.Output.secret("205813")
node_password = config.get_secret("node_password") or pulumi.Output.secret("Quick-start-3")

dns = DnsServer("dns", address="192.0.2.53", description="Resolver of the data centre")
ntp = NtpServer("ntp", address="ntp.example.com")
london = SystemLocation(
    "london", name="London", description="First data centre", dns_servers=[dns], ntp_servers=[ntp], mtu=1400
)

theme = IvrTheme("theme", name="House style", package="theme.zip")

boardroom = Conference(
    "boardroom",
    name="Board room",
    description="Virtual Meeting Room of the board",
    service_type="conference",
    pin=host_pin,
    allow_guests=True,
    guest_pin=guest_pin,
    ivr_theme=theme,
    aliases=[Alias(alias=f"board@{domain}"), Alias(alias="7001", description="Short number")],
    tag="quickstart",
)
auditorium = Conference(
    "auditorium",
    name="Town hall",
    service_type="lecture",
    pin=host_pin,
    allow_guests=True,
    mute_all_guests=True,
    aliases=[Alias(alias=f"townhall@{domain}"), Alias(alias="7002")],
    tag="quickstart",
)
reception = Conference(
    "reception",
    name="Reception",
    service_type="two_stage_dialing",
    aliases=[Alias(alias=f"reception@{domain}"), Alias(alias="7000")],
    tag="quickstart",
)

recorder = AutomaticParticipant(
    "recorder",
    alias=f"recorder@{domain}",
    remote_display_name="Recorder",
    protocol="sip",
    role="guest",
    conference=[boardroom, auditorium],
)

teams = GatewayRoutingRule(
    "teams",
    name="Route to Microsoft Teams",
    priority=50,
    match_incoming_webrtc=False,
    match_incoming_mssip=False,
    match_string=r"(\d{9,12})(@example\.com)?",
    replace_string=r"\1",
    called_device_type="teams_conference",
    outgoing_protocol="teams",
    tag="quickstart",
)
devices = GatewayRoutingRule(
    "devices",
    name="Outbound calls to registered devices",
    priority=60,
    match_incoming_calls=False,
    match_outgoing_calls=True,
    match_string=r".*@example\.com",
    called_device_type="registration",
    tag="quickstart",
)

node = WorkerVm(
    "node",
    name="london-1",
    hostname="london-1",
    domain=domain,
    address="192.0.2.21",
    netmask="255.255.255.0",
    gateway="192.0.2.1",
    password=node_password,
    system_location=london,
    deployment_type="MANUAL-PROVISION-ONLY",
)

pulumi.export("location", london.name)
pulumi.export("rooms", pulumi.Output.all(boardroom.name, auditorium.name, reception.name))
pulumi.export(
    "dial", {"board": f"board@{domain}", "town_hall": f"townhall@{domain}", "reception": f"reception@{domain}"}
)
pulumi.export("host_pin", boardroom.pin)
pulumi.export("routing_order", [teams.name, devices.name])
pulumi.export("node_provisioning_document", node.provisioning_document)
