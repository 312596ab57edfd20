#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The connection table as people see it: states, expiry, filters, flush.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

service()
{
	topo_article 2
	http_start web1
	http_start web2
	lb service add tcp "$VIP:80" name www method nat scheduler rr "$@"
	lb server add www 192.168.31.101
	lb server add www 192.168.31.102
}

entries()
{
	lb -j conn show "$@" | jq '.connections | length'
}

used()
{
	lb -j limits show | jq '.used_conns // .limits.used_conns'
}

test_expiry()
{
	service timeout time_wait=1,last_ack=1,close=1,fin_wait=1,close_wait=1
	get client >/dev/null
	get client >/dev/null
	wait_eq 30 0 entries
	wait_eq 60 0 used
	wait_eq 30 0 eval "in_ns lv1 lbctl -j show | jq '[.. | .inactive? // 0] | add'"
}

test_idle_expiry()
{
	service timeout established=8
	get client "http://$VIP/slow" -o /dev/null --max-time 300 &
	wait_eq 20 1 entries state established
	# for longer than its timeout, its packets keep it
	begin=$SECONDS
	while [ $((SECONDS - begin)) -lt 12 ]; do
		check_eq "alive" 1 "$(entries state established)"
	done
	ip_ns client link set eth0 down
	wait_eq 60 0 entries
}

test_filters()
{
	# that they are there is all that matters, however slow the machine is
	service timeout time_wait=7200,last_ack=7200,close=7200,fin_wait=7200,close_wait=7200
	ip_ns client addr add 10.10.31.201/24 dev eth0
	for ((i = 0; i < 4; i++)); do
		get client >/dev/null
		get client "http://$VIP/" --interface 10.10.31.201 >/dev/null
	done
	check_eq "all" 8 "$(entries)"
	check_eq "by client" 4 "$(entries client 10.10.31.201)"
	check_eq "by net" 8 "$(entries client 10.10.31.0/24)"
	check_eq "by a net that has none" 0 "$(entries client 10.10.30.0/24)"
	check_eq "by server" 4 "$(entries server 192.168.31.101)"
	check_eq "by service" 8 "$(entries service www)"
	check_eq "by state" 0 "$(entries state syn_recv)"
	check_eq "by both" 4 "$(($(entries server 192.168.31.101 client 10.10.31.201) +
		$(entries server 192.168.31.102 client 10.10.31.201)))"
	lb conn flush client 10.10.31.201
	check_eq "flushed one client" 4 "$(entries)"
	lb conn flush
	check_eq "flushed all" 0 "$(entries)"
}

# more connections than one message, and than the first table, holds
test_many()
{
	local n=6000

	netns_add lv1 far
	ip_ns lv1 link add ext type veth peer name far netns "$(netns far)"
	ip_ns lv1 addr add 10.10.31.11/24 dev ext
	ip_ns lv1 link set ext up
	ip_ns far addr add 10.10.31.200/24 dev far
	ip_ns far link set far up
	ip_ns far route add "$VIP/32" via 10.10.31.11
	ip_ns lv1 link add int type dummy
	ip_ns lv1 addr add 192.168.31.11/24 dev int
	ip_ns lv1 link set int up
	ip_ns lv1 neigh add 192.168.31.101 lladdr 02:00:00:00:00:01 dev int
	lb service add udp "$VIP:53" method dr
	lb server add udp "$VIP:53" 192.168.31.101
	in_ns far /usr/bin/python3 - "$VIP" "$n" <<-'EOT'
	import socket, sys
	vip, n = sys.argv[1], int(sys.argv[2])
	for port in range(10000, 10000 + n):
	    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
	    s.bind(("10.10.31.200", port))
	    # one that nothing follows goes when room is scarce
	    s.sendto(b"x", (vip, 53))
	    s.sendto(b"x", (vip, 53))
	    s.close()
	EOT
	wait_eq 20 "$n" entries
	check_eq "each once" "$n" "$(lb -j conn show |
		jq '[.connections[].client] | unique | length')"
	check_between "buckets grew" 4096 65536 \
		"$(lb -j limits show | jq '.buckets // .limits.buckets')"
	lb limits set conns 100
	echo x | in_ns far nc -u -w 1 "$VIP" 53 || :
	check_eq "no more than before" "$n" "$(entries)"
	lb conn flush
	wait_eq 60 0 used
}

test_explain()
{
	service
	get client "http://$VIP/slow" -o /dev/null --max-time 300 &
	wait_eq 20 1 entries state established
	port=$(lb -j conn show | jq -r '.connections[0].client_port //
		(.connections[0].client | split(":")[-1])')
	check_match "an entry" 'established' \
		"$(lb explain tcp "$CLIENT:$port" "$VIP:80" flags ACK)"
	check_match "no entry: a new one" 'new' \
		"$(lb explain tcp "$CLIENT:1" "$VIP:80")"
	check_match "no service" 'no_service' \
		"$(lb explain tcp "$CLIENT:1" "$VIP:81")"
	check_match "not ours" 'not_ours' \
		"$(lb explain tcp "$CLIENT:1" 10.10.31.99:80)"
	lb server disable www 192.168.31.101
	lb server weight www 192.168.31.102 0
	check_match "why no candidate" 'disabled' \
		"$(lb explain tcp "$CLIENT:1" "$VIP:80")"
	check_match "why no candidate" 'passed over: weight 0' \
		"$(lb explain tcp "$CLIENT:1" "$VIP:80")"
	check_match "and the end" 'no_server' \
		"$(lb explain tcp "$CLIENT:1" "$VIP:80")"
	check_eq "explain makes no entry" 1 "$(entries)"
}

run_test "F7 closed connections expire and leave the counts" test_expiry
run_test "F7 an idle connection expires, a busy one does not" test_idle_expiry
run_test "C47 connections are filtered and flushed in the kernel" test_filters
run_test "F64 six thousand connections: dump, growth, limit" test_many
run_test "explain says what would happen, and changes nothing" test_explain
finish
