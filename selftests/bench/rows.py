# SPDX-License-Identifier: GPL-2.0
"""The rows of the bench: what each is, what it is compared with, its bound."""

from collections import namedtuple

# id: the row's name in the guest; main: the metric that is judged; bound: the
# largest allowed ratio to IPVS, None if this row has none yet
Row = namedtuple("Row", "id group label main bound config")

ESTABLISHED = 0.6
NEW = 0.8
WLC_900 = 0.3
MEMORY = 0.6

SYSTEMS = [
    ("ours", "l4lb"),
    ("ipvs", "ip_vs"),
    ("ipvs_tuned", "ip_vs tuned"),
    ("flowtable", "flowtable"),
    ("nft_dsr", "nft DSR"),
    ("routing", "routing"),
    ("floor_pre", "floor PRE"),
    ("floor_ingress", "floor ingr"),
]

METRICS = {
    "cost": "instructions a packet, from the first netif_receive_skb() until "
            "the sink has counted all packets and all they caused has run; "
            "established: the lowest of 9 windows of 1,024 packets",
    "p50": "instructions inside one netif_receive_skb(), median",
    "mean": "instructions inside one netif_receive_skb(), mean",
    "list64": "cost, received by netif_receive_skb_list() in lists of 64; new "
              "connections: the lowest of seven times 4,096, so without the "
              "growth of a table, which cost has",
    "bytes": "bytes a connection",
    "Mips": "million instructions in a second without packets",
    "Minstr": "million instructions of the command and the kernel's threads",
}

# (row, system) whose figures differ from boot to boot by more than is allowed,
# and why; no bound is judged by them
UNSTEADY = {
    ("conns_400k", "ipvs"): "its 4,096 chains depend on the seed that ip_vs "
                            "draws when it is loaded",
    ("idle_400k", "ours"): "sweeps come in turns of 5 ms, of which two seconds "
                           "hold one more or one less",
    ("idle_400k", "routing"): "some work of the kernel's own, which comes more "
                              "rarely than every two seconds",
}

BASE = "1,024 flows, 40-byte TCP, 9 x 1,024 packets"


def row(ident, group, label, bound, config, main="cost"):
    return Row(ident, group, label, main, bound, config)


ROWS = [
    row("dr_in", "established", "DR, client to server", ESTABLISHED,
        f"{BASE}; 1 service, rr, 4 servers, checksum NONE. flowtable and "
        "routing: the same packets addressed to the servers"),
    row("dr_in_complete", "established", "DR, CHECKSUM_COMPLETE", ESTABLISHED,
        "as the first row, skb->csum filled in"),
    row("dr_in_partial", "established", "DR, CHECKSUM_PARTIAL", ESTABLISHED,
        "as the first row, checksum left to the device"),
    row("nat_in", "established", "NAT, client to server", ESTABLISHED,
        f"{BASE}; 1 service, rr, 4 servers, checksum NONE. flowtable: dnat "
        "by numgen over 4 servers, offloaded"),
    row("nat_out", "established", "NAT, server to client", ESTABLISHED,
        "the answers of the row before"),
    row("nat_in_partial", "established", "NAT in, CHECKSUM_PARTIAL",
        ESTABLISHED, "as NAT in, checksum left to the device"),
    row("nat_out_partial", "established", "NAT out, CHECKSUM_PARTIAL",
        ESTABLISHED, "as NAT out, checksum left to the device"),
    row("dr_in_ct", "established", "DR, conntrack hooks active", ESTABLISHED,
        "as DR; an nft rule asks for the conntrack state"),
    row("nat_in_ct", "established", "NAT in, conntrack hooks active",
        ESTABLISHED, "as NAT in; an nft rule asks for the conntrack state"),
    row("nat_out_ct", "established", "NAT out, conntrack hooks active",
        ESTABLISHED, "as NAT out; an nft rule asks for the conntrack state"),
    row("conns_1k", "established", "DR, 1,000 connections", ESTABLISHED,
        "1,000 flows, 9 x 1,000 packets; 1 service, rr, 4 servers"),
    row("conns_400k", "established", "DR, 400,000 connections", ESTABLISHED,
        f"{BASE}, each 390th of 400,000 connections; 1 service, rr, 4 servers"),
    row("services_1", "established", "DR, 1 service", ESTABLISHED,
        f"{BASE}; one service with one server"),
    row("services_10k", "established", "DR, 10,000 services", ESTABLISHED,
        f"{BASE}, each to another of 10,000 services with a server each"),
    row("new_rr_4", "new", "new, rr, 4 servers", NEW,
        "4,096 SYNs of as many flows; 1 service, DR"),
    row("new_wlc_4", "new", "new, wlc, 4 servers", NEW,
        "4,096 SYNs of as many flows; 1 service, DR"),
    row("new_nat_4", "new", "new by NAT, rr, 4 servers", NEW,
        "4,096 SYNs of as many flows; 1 service, NAT"),
    row("new_rr_100", "new", "new, rr, 100 servers", NEW,
        "4,096 SYNs of as many flows; 1 service, DR"),
    row("new_wlc_100", "new", "new, wlc, 100 servers", NEW,
        "4,096 SYNs of as many flows; 1 service, DR"),
    row("new_rr_900", "new", "new, rr, 900 servers", NEW,
        "4,096 SYNs of as many flows; 1 service, DR"),
    row("new_wlc_900", "new", "new, wlc, 900 servers", WLC_900,
        "4,096 SYNs of as many flows; 1 service, DR"),
    row("services_1_new", "new", "new, 1 service", NEW,
        "4,096 SYNs of as many flows; one service with one server, DR"),
    row("services_10k_new", "new", "new, 10,000 services", NEW,
        "4,096 SYNs, each to another of 10,000 services, rr, a server each"),
    row("mem_dr", "memory", "memory, DR", MEMORY,
        "400,000 connections; (Slab + VmallocUsed + Percpu of /proc/meminfo "
        "after - before the module was loaded) / 400,000: entries, tables, "
        "module and configuration", "bytes"),
    row("mem_nat", "memory", "memory, NAT", MEMORY,
        "the same by NAT", "bytes"),
    row("idle_400k", "control", "idle, 400,000 connections", None,
        "500 ticks without a packet: estimators, timers, sweeps; routing: "
        "no load balancer, the kernel alone", "Mips"),
    row("apply_10k", "control", "apply 10,000 services", None,
        "10,000 services with a server each: ipvsadm -R, lbctl apply; "
        "sum_exec_runtime of the command and of all kernel threads; the "
        "median of five", "Minstr"),
    row("tax_idle", "tax", "foreign packets, loaded and idle", None,
        f"{BASE}, forwarded by routing; the module has no service"),
    row("tax_service", "tax", "foreign packets, one service", None,
        f"{BASE}, forwarded by routing; one NAT service with 4 servers"),
    row("tax_ct", "tax", "foreign packets, conntrack active", None,
        f"{BASE}, forwarded by routing; one NAT service, conntrack hooks"),
]
