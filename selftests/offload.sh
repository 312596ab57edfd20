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
	in_ns client timeout $((120 * L4LB_TIME_FACTOR)) iperf3 -J -c "$VIP" \
		-p 5201 -w 256K -n "$bytes" "$@" >"$_test_dir/iperf"
	# the count closes when the sender has written all, not when all is
	# there: the sockets' buffers, of twice 256 KiB each, may be missing
	check_between "bytes received" $((bytes - (1 << 20))) $((bytes * 2)) \
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

# without DF an aggregate that is too large leaves in fragments
test_no_df()
{
	iperf_service "$1" on
	in_ns client sysctl -qw net.ipv4.ip_no_pmtu_disc=1
	ip_ns lv1 link set int mtu 1000
	iperf $((4 << 20))
	check_between "reassembled by the server" 100 1000000 \
		"$(snmp_count web1 IpReasmOKs)"
	check_eq "in vain" 0 "$(snmp_count web1 IpReasmFails)"
	check_eq "checksum errors" 0 "$(snmp_count web1 TcpInCsumErrors)"
}

udp_service()
{
	topo_article 1
	all_offloads "$2"
	[ "$1" = nat ] || server_dr web1
	in_ns lv1 lbctl service add udp "$VIP:7000" method "$1"
	in_ns lv1 lbctl server add udp "$VIP:7000" 192.168.31.101
	in_ns_background web1 "$LIB_DIR/packets/datagrams.py" receive 7000 \
		>"$_test_dir/got"
	wait_listen web1 udp 7000
}

udp_packets()
{
	in_ns lv1 lbctl -j service show udp "$VIP:7000" |
		jq '(.services // [.])[0].stats.packets_in'
}

# datagrams that the client hands to its device as one (UDP_L4): the director
# sees one packet where the device takes such, and all arrive, each right
test_udp_segments()
{
	local n=200 packets

	udp_service "$1" "$2"
	# the kernel cuts datagrams up only for a device that sums
	in_ns client ethtool -K eth0 tx on >/dev/null
	in_ns client "$LIB_DIR/packets/datagrams.py" segments "$VIP" 7000 "$n"
	wait_eq 30 "$((n * 8)) right, 0 wrong" tail -n 1 "$_test_dir/got"
	check_eq "checksum errors" 0 "$(snmp_count web1 UdpInCsumErrors)"
	packets=$(udp_packets)
	if [ "$2" = on ]; then
		check_eq "packets of eight datagrams" "$n" "$packets"
	else
		check_eq "packets" $((n * 8)) "$packets"
	fi
}

# datagrams that the director's device makes one of (FRAGLIST). It keeps them
# for 10 ms in the hope of more; how many meet is chance all the same, so they
# are sent until some have met
test_udp_fraglist()
{
	local sent=0 i

	udp_service "$1" on
	in_ns lv1 ethtool -K ext gro on rx-gro-list on
	# shellcheck disable=SC2016 # of the namespace
	ip netns exec "$(netns lv1)" sh -c 'cd /sys/class/net/ext &&
		echo 10000000 >gro_flush_timeout &&
		echo 100 >napi_defer_hard_irqs'
	for ((i = 0; i < 20; i++)); do
		in_ns client "$LIB_DIR/packets/datagrams.py" single "$VIP" 7000 800
		sent=$((sent + 800))
		wait_eq 30 "$sent right, 0 wrong" tail -n 1 "$_test_dir/got"
		[ "$(udp_packets)" -eq "$sent" ] || break
	done
	[ "$(udp_packets)" -lt "$sent" ] || fail "no two datagrams met"
	check_eq "checksum errors" 0 "$(snmp_count web1 UdpInCsumErrors)"
}

run_test "F60 bulk TCP by NAT, offloads on" test_bulk nat on
run_test "F60 bulk TCP by NAT, offloads off" test_bulk nat off
run_test "bulk TCP by DR, offloads on" test_bulk dr on
run_test "bulk TCP by DR, offloads off" test_bulk dr off
run_test "GRO packets are forwarded whole by NAT" test_aggregates nat
run_test "GRO packets are forwarded whole by DR" test_aggregates dr
run_test "F60 path MTU behind the client, by NAT" test_small_mtu nat
run_test "F60 path MTU behind the client, by DR" test_small_mtu dr
run_test "F60 aggregates without DF over a smaller MTU, by NAT" test_no_df nat
run_test "F60 aggregates without DF over a smaller MTU, by DR" test_no_df dr
run_test "F61 UDP segments by NAT, offloads on" test_udp_segments nat on
run_test "F61 UDP segments by NAT, offloads off" test_udp_segments nat off
run_test "F61 UDP segments by DR, offloads on" test_udp_segments dr on
run_test "F61 UDP in fraglists by NAT" test_udp_fraglist nat
run_test "F61 UDP in fraglists by DR" test_udp_fraglist dr
finish
