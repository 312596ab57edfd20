#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Bulk TCP with the offloads of all devices on and off: GSO and GRO packets,
# checksums not yet computed, and the path MTU.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

# all_offloads on|off: of everything that a packet passes
all_offloads()
{
	local ns dev

	for ns in client web1; do
		offloads "$ns" eth0 "$1"
	done
	for ns in lv1 router; do
		for dev in ext int; do
			offloads "$ns" "$dev" "$1"
		done
	done
	for dev in ext-client ext-lv1 int-lv1 ext-router int-router int-web1; do
		offloads net "$dev" "$1"
	done
}

iperf_service()
{
	topo_article 1
	all_offloads "$2"
	[ "$1" = nat ] || server_dr web1
	in_ns_background web1 iperf3 -s -p 5201
	wait_listen web1 tcp 5201
	in_ns lv1 lbctl service add tcp "$VIP:5201" method "$1"
	in_ns lv1 lbctl server add tcp "$VIP:5201" 192.168.31.101
}

# iperf BYTES [OPTION]...: they must be sent to the end, and arrive
iperf()
{
	local bytes=$1

	shift
	in_ns client timeout $((120 * L4LB_TIME_FACTOR)) \
		iperf3 -J -c "$VIP" -p 5201 -n "$bytes" "$@" >"$_test_dir/iperf"
	# the count closes when the sender has sent all, not when all is there
	check_between "bytes received" $((bytes * 3 / 4)) $((bytes * 2)) \
		"$(jq .end.sum_received.bytes "$_test_dir/iperf")"
}

# retransmitted segments would be packets that somebody dropped for a wrong
# checksum or size
test_bulk()
{
	local before

	iperf_service "$1" "$2"
	before=$(snmp_count client TcpInCsumErrors)
	iperf $((24 << 20))
	iperf $((24 << 20)) -R
	check_eq "checksum errors, client" "$before" \
		"$(snmp_count client TcpInCsumErrors)"
	check_eq "checksum errors, server" 0 \
		"$(snmp_count web1 TcpInCsumErrors)"
	in_ns lv1 lbctl -j stats >"$_test_dir/stats"
	check_eq "drops" 0 "$(jq '[.reasons[] | select(.name | test(
		"too_big|not_writable|no_route|bad_header|truncated"))
		| .packets] | add // 0' "$_test_dir/stats")"
}

# aggregates really crossed the director: fewer packets than segments
test_aggregates()
{
	local segments packets

	iperf_service "$1" on
	iperf $((48 << 20))
	packets=$(in_ns lv1 lbctl -j service show tcp "$VIP:5201" |
		jq '(.services // [.])[0].stats.packets_in')
	segments=$(((48 << 20) / 1448))
	[ "$packets" -lt $((segments / 2)) ] ||
		fail "$packets packets for $segments segments"
}

# a link behind the client with a small MTU: the router's ICMP must reach the
# right end, or the transfer hangs
test_small_mtu()
{
	iperf_service "$1" on
	# a second client behind a hop of 1,000 bytes; the hop is the client
	netns_add far
	ip_ns client link add hop type veth peer name eth0 netns "$(netns far)"
	ip_ns client addr add 198.51.100.1/24 dev hop
	ip_ns client link set hop mtu 1000 up
	ip_ns far addr add 198.51.100.2/24 dev eth0
	ip_ns far link set eth0 up
	ip_ns far route add default via 198.51.100.1
	in_ns client sysctl -qw net.ipv4.ip_forward=1
	for ns in lv1 router; do
		ip_ns "$ns" route add 198.51.100.0/24 via "$CLIENT"
	done
	in_ns far sysctl -qw net.ipv4.tcp_mtu_probing=0
	# the far side believes in 1,500 bytes, so segments come too big
	in_ns far timeout $((120 * L4LB_TIME_FACTOR)) \
		iperf3 -J -c "$VIP" -p 5201 -n $((4 << 20)) -R >"$_test_dir/iperf"
	check_between "bytes received" $((3 << 20)) $((24 << 20)) \
		"$(jq .end.sum_received.bytes "$_test_dir/iperf")"
	in_ns lv1 lbctl -j stats >"$_test_dir/stats"
	check_between "ICMP errors to the server" 1 1000 \
		"$(jq '[.reasons[] | select(.name == "icmp_error")][0].packets' \
			"$_test_dir/stats")"
}

run_test "F60 bulk TCP by NAT, offloads on" test_bulk nat on
run_test "F60 bulk TCP by NAT, offloads off" test_bulk nat off
run_test "bulk TCP by DR, offloads on" test_bulk dr on
run_test "bulk TCP by DR, offloads off" test_bulk dr off
run_test "GRO packets are forwarded whole by NAT" test_aggregates nat
run_test "GRO packets are forwarded whole by DR" test_aggregates dr
run_test "F60 path MTU behind the client, by NAT" test_small_mtu nat
run_test "F60 path MTU behind the client, by DR" test_small_mtu dr
finish
