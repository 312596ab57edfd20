#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A server that is the director itself, beside one that is not, and services that
# wait for their clients behind the filters of the input chain. Topology: lib.sh,
# topo_article, with IPv6 on the legs that are used. The director's own server
# listens at 80 and 8080, at all addresses. In tier full each family and each
# protocol goes by each method; else each pair of these occurs.
# tier: full

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

VIP6=2001:db8:31::100
CLIENT6=2001:db8:31::200
HERE4=192.168.31.11
HERE6=2001:db8:192::11
WEB6=2001:db8:192::101

# serve NAMESPACE PORT...: TCP and UDP, both families; answers its name
serve()
{
	local ns=$1 port

	shift
	for port in "$@"; do
		in_ns_background "$ns" "$LIB_DIR/packets/transfer.py" serve \
			"$ns" "$port"
	done
	for port in "$@"; do
		wait_listen "$ns" tcp "$port"
		wait_listen "$ns" udp "$port"
	done
}

# network METHOD: web1 as METHOD needs it, and the director as a server
network()
{
	topo_article 1
	modprobe -qa ipip sit ip6_tunnel || :
	add_ipv6 client eth0 "$CLIENT6/64"
	ip_ns client addr add 10.10.31.201/24 dev eth0
	add_ipv6 lv1 ext 2001:db8:31::11/64 "$VIP6/128"
	add_ipv6 lv1 int "$HERE6/64"
	add_ipv6 router ext 2001:db8:31::1/64
	add_ipv6 router int 2001:db8:192::1/64
	in_ns router sysctl -q -w net.ipv6.conf.all.forwarding=1
	add_ipv6 web1 eth0 "$WEB6/64"
	if [ "$1" = nat ]; then
		ip_ns web1 -6 route add default via "$HERE6"
	else
		server_dr web1
		add_ipv6 web1 lo "$VIP6/128"
		ip_ns web1 -6 route add default via 2001:db8:192::1
	fi
	if [ "$1" = tunnel ]; then
		ip_ns web1 link set tunl0 up
		ip_ns web1 link set ip6tnl0 up
	fi
	serve web1 80
	serve lv1 80 8080
}

# names 4|6: the VIP, the client, the remote and the local server
names()
{
	if [ "$1" = 4 ]; then
		vip=$VIP client=$CLIENT remote=192.168.31.101 here=$HERE4
	else
		vip="[$VIP6]" client="[$CLIENT6]" remote="[$WEB6]"
		here="[$HERE6]"
	fi
}

# ask PROTO COUNT SIZE: names of who served
ask()
{
	in_ns client "$LIB_DIR/packets/transfer.py" ask "$1" "${vip//[][]/}" \
		80 "$2" "$3"
}

# explained PROTO FLAGS...: the explanation of the client's next packet
explained()
{
	in_ns lv1 lbctl "${@:2}" explain "$1" "$client:39999" "$vip:80"
}

# The local server alone: what explain says of its way
told()
{
	in_ns lv1 lbctl server disable "$1" "$vip:80" "$remote:80" >/dev/null
	check_match "in words" \
		$'\nroute       local: the server is this host\n' \
		"$(explained "$1")"
	check_eq "no neighbour is asked" "" \
		"$(explained "$1" | grep '^neighbour' || :)"
	check_eq "in JSON" '{"local":true,"dev":null,"server":"'"$here:$2"'"}' \
		"$(explained "$1" -j | jq -c '{
			local: (.steps[] | select(.step == "route").local),
			dev: (.steps[] | select(.step == "route").dev),
			server: (.steps[] | select(.step == "method").server)
		}')"
	in_ns lv1 lbctl server enable "$1" "$vip:80" "$remote:80" >/dev/null
	in_ns lv1 lbctl server disable "$1" "$vip:80" "$here:$2" >/dev/null
	check_eq "of a remote server" '{"local":false,"dev":"int"}' \
		"$(explained "$1" -j | jq -c '.steps[] |
			select(.step == "route") | {local, dev}')"
	in_ns lv1 lbctl server enable "$1" "$vip:80" "$here:$2" >/dev/null
}

# both METHOD FAMILY PROTO PORT: two servers, the director's own at PORT
both()
{
	local size=30000

	[ "$3" = tcp ] || size=1000
	names "$2"
	in_ns lv1 lbctl service add "$3" "$vip:80" method "$1" scheduler rr
	in_ns lv1 lbctl server add "$3" "$vip:80" "$remote:80"
	in_ns lv1 lbctl server add "$3" "$vip:80" "$here:$4"
	check_eq "in turn, $*" "3 lv1 3 web1" \
		"$(ask "$3" 6 "$size" | sort | uniq -c | xargs)"
	[ "$3" != tcp ] || told tcp "$4"
	check_eq "connections of the local server" 3 "$(in_ns lv1 lbctl -j \
		server show "$3" "$vip:80" "$here:$4" |
		jq '.. | .conns? // empty')"
	in_ns lv1 lbctl flush >/dev/null
}

test_local()
{
	local udp=80

	network "$1"
	[ "$1" != nat ] || udp=8080
	both "$1" 4 tcp 80
	both "$1" 6 udp "$udp"
	[ "$1" != nat ] || both nat 6 tcp 8080
	[ "$L4LB_TIER" = full ] || return 0
	both "$1" 4 udp 80
	both "$1" 6 tcp 80
	[ "$1" != nat ] || both nat 4 tcp 8080
}

# ruleset: one client is kept out, and what conntrack calls invalid
ruleset()
{
	in_ns lv1 nft -f - <<-EOT
	table inet filter {
		counter invalid { }
		counter kept_out { }
		counter seen { }
		chain input {
			type filter hook input priority 0; policy accept;
			ct state invalid counter name invalid drop
			ip saddr 10.10.31.201 counter name kept_out drop
			ip daddr $VIP tcp dport 80 counter name seen accept
		}
		chain output {
			type filter hook output priority 0;
			ct state invalid counter name invalid drop
		}
	}
	EOT
}

# packets COUNTER
packets()
{
	in_ns lv1 nft -j list counter inet filter "$1" |
		jq '.nftables[] | .counter? // empty | .packets'
}

# verdict HOOK: of the client's next packet there
verdict()
{
	in_ns lv1 lbctl -j explain tcp "$CLIENT:39999" "$VIP:80" hook "$1" |
		jq -r '"\(.verdict) \(.reason)"'
}

service_count()
{
	in_ns lv1 lbctl -j service show tcp "$VIP:80" |
		jq "(.services // [.])[0].stats.$1"
}

# Is what the chain has seen what was forwarded?
all_forwarded()
{
	[ "$(packets seen)" -eq "$(service_count packets_in)" ]
}

# A client that is gone when the answer comes: its host's error to the VIP comes by
# the chain as well, and goes on to the server. The client never was: an answer
# must not be faster than the end of a socket.
gone_client()
{
	in_ns lv1 lbctl service add udp "$VIP:80" method nat hook input
	in_ns lv1 lbctl server add udp "$VIP:80" "$remote:80"
	in_ns client python3 -c 'import socket, struct, sys
with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP) as sk:
    # no checksum (RFC 768)
    sk.sendto(struct.pack("!4Hs", 39998, 80, 9, 0, b"x"), (sys.argv[1], 0))' "$VIP"
	wait_until 5 _error_forwarded
	check_eq "errors that conntrack calls invalid" 0 "$(packets invalid)"
}

_error_forwarded()
{
	in_ns lv1 lbctl -j service show udp "$VIP:80" | jq -e \
		'(.services // [.])[0].reasons[] |
		select(.name == "icmp_error").packets == 1'
}

# METHOD: packets come by nftables' input chain first
test_input()
{
	network "$1"
	names 4
	ruleset
	in_ns lv1 lbctl service add tcp "$VIP:80" method "$1" scheduler rr \
		hook input
	in_ns lv1 lbctl server add tcp "$VIP:80" "$remote:80"
	check_eq "at PRE_ROUTING" "pass input" "$(verdict prerouting)"
	check_eq "at LOCAL_IN" "forward new" "$(verdict input)"
	check_eq "answers" "4 web1" "$(ask tcp 4 30000 | uniq -c | xargs)"
	check_eq "connections" 4 "$(service_count conns)"
	check_between "packets that the chain has seen" 16 1000 \
		"$(packets seen)"
	wait_until 5 all_forwarded
	check_fails get client "http://$VIP/" --interface 10.10.31.201 -m 3
	check_between "packets of whom the chain keeps out" 1 100 \
		"$(packets kept_out)"
	check_eq "connections are no more" 4 "$(service_count conns)"
	check_eq "packets that conntrack calls invalid" 0 "$(packets invalid)"
	check_eq "conntrack knows of nothing" 0 \
		"$(in_ns lv1 sysctl -n net.netfilter.nf_conntrack_count)"
	[ "$1" != nat ] || gone_client
	# the director's own server comes behind the same filter
	in_ns lv1 lbctl server add tcp "$VIP:80" "$HERE4:80"
	check_eq "both answer" "2 lv1 2 web1" \
		"$(ask tcp 4 30000 | sort | uniq -c | xargs)"
	check_eq "still nothing is invalid" 0 "$(packets invalid)"
}

# With conntrack, which sees both sides of what the director itself serves
test_track()
{
	network dr
	names 4
	ruleset
	in_ns lv1 lbctl service add tcp "$VIP:80" hook input track on
	in_ns lv1 lbctl server add tcp "$VIP:80" "$HERE4:80"
	check_eq "answers" "4 lv1" "$(ask tcp 4 30000 | uniq -c | xargs)"
	check_eq "connections" 4 "$(service_count conns)"
	check_between "connections that conntrack knows" 4 100 \
		"$(in_ns lv1 sysctl -n net.netfilter.nf_conntrack_count)"
	check_eq "packets that conntrack calls invalid" 0 "$(packets invalid)"
}

for method in dr tunnel nat; do
	run_test "the director is a server of its own, $method" \
		test_local $method
done
run_test "hook input, DR" test_input dr
run_test "hook input, NAT" test_input nat
if [ "$L4LB_TIER" = full ]; then
	run_test "hook input with conntrack, a local server" test_track
fi
finish
