#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DR with real clients and servers.  Topology: lib.sh, topo_article; replies
# take the router, never the director.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

SVC="tcp $VIP:80"

mac_of()
{
	ip_ns "$1" -j link show dev "$2" | jq -r '.[0].address'
}

test_shares()
{
	web_service dr 3 scheduler rr
	check_eq "shares" "4 web1 4 web2 4 web3" "$(answers 12)"
	check_eq "the server is asked by the VIP" "$CLIENT $VIP:80" \
		"$(get client "http://$VIP/peer")"
}

test_captures()
{
	local out in

	web_service dr 1
	capture_start lv1 ext out tcp
	capture_start lv1 int in tcp
	capture_start client eth0 client tcp
	check_eq "answer" web1 "$(get)"
	capture_stop out
	capture_stop in
	capture_stop client
	check_eq "no reply crosses the director" 0 \
		"$(capture_count in src "$VIP")"
	check_eq "nor its outside" 0 "$(capture_count out src "$VIP")"
	out=$(capture_count out dst "$VIP")
	in=$(capture_count in dst "$VIP" and src "$CLIENT" and \
		ether dst "$(mac_of web1 eth0)" and \
		ether src "$(mac_of lv1 int)")
	check_eq "the same packets, from MAC to MAC" "$out" "$in"
	check_between "packets" 4 100 "$in"
	check_eq "the client is answered by the VIP" 0 \
		"$(capture_count client not host "$VIP")"
}

# F11, one way: the VIP on lo, silent in ARP
test_arp()
{
	local macs

	web_service dr 2
	macs=$(in_ns client arping -I eth0 -c 3 -w 10 "$VIP" |
		grep -o '\[..:..:..:..:..:..\]' | tr A-F a-f | sort -u)
	check_eq "who answers ARP" "[$(mac_of lv1 ext)]" "$macs"
	# from the servers' side, too: only the router knows the way
	capture_start web1 eth0 arp arp and arp[6:2] == 2
	in_ns lv1 ip neigh flush dev int
	check_match "answer" 'web[12]' "$(get)"
	capture_stop arp
	check_eq "no server claims the VIP" 0 \
		"$(capture_show arp | grep -c "Reply $VIP " || :)"
}

# F11, the other way: REDIRECT on the server
test_redirect()
{
	topo_article 2
	# shellcheck disable=SC2086
	in_ns lv1 lbctl service add $SVC method dr scheduler rr
	for i in web1 web2; do
		server_redirect "$i" tcp 80
		http_start "$i"
		# shellcheck disable=SC2086
		in_ns lv1 lbctl server add $SVC "$(server_addr "$i")"
	done
	check_eq "shares" "3 web1 3 web2" "$(answers 6)"
	check_eq "the VIP is nowhere on the server" "" \
		"$(in_ns web1 ip -o addr show to "$VIP")"
}

# F10: active and inactive, from the client's packets alone
counts()
{
	# shellcheck disable=SC2086
	in_ns lv1 lbctl -j service show $SVC |
		jq -r '(.services // [.])[0] | "\(.active) \(.inactive)"'
}

ended()
{
	[[ $(counts) == "0 "* ]]
}

test_states()
{
	local pid

	web_service dr 1
	in_ns_background client curl -sS --max-time 600 -o /dev/null \
		"http://$VIP/slow"
	pid=$!
	wait_eq 20 "1 0" counts
	check_eq "a quick one" web1 "$(get)"
	wait_eq 20 "1 1" counts
	kill "$pid"
	wait "$pid" || :
	# reset by its client: inactive, and soon gone
	wait_until 20 ended
}

# F13 with real traffic: NAT -> DR of a running service
test_switch()
{
	local pid

	topo_article 1
	http_start web1
	# shellcheck disable=SC2086
	in_ns lv1 lbctl service add $SVC method nat
	# shellcheck disable=SC2086
	in_ns lv1 lbctl server add $SVC 192.168.31.101
	check_eq "by NAT" "$CLIENT 192.168.31.101:80" \
		"$(get client "http://$VIP/peer")"
	get client "http://$VIP/big" -o "$_test_dir/got" --limit-rate 16M \
		--max-time 200 &
	pid=$!
	wait_until 20 test -s "$_test_dir/got"
	# the server learns of the VIP; its route stays for the NAT connection
	in_ns web1 sysctl -qw net.ipv4.conf.all.arp_ignore=1 \
		net.ipv4.conf.all.arp_announce=2
	ip_ns web1 addr add "$VIP/32" dev lo
	ip_ns web1 rule add from "$VIP" lookup 100
	ip_ns web1 route add default via 192.168.31.1 table 100
	# shellcheck disable=SC2086
	in_ns lv1 lbctl service set $SVC method dr
	check_eq "new ones by DR" "$CLIENT $VIP:80" \
		"$(get client "http://$VIP/peer")"
	wait "$pid" || fail "the NAT download broke"
	cmp "$_test_dir/got" "$_test_dir/zeros"
}

# a server changes its MAC address silently, under one-way load
test_silent_mac()
{
	web_service dr 1
	check_eq "before" web1 "$(get)"
	in_ns lv1 sysctl -qw net.ipv4.neigh.int.base_reachable_time_ms=1000 \
		net.ipv4.neigh.int.delay_first_probe_time=1 \
		net.ipv4.neigh.int.retrans_time_ms=200
	in_ns web1 sysctl -qw net.ipv4.conf.all.arp_notify=0
	ip_ns web1 link set eth0 down
	ip_ns web1 link set eth0 address 02:00:00:00:aa:01
	ip_ns web1 link set eth0 up
	ip_ns web1 route replace default via 192.168.31.1
	wait_eq 60 web1 get client "http://$VIP/" --max-time 2
	check_match "the new address" 02:00:00:00:aa:01 \
		"$(ip_ns lv1 neigh show 192.168.31.101)"
}

run_test "F9 requests are shared by rr" test_shares
run_test "F9 F58 captures: only MACs change, replies go round" test_captures
run_test "F11 VIP on lo: only the director answers ARP" test_arp
run_test "F11 REDIRECT on the server" test_redirect
run_test "F10 active and inactive from one side" test_states
run_test "F13 a running service changes from NAT to DR" test_switch
run_test "a server that changes its MAC silently is followed" test_silent_mac
finish
