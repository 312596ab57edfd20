#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# NAT with real clients and servers.  Topology: lib.sh, topo_article.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

SVC="tcp $VIP:80"

test_shares()
{
	web_service nat 3 scheduler rr
	check_eq "shares" "4 web1 4 web2 4 web3" "$(answers 12)"
	check_match "the server sees the client" "^$CLIENT 192.168.31.10[123]:8080$" \
		"$(get client "http://$VIP/peer")"
}

test_captures()
{
	local out in

	web_service nat 1
	offloads client eth0 off
	offloads web1 eth0 off
	offloads lv1 ext off
	offloads lv1 int off
	capture_start lv1 ext out host "$CLIENT" and tcp
	capture_start lv1 int in host "$CLIENT" and tcp
	check_eq "answer" web1 "$(get)"
	capture_stop out
	capture_stop in
	check_eq "outside only the VIP" 0 "$(capture_count out not host "$VIP")"
	check_eq "inside never the VIP" 0 "$(capture_count in host "$VIP")"
	out=$(capture_count out src "$CLIENT")
	in=$(capture_count in src "$CLIENT" and dst 192.168.31.101 and dst port 8080)
	check_eq "client's packets on both sides" "$out" "$in"
	check_between "client's packets" 4 100 "$in"
	check_eq "wrong checksums outside" 0 \
		"$(capture_show out | grep -c 'incorrect' || :)"
	check_eq "wrong checksums inside" 0 \
		"$(capture_show in | grep -c 'incorrect' || :)"
}

test_others()
{
	web_service nat 1
	in_ns_background lv1 busybox nc -ll -p 22 -e echo director
	wait_listen lv1 tcp 22
	check_eq "the director's own port" director \
		"$(in_ns client busybox nc -w 5 10.10.31.11 22 </dev/null)"
	check_eq "the same by the VIP" director \
		"$(in_ns client busybox nc -w 5 "$VIP" 22 </dev/null)"
	in_ns client ping -qc 2 -W 5 "$VIP" >/dev/null
	check_eq "and the service" web1 "$(get)"
}

# the director is a client of its own VIP
test_local_client()
{
	web_service nat 2 scheduler rr
	check_match "by the VIP" 'web[12]' "$(get lv1)"
	check_match "again" 'web[12]' "$(get lv1)"
	in_ns lv1 lbctl -j stats >"$_test_dir/stats"
	check_between "handed over to LOCAL_IN" 1 1000 \
		"$(jq '[.reasons[] | select(.name == "local_reply")][0].packets' \
			"$_test_dir/stats")"
	vip_off lv1
	ip_ns lv1 route add "$VIP/32" dev ext
	check_match "the VIP is not local" 'web[12]' "$(get lv1)"
}

# conntrack has not seen the client's packets: its replies must not be invalid
test_local_client_stateful()
{
	web_service nat 2 scheduler rr
	in_ns lv1 iptables -A INPUT -m conntrack --ctstate INVALID -j DROP
	# conntrack is at work, and the rule can drop
	in_ns_background lv1 busybox nc -ll -p 22 -e echo director
	wait_listen lv1 tcp 22
	check_eq "a tracked connection" director \
		"$(in_ns client busybox nc -w 5 10.10.31.11 22 </dev/null)"
	check_match "by the VIP" 'web[12]' "$(get lv1)"
	check_match "again" 'web[12]' "$(get lv1)"
	check_eq "invalid packets" 0 "$(in_ns lv1 iptables -nvxL INPUT |
		awk '/INVALID/ { print $1 }')"
	check_match "and clients elsewhere" 'web[12]' "$(get)"
}

test_no_ip_forward()
{
	web_service nat 1
	check_eq "ip_forward" 0 "$(in_ns lv1 sysctl -n net.ipv4.ip_forward)"
	check_eq "answer" web1 "$(get)"
	in_ns lv1 sysctl -qw net.ipv4.conf.all.rp_filter=1 \
		net.ipv4.conf.ext.rp_filter=1 net.ipv4.conf.int.rp_filter=1
	check_eq "answer, strict rp_filter" web1 "$(get)"
	vip_off lv1
	ip_ns client neigh replace "$VIP" lladdr \
		"$(ip_ns lv1 -j link show dev ext | jq -r '.[0].address')" dev eth0
	check_eq "answer, VIP not local" web1 "$(get)"
}

# a download goes on while servers come and go
test_changes_under_load()
{
	local pid i

	web_service nat 2 scheduler wlc
	get client "http://$VIP/big" -o "$_test_dir/got" --limit-rate 16M \
		--max-time 200 &
	pid=$!
	wait_until 20 test -s "$_test_dir/got"
	for ((i = 0; i < 10; i++)); do
		# shellcheck disable=SC2086
		in_ns lv1 lbctl server del $SVC 192.168.31.101:8080
		# shellcheck disable=SC2086
		in_ns lv1 lbctl server del $SVC 192.168.31.102:8080
		# shellcheck disable=SC2086
		in_ns lv1 lbctl server add $SVC 192.168.31.102:8080 weight 3
		# shellcheck disable=SC2086
		in_ns lv1 lbctl server add $SVC 192.168.31.101:8080 weight 2
		# shellcheck disable=SC2086
		in_ns lv1 lbctl service set $SVC scheduler rr
		# shellcheck disable=SC2086
		in_ns lv1 lbctl service set $SVC scheduler wlc
	done
	wait "$pid" || fail "the download broke"
	cmp "$_test_dir/got" "$_test_dir/zeros"
}

# a server that was deleted keeps its connection until it ends, then goes
test_delete_drains()
{
	local pid

	web_service nat 2
	get client "http://$VIP/big" -o "$_test_dir/got" --limit-rate 8M \
		--max-time 200 &
	pid=$!
	wait_until 20 test -s "$_test_dir/got"
	# shellcheck disable=SC2086
	in_ns lv1 lbctl server del $SVC 192.168.31.101:8080
	# shellcheck disable=SC2086
	in_ns lv1 lbctl server del $SVC 192.168.31.102:8080
	check_fails get client "http://$VIP/" -f 2>/dev/null
	wait "$pid" || fail "the download broke"
	cmp "$_test_dir/got" "$_test_dir/zeros"
}

# `now` ends them: the next packet of a client is answered by a reset. This one
# only listens, and asks every two seconds whether the other side is there
test_delete_now()
{
	local pid

	web_service nat 1
	get client "http://$VIP/slow" -o /dev/null --max-time 200 \
		--keepalive-time 2 2>"$_test_dir/curl" &
	pid=$!
	wait_until 20 eval "in_ns lv1 lbctl conn show | grep -q established"
	# shellcheck disable=SC2086
	in_ns lv1 lbctl server del $SVC 192.168.31.101:8080 now
	! wait "$pid" || fail "the download went on"
	check_match "reset" 'reset|Recv failure' "$(cat "$_test_dir/curl")"
}

run_test "F1 requests are shared by rr, the client's address is kept" test_shares
run_test "F1 F58 captures on both sides" test_captures
run_test "F8 other traffic passes untouched" test_others
run_test "a client on the director itself" test_local_client
run_test "a client on the director, behind a stateful filter" \
	test_local_client_stateful
run_test "neither ip_forward nor a local VIP is needed" test_no_ip_forward
run_test "F7 a download while the servers change" test_changes_under_load
run_test "F7 a deleted server drains" test_delete_drains
run_test "F7 a server deleted now is answered by reset" test_delete_now
finish
