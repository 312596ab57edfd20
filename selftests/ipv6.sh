#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# IPv6 by DR and NAT with real clients and servers.  Topology: lib.sh,
# topo_article, with 2001:db8:31::/64 outside and 2001:db8:192::/64 inside; the
# host parts are those of the IPv4 addresses.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

VIP6=2001:db8:31::100
CLIENT6=2001:db8:31::200

# topo6 [SERVERS]: topo_article with IPv6 on every leg
topo6()
{
	local i

	topo_article "$1"
	ip_ns client addr add "$CLIENT6/64" dev eth0 nodad
	ip_ns client route add 2001:db8:192::/64 via 2001:db8:31::1
	for i in lv1:11 router:1; do
		ip_ns "${i%:*}" addr add "2001:db8:31::${i#*:}/64" dev ext nodad
		ip_ns "${i%:*}" addr add "2001:db8:192::${i#*:}/64" dev int nodad
	done
	ip_ns lv1 addr add "$VIP6/128" dev ext nodad
	in_ns router sysctl -q -w net.ipv6.conf.all.forwarding=1
	for ((i = 1; i <= $1; i++)); do
		ip_ns "web$i" addr add "2001:db8:192::10$i/64" dev eth0 nodad
	done
}

# service6 METHOD SERVERS: topo6, and tcp and udp VIP6 with web1.. behind
service6()
{
	local method=$1 n=$2 port=80 i

	topo6 "$n"
	[ "$method" = dr ] || port=8080
	in_ns lv1 lbctl service add tcp "[$VIP6]:80" method "$method" scheduler rr
	in_ns lv1 lbctl service add udp "[$VIP6]:7" method "$method" scheduler rr
	for ((i = 1; i <= n; i++)); do
		if [ "$method" = dr ]; then
			ip_ns "web$i" addr add "$VIP6/128" dev lo nodad
			ip_ns "web$i" route add default via 2001:db8:192::1
		else
			ip_ns "web$i" route add default via 2001:db8:192::11
		fi
		http_start "web$i" "[::]:$port"
		in_ns lv1 lbctl server add tcp "[$VIP6]:80" "[2001:db8:192::10$i]:$port"
		in_ns lv1 lbctl server add udp "[$VIP6]:7" "[2001:db8:192::10$i]:7"
		in_ns_background "web$i" "$LIB_DIR/packets/transfer.py" serve \
			"web$i" 7
		wait_listen "web$i" udp 7
	done
}

get6()
{
	get client "http://[$VIP6]/$1" -g
}

# datagrams SIZE: names of who answered two, whole and unchanged
datagrams()
{
	in_ns client "$LIB_DIR/packets/transfer.py" ask udp "$VIP6" 7 2 "$1" |
		sort | xargs
}

test_way()
{
	local i

	service6 "$1" 2
	check_eq "shares" "2 web1 2 web2" \
		"$(for i in 1 2 3 4; do get6 ""; done | sort | uniq -c | xargs)"
	check_match "the server sees the client" "^$CLIENT6 " "$(get6 peer)"
	get client "http://[$VIP6]/big" -g -r 0-4194303 >"$_test_dir/got"
	cmp "$_test_dir/got" <(head -c 4194304 "$_test_dir/zeros")
	in_ns client ping -6 -qc 2 -W 5 "$VIP6" >/dev/null
	check_eq "UDP" "web1 web2" "$(datagrams 1000)"
	# fragments both ways
	check_eq "UDP in fragments" "web1 web2" "$(datagrams 4000)"
	check_between "fragments that came" 2 100 \
		"$(snmp_count web1 Ip6ReasmReqds)"
	# now the way to the servers is narrower than the client's
	ip_ns lv1 link set int mtu 1400
	head -c 65536 /dev/zero >"$_test_dir/body"
	get client "http://[$VIP6]/peer" -g -o /dev/null \
		--data-binary "@$_test_dir/body"
	check_match "the client has learned it" 'mtu 1400' \
		"$(ip_ns client -6 route get "$VIP6")"
}

test_refusals()
{
	topo6 1
	check_fails in_ns lv1 lbctl service add tcp '[fe80::1]:80' 2>"$_test_dir/e"
	check_match "sentence" link-local "$(cat "$_test_dir/e")"
	check_fails in_ns lv1 lbctl service add tcp '[ff02::1]:80'
	check_fails in_ns lv1 lbctl service add tcp '[::1]:80'
	check_fails in_ns lv1 lbctl service add tcp '[::ffff:10.0.0.1]:80'
	in_ns lv1 lbctl service add tcp "[$VIP6]:80"
	check_fails in_ns lv1 lbctl server add tcp "[$VIP6]:80" '[fe80::1]:80'
	# no server: a reset, at once
	check_fails in_ns client timeout $((5 * L4LB_TIME_FACTOR)) bash -c \
		"exec 3<>/dev/tcp/$VIP6/80" 2>"$_test_dir/e"
	check_match "reset" 'Connection refused' "$(cat "$_test_dir/e")"
}

run_test "IPv6 by DR: shares, fragments, packet too big" test_way dr
run_test "IPv6 by NAT: shares, fragments, packet too big" test_way nat
run_test "addresses that are refused, and an answer to nobody's" test_refusals
finish
