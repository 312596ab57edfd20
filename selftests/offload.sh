#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Bulk TCP with the offloads of all devices on and off: GSO and GRO packets,
# checksums not yet computed, and the path MTU. Topology: lib.sh, topo_article, with
# IPv6 on the legs that are used. In tier full each family goes by each method.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

VIP6=2001:db8:31::100
WEB6=2001:db8:192::101

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

# ipv6 METHOD: what IPv6 needs, and the way back of web1
ipv6()
{
	add_ipv6 client eth0 2001:db8:31::200/64
	ip_ns client route add 2001:db8:192::/64 via 2001:db8:31::1
	add_ipv6 lv1 ext 2001:db8:31::11/64 "$VIP6/128"
	add_ipv6 lv1 int 2001:db8:192::11/64
	add_ipv6 router ext 2001:db8:31::1/64
	add_ipv6 router int 2001:db8:192::1/64
	in_ns router sysctl -q -w net.ipv6.conf.all.forwarding=1
	add_ipv6 web1 eth0 "$WEB6/64"
	if [ "$1" = nat ]; then
		ip_ns web1 -6 route add default via 2001:db8:192::11
	else
		ip_ns web1 -6 route add default via 2001:db8:192::1
		add_ipv6 web1 lo "$VIP6/128"
	fi
}

# tunnel_end INNER OUTER: what takes the outer header off
tunnel_end()
{
	modprobe -qa ipip sit ip6_tunnel || :
	case $1$2 in
	44) ip_ns web1 link add tun type ipip local 192.168.31.101 ;;
	64) ip_ns web1 link add tun type sit local 192.168.31.101 ;;
	46) ip_ns web1 link add tun type ip6tnl mode ipip6 local "$WEB6" remote :: ;;
	66) ip_ns web1 link add tun type ip6tnl mode ip6ip6 local "$WEB6" remote :: ;;
	esac
	ip_ns web1 link set tun up
}

# iperf_service METHOD INNER OUTER on|off: of the INNER family, and a server of the
# OUTER one, which differ for a tunnel alone
iperf_service()
{
	local method=$1 inner=$2 outer=$3 server=192.168.31.101

	topo_article 1
	all_offloads "$4"
	[ "$method" = nat ] || server_dr web1
	[ "$inner$outer" = 44 ] || ipv6 "$method"
	[ "$method" != tunnel ] || tunnel_end "$inner" "$outer"
	addr=$VIP service=$VIP:5201
	[ "$inner" = 4 ] || addr=$VIP6 service="[$VIP6]:5201"
	[ "$outer" = 4 ] || server="[$WEB6]"
	in_ns_background web1 iperf3 -s -p 5201
	wait_listen web1 tcp 5201
	lb service add tcp "$service" method "$method"
	lb server add tcp "$service" "$server:5201"
}

# iperf BYTES [OPTION]...: they must be sent to the end, and arrive
iperf()
{
	local bytes=$1

	shift
	in_ns client timeout $((120 * L4LB_TIME_FACTOR)) iperf3 -J -c "$addr" \
		-p 5201 -w 256K -n "$bytes" "$@" >"$_test_dir/iperf"
	# the count closes when the sender has written all, not when all is
	# there: the sockets' buffers, of twice 256 KiB each, may be missing
	check_between "bytes received" $((bytes - (1 << 20))) $((bytes * 2)) \
		"$(jq .end.sum_received.bytes "$_test_dir/iperf")"
}

# how many packets met one of these fates: one whose size or checksum is wrong
misfits()
{
	lb -j stats | jq "[.reasons[] | select(.name | test(\"$1\")) | .packets] |
		add // 0"
}

# retransmitted segments would be packets that somebody dropped for a wrong
# checksum or size
test_bulk()
{
	local before

	iperf_service "$@"
	before=$(snmp_count client TcpInCsumErrors)
	iperf $((16 << 20))
	iperf $((16 << 20)) -R
	check_eq "checksum errors, client" "$before" \
		"$(snmp_count client TcpInCsumErrors)"
	check_eq "checksum errors, server" 0 \
		"$(snmp_count web1 TcpInCsumErrors)"
	check_eq "drops" 0 \
		"$(misfits 'not_writable|no_route|bad_header|truncated|frag_failed')"
	# who sends into a tunnel learns its size by the first that do not fit
	if [ "$1" = tunnel ]; then
		check_between "too big" 0 50 "$(reason too_big)"
	else
		check_eq "too big" 0 "$(reason too_big)"
	fi
}

# aggregates really crossed the director: fewer packets than segments
test_aggregates()
{
	local segments packets

	iperf_service "$@" on
	iperf $((24 << 20))
	packets=$(lb -j service show tcp "$service" |
		jq '(.services // [.])[0].stats.packets_in')
	segments=$(((24 << 20) / 1448))
	[ "$packets" -lt $((segments / 2)) ] ||
		fail "$packets packets for $segments segments"
}

# a link behind the client with a small MTU: the router's ICMP must reach the
# right end, or the transfer hangs
test_small_mtu()
{
	iperf_service "$1" 4 4 on
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
	check_between "bytes received" $((3 << 20)) $((16 << 20)) \
		"$(jq .end.sum_received.bytes "$_test_dir/iperf")"
	check_between "ICMP errors to the server" 1 1000 "$(reason icmp_error)"
}

# without DF an aggregate that is too large leaves in fragments
test_no_df()
{
	iperf_service "$1" 4 4 on
	in_ns client sysctl -qw net.ipv4.ip_no_pmtu_disc=1
	# a fragment may be late: on another CPU, and that has to wait for the host's
	in_ns web1 sysctl -qw net.ipv4.ipfrag_max_dist=0
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
	lb service add udp "$VIP:7000" method "$1"
	lb server add udp "$VIP:7000" 192.168.31.101
	in_ns_background web1 "$LIB_DIR/packets/datagrams.py" receive 7000 \
		>"$_test_dir/got"
	wait_listen web1 udp 7000
}

udp_packets()
{
	lb -j service show udp "$VIP:7000" |
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

# each TEST WHAT WHERE METHOD INNER OUTER [on|off]: where "check" or "full" says
each()
{
	local test=$1 what=$2

	[ "$3" = check ] || [ "$L4LB_TIER" = full ] || return 0
	shift 3
	[ "$1" = tunnel ] || what+=" by $1, IPv$2"
	[ "$1" != tunnel ] || what+=", IPv$2 in IPv$3"
	run_test "$what${4:+, offloads $4}" "$test" "$@"
}

for offloads in on off; do
	each test_bulk "F60 bulk TCP" check nat 4 4 $offloads
	each test_bulk "F60 bulk TCP" check dr 4 4 $offloads
	each test_bulk "F60 bulk TCP" full dr 6 6 $offloads
	each test_bulk "bulk TCP" full tunnel 4 6 $offloads
	each test_bulk "bulk TCP" full tunnel 6 4 $offloads
	each test_bulk "bulk TCP" full tunnel 6 6 $offloads
done
each test_bulk "F60 bulk TCP" check nat 6 6 on
each test_bulk "F60 bulk TCP" full nat 6 6 off
each test_bulk "bulk TCP" check tunnel 4 4 on
each test_bulk "bulk TCP" full tunnel 4 4 off
each test_aggregates "GRO packets are forwarded whole" full nat 4 4
each test_aggregates "GRO packets are forwarded whole" check dr 4 4
each test_aggregates "GRO packets are forwarded whole" full nat 6 6
each test_aggregates "GRO packets are forwarded whole" full dr 6 6
each test_aggregates "GRO packets are forwarded whole" full tunnel 4 4
each test_aggregates "GRO packets are forwarded whole" full tunnel 4 6
each test_aggregates "GRO packets are forwarded whole" full tunnel 6 4
each test_aggregates "GRO packets are forwarded whole" check tunnel 6 6
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
