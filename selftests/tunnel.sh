#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# IPIP with real clients and servers, both families in both, and what routers have
# to say about it. Topology: lib.sh, topo_article, with IPv6 on the legs that are
# used, and a server that lies behind the router:
#
#   == bridge int 192.168.31.0/24 == router ======== far 192.168.32.2
#      2001:db8:192::/64               far0    eth0  2001:db8:32::2
#
# In tier full each family goes through both, and IPVS does so beside.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

VIP6=2001:db8:31::100
NEAR4=192.168.31.11
NEAR6=2001:db8:192::11
FAR4=192.168.32.2
FAR6=2001:db8:32::2

network()
{
	topo_article 1
	modprobe -qa ipip sit ip6_tunnel || :
	add_ipv6 client eth0 2001:db8:31::200/64
	add_ipv6 lv1 ext 2001:db8:31::11/64 "$VIP6/128"
	add_ipv6 lv1 int "$NEAR6/64"
	add_ipv6 router ext 2001:db8:31::1/64
	add_ipv6 router int 2001:db8:192::1/64
	in_ns router sysctl -q -w net.ipv6.conf.all.forwarding=1
	in_ns client ip -6 route add 2001:db8:192::/64 via 2001:db8:31::1
}

# tunnel_end NAMESPACE INNER OUTER ADDRESS: what a server needs
tunnel_end()
{
	local mode=ipip6

	if [ "$3" = 4 ]; then
		mode=ipip
		[ "$2" = 4 ] || mode=sit
		ip_ns "$1" link add tun type "$mode" local "$4"
	else
		[ "$2" = 4 ] || mode=ip6ip6
		ip_ns "$1" link add tun type ip6tnl mode "$mode" local "$4" \
			remote ::
	fi
	ip_ns "$1" link set tun up
	in_ns "$1" sysctl -q -w net.ipv4.conf.all.arp_ignore=1 \
		net.ipv4.conf.all.arp_announce=2
	ip_ns "$1" addr replace "$VIP/32" dev lo
	add_ipv6 "$1" lo "$VIP6/128"
	http_start "$1" 80 '[::]:80'
}

# names INNER SERVER: the VIP and the server as lbctl and URLs spell them
names()
{
	addr=$VIP
	vip=$VIP
	server=$2
	if [ "$1" = 6 ]; then
		addr=$VIP6
		vip="[$VIP6]"
	fi
	[[ $2 != *:* ]] || server="[$2]"
}

service()
{
	in_ns lv1 lbctl service add tcp "$vip:80" method tunnel
	in_ns lv1 lbctl server add tcp "$vip:80" "$server:80"
}

# near INNER OUTER: a service of the INNER family; web1, by an OUTER address
near()
{
	network
	add_ipv6 web1 eth0 2001:db8:192::101/64
	server_dr web1
	ip_ns web1 -6 route add default via 2001:db8:192::1
	if [ "$2" = 4 ]; then
		names "$1" 192.168.31.101
	else
		names "$1" 2001:db8:192::101
	fi
	tunnel_end web1 "$1" "$2" "${server//[][]/}"
}

# behind INNER OUTER: the same of the server behind the router
behind()
{
	network
	netns_add far
	ip_ns router link add far0 type veth peer name eth0 netns "$(netns far)"
	_leg far0 192.168.32.1 | ip_ns router
	_leg eth0 "$FAR4" | ip_ns far
	add_ipv6 router far0 2001:db8:32::1/64
	add_ipv6 far eth0 "$FAR6/64"
	ip_ns far route add default via 192.168.32.1
	ip_ns far -6 route add default via 2001:db8:32::1
	ip_ns lv1 route add 192.168.32.0/24 via 192.168.31.1
	ip_ns lv1 -6 route add 2001:db8:32::/64 via 2001:db8:192::1
	if [ "$2" = 4 ]; then
		names "$1" "$FAR4"
	else
		names "$1" "$FAR6"
	fi
	tunnel_end far "$1" "$2" "${server//[][]/}"
}

# upload: 64 KiB from the client to the server
upload()
{
	head -c 65536 /dev/zero >"$_test_dir/body"
	get client "http://$vip/peer" -g -o /dev/null \
		--data-binary "@$_test_dir/body"
}

# learned MTU: what the client has been told
learned()
{
	check_match "the client has learned the MTU" "mtu $1( |$)" \
		"$(ip_ns client route get "$addr")"
}

test_tunnel()
{
	near "$1" "$2"
	service
	capture_start lv1 int in proto 4 or ip6 proto 4 or proto 41 or ip6 proto 41
	check_eq "answer" web1 "$(get client "http://$vip/" -g)"
	upload
	learned $((1500 - ($2 == 4 ? 20 : 40)))
	capture_stop in
	check_between "packets in the tunnel" 4 1000 "$(capture_count in)"
}

# A link behind the router is narrower: the router tells the director, and that
# the client. The size is believed if it can be, and remembered for all.
test_pmtu()
{
	local near=$NEAR4 far=$FAR4 head=20 before

	[ "$2" = 4 ] || { near=$NEAR6 far=$FAR6 head=40; }
	behind "$1" "$2"
	ip_ns router link set far0 mtu 1400
	ip_ns far link set eth0 mtu 1400
	service
	upload
	learned $((1400 - head))
	check_between "errors of the router" 1 100 "$(reason tunnel_pmtu)"
	check_match "the director's own route" 'mtu 1400' \
		"$(ip_ns lv1 route get "$far")"
	check_eq "impossible sizes" 0 "$(reason tunnel_refused)"
	too_big "$near" "$far" 500
	wait_eq 5 1 reason tunnel_refused
	# of the packet in the tunnel eight bytes are quoted
	too_big "$near" "$far" 1340
	wait_until 5 _route_says lv1 "$far" 'mtu 1340'
	upload
	learned $((1340 - head))
	# smaller is believed, larger is not
	before=$(reason tunnel_pmtu)
	too_big "$near" "$far" 1480
	wait_until 5 _at_least $((before + 1)) reason tunnel_pmtu
	check_match "the director's route after that" 'mtu 1340' \
		"$(ip_ns lv1 route get "$far")"
	unreachable
}

# too_big NEAR FAR MTU: what a router says
too_big()
{
	in_ns router "$LIB_DIR/packets/tunnel_error.py" "$@"
}

_route_says()
{
	[[ $(ip_ns "$1" route get "$2") =~ $3 ]]
}

_at_least()
{
	[ "$("${@:2}")" -ge "$1" ]
}

# The server is not to be reached: the client is told so instead of waiting.
unreachable()
{
	ip_ns router route add unreachable "${server//[][]/}"
	check_fails in_ns client timeout $((10 * L4LB_TIME_FACTOR)) bash -c \
		"exec 3<>/dev/tcp/$addr/80" 2>"$_test_dir/e"
	check_match "told" 'No route to host' "$(<"$_test_dir/e")"
	check_between "errors that were told" 1 10 "$(reason tunnel_error)"
	ip_ns router route del unreachable "${server//[][]/}"
	wait_until 10 _answers far
}

_answers()
{
	[ "$(get client "http://$vip/" -g)" = "$1" ]
}

# IPVS beside: it heeds the routers of IPv4, those of IPv6 in vain
test_ipvs()
{
	behind 6 6
	ip_ns router link set far0 mtu 1400
	ip_ns far link set eth0 mtu 1400
	modprobe ip_vs
	in_ns lv1 ipvsadm -A -t "$vip:80" -s rr
	in_ns lv1 ipvsadm -a -t "$vip:80" -r "$server:80" -i
	check_eq "answer" far "$(get client "http://$vip/" -g)"
	background upload
	wait_until 30 _at_least 3 snmp_count router Icmp6OutPktTooBigs
	check_eq "the director has not learned the MTU" "" "$(ip_ns lv1 \
		route get "$FAR6" | grep -o 'mtu 1400' || :)"
	check_eq "nor has the client" "" "$(ip_ns client \
		route get "$VIP6" | grep -o 'mtu 1360' || :)"
}

# What the director itself sends at once may be more than one outer packet holds.
test_largest()
{
	near 4 "$1"
	in_ns lv1 lbctl service add udp "$VIP:5000" method tunnel
	in_ns lv1 lbctl server add udp "$VIP:5000" "$server:5000"
	# with an address of its own as the source, not with the server's VIP
	vip_off lv1
	in_ns_background web1 "$LIB_DIR/packets/datagrams.py" receive 5000 \
		>"$_test_dir/received"
	wait_listen web1 udp 5000
	in_ns lv1 "$LIB_DIR/packets/datagrams.py" largest "$VIP" 5000 4
	wait_until 20 grep -qx '188 right, 0 wrong' "$_test_dir/received"
}

# from ADDRESS: does the next connection's tunnel begin there?
from()
{
	capture_start lv1 int from ip6 src "$1" and ip6 proto 4
	check_eq "answer" web1 "$(get client "http://$vip/")"
	capture_stop from
	check_between "packets from $1" 4 100 "$(capture_count from)"
}

# The near end of a tunnel is an address that the director has now, and not a VIP.
test_source()
{
	near 4 6
	service
	from "$NEAR6"
	in_ns lv1 lbctl service add tcp '[2001:db8:192::8]:80' method nat
	{
		echo "addr add 2001:db8:192::8/128 dev int nodad"
		echo "addr del $NEAR6/64 dev int"
		echo "addr add 2001:db8:192::9/64 dev int nodad"
	} | ip_ns lv1
	from 2001:db8:192::9
	# nearer to the server's address, but a route of it alone
	ip_ns lv1 addr add 2001:db8:192::100/128 dev int nodad
	from 2001:db8:192::100
}

each()
{
	local what=$1 inner outer

	shift
	for inner in 4 6; do
		for outer in 4 6; do
			[ "$L4LB_TIER" = full ] || [[ " $* " = *" $inner$outer "* ]] ||
				continue
			run_test "$what, IPv$inner in IPv$outer" "test_$what" \
				"$inner" "$outer"
		done
	done
}

each tunnel 44 66
each pmtu 46 64
run_test "64 KB of the director's own in IPv4" test_largest 4
if [ "$L4LB_TIER" = full ]; then
	run_test "64 KB of the director's own in IPv6" test_largest 6
	run_test "the near end of a tunnel" test_source
	run_test "IPVS and a narrow link of IPv6" test_ipvs
fi
finish
