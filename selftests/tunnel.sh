#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# IPIP with real clients and servers, both families in both.  Topology: lib.sh,
# topo_article, with IPv6 on the legs that are used.
# tier: full

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

VIP6=2001:db8:31::100

# tunnel INNER OUTER: a service of the INNER family, one server of the OUTER
tunnel()
{
	local inner=$1 outer=$2 vip=$VIP server=192.168.31.101 mode

	topo_article 1
	ip_ns client addr add 2001:db8:31::200/64 dev eth0 nodad
	ip_ns client route add 2001:db8:192::/64 via 2001:db8:31::1
	ip_ns lv1 addr add 2001:db8:31::11/64 dev ext nodad
	ip_ns lv1 addr add 2001:db8:192::11/64 dev int nodad
	ip_ns lv1 addr add "$VIP6/128" dev ext nodad
	ip_ns router addr add 2001:db8:31::1/64 dev ext nodad
	ip_ns router addr add 2001:db8:192::1/64 dev int nodad
	in_ns router sysctl -q -w net.ipv6.conf.all.forwarding=1
	ip_ns web1 addr add 2001:db8:192::101/64 dev eth0 nodad
	ip_ns web1 -6 route add default via 2001:db8:192::1
	server_dr web1
	ip_ns web1 addr add "$VIP6/128" dev lo nodad
	if [ "$outer" = 4 ]; then
		mode=ipip
		[ "$inner" = 4 ] || mode=sit
		ip_ns web1 link add tun type "$mode" local 192.168.31.101
	else
		server='[2001:db8:192::101]'
		mode=ipip6
		[ "$inner" = 4 ] || mode=ip6ip6
		ip_ns web1 link add tun type ip6tnl mode "$mode" \
			local 2001:db8:192::101 remote ::
	fi
	ip_ns web1 link set tun up
	[ "$inner" = 4 ] || vip="[$VIP6]"
	http_start web1 80 '[::]:80'
	in_ns lv1 lbctl service add tcp "$vip:80" method tunnel
	in_ns lv1 lbctl server add tcp "$vip:80" "$server:80"
	URL=http://$vip/
}

test_tunnel()
{
	local mtu=1480 addr=$VIP

	tunnel "$1" "$2"
	[ "$2" = 4 ] || mtu=1460
	[ "$1" = 4 ] || addr=$VIP6
	capture_start lv1 int in proto 4 or ip6 proto 4 or proto 41 or ip6 proto 41
	check_eq "answer" web1 "$(get client "$URL" -g)"
	head -c 65536 /dev/zero >"$_test_dir/body"
	get client "${URL}peer" -g -o /dev/null --data-binary "@$_test_dir/body"
	check_match "the client has learned the MTU" "mtu $mtu" \
		"$(ip_ns client route get "$addr")"
	capture_stop in
	check_between "packets in the tunnel" 4 1000 "$(capture_count in)"
}

for inner in 4 6; do
	for outer in 4 6; do
		run_test "IPv$inner in IPv$outer" test_tunnel $inner $outer
	done
done
finish
