#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Servers that leave: drain, its progress and its end; deletion; clients that
# persist.  Where IPVS has another answer, it shows it here.  Topology: lib.sh, topo_article.
# tier: full

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=life_lib.sh
. "$LIB_DIR/life_lib.sh"

# told: how often the end of a drain was
told()
{
	grep -cE 'no connection is left|the deadline has come' \
		"$_test_dir/state" || :
}

left()
{
	lb show | grep -o 'draining, .*' | xargs
}

# a drain ends with the last connection, and tells
test_drain_zero()
{
	service nat 2 name www
	lb server disable www 192.168.31.102
	open_one
	monitor state
	lb server enable www 192.168.31.102
	lb server drain www 192.168.31.101 deadline 130
	check_match "progress" '^draining, 1 left, 2 m (10|9|8|7) s$' "$(left)"
	say_more
	wait_until 20 said client echo
	check_between "and in JSON" 1 130 "$(lb -j server show www \
		192.168.31.101 | jq '[.. | .deadline? // empty] | .[0]')"
	ends client connect "$VIP" 80 40001
	wait_until 20 said client open
	check_eq "new ones go elsewhere" 1 "$(entries server 192.168.31.102)"
	lb service set www timeout close=1,fin_wait=1,time_wait=1,last_ack=1,close_wait=1
	lb conn flush server 192.168.31.101
	wait_until 30 grep -q 'drain .*192.168.31.101.*no connection is left' \
		"$_test_dir/state"
	check_eq "told once" 1 "$(told)"
}

test_drain_deadline()
{
	service nat 1 name www
	open_one
	monitor state
	lb server drain www 192.168.31.101 deadline 2
	wait_until 30 grep -q 'drain .*192.168.31.101.*the deadline has come' \
		"$_test_dir/state"
	wait_eq 30 0 entries
	wait_eq 10 1 reason drain_deadline
	check_eq "told once" 1 "$(told)"
}

# deleted in the middle of its drain
test_drain_deleted()
{
	service nat 1 name www
	open_one
	monitor state
	lb server drain www 192.168.31.101 deadline 3
	lb server del www 192.168.31.101
	check_eq "it goes on" 1 "$(entries)"
	wait_until 30 grep -q 'drain .*192.168.31.101.*no connection is left' \
		"$_test_dir/state"
	wait_eq 10 1 reason drain_deadline
	check_eq "told once" 1 "$(told)"
}

# "server del" lets connections go on, IPVS drops their packets
test_delete()
{
	service nat 1 name www
	open_one
	lb server del www 192.168.31.101
	say_more
	wait_until 20 said client echo
	check_fails in_ns client curl -sS --max-time 2 "http://$VIP/" 2>/dev/null
}

# retransmitted N: has the client sent N segments again?
retransmitted()
{
	[ "$(snmp_count client TcpRetransSegs)" -ge "$1" ]
}

test_delete_ipvs()
{
	topo_article 1
	ends web1 serve 80
	wait_listen web1 tcp 80
	modprobe -a ip_vs ip_vs_rr
	in_ns lv1 sysctl -qw net.ipv4.ip_forward=1
	in_ns lv1 ipvsadm -A -t "$VIP:80" -s rr
	in_ns lv1 ipvsadm -a -t "$VIP:80" -r 192.168.31.101:80 -m
	open_one
	in_ns lv1 ipvsadm -d -t "$VIP:80" -r 192.168.31.101:80
	capture_start web1 eth0 web1 tcp dst port 80
	say_more
	wait_until 20 retransmitted 2
	capture_stop web1
	check_eq "IPVS: packets of a deleted server's connection" 0 \
		"$(capture_count web1)"
	check_fails said client echo
	check_fails said client reset
	in_ns lv1 ipvsadm -C
}

# a client that has been with a server leaves it with its drain
test_persist_drain()
{
	local first

	topo_article 2
	http_start web1
	http_start web2
	ip_vs_web -s rr -p 300
	first=$(get)
	check_eq "IPVS: stays" "$first" "$(get)"
	in_ns lv1 ipvsadm -e -t "$VIP:80" -r "$(server_addr "$first"):80" -m -w 0
	check_eq "IPVS: at weight 0, too" "$first" "$(get)"
	in_ns lv1 ipvsadm -C

	lb service add tcp "$VIP:80" name www method nat scheduler rr persist 300
	lb server add www 192.168.31.101
	lb server add www 192.168.31.102
	first=$(get)
	check_eq "stays" "3 $first" "$(answers 3)"
	lb server drain www "$(server_addr "$first")"
	[ "$(get)" != "$first" ] || fail "goes on to the draining server"
	check_eq "a template, of the other" 1 "$(entries state persist)"
	lb server enable www "$(server_addr "$first")"
	[ "$(get)" != "$first" ] || fail "does not stay with the other"
}

# 0: by the scheduler; n: the same server for n seconds after the last one
test_persist_time()
{
	topo_article 2
	http_start web1
	http_start web2
	lb service add tcp "$VIP:80" name www method nat scheduler rr
	lb server add www 192.168.31.101
	lb server add www 192.168.31.102
	check_eq "none" "3 web1 3 web2" "$(answers 6)"
	lb service set www persist 5 timeout close=1,fin_wait=1,time_wait=1,last_ack=1,close_wait=1
	check_match "some" '^6 web[12]$' "$(answers 6)"
	wait_eq 60 0 entries
	check_match "over" '^6 web[12]$' "$(answers 6)"
	check_eq "a template" 1 "$(entries state persist)"
	lb service set www persist 0
	check_eq "none again" "3 web1 3 web2" "$(answers 6)"
}

run_test "C8 server del lets connections go on" test_delete
run_test "C8 ip_vs: a deleted server's connections hang" test_delete_ipvs
run_test "C10 a drain tells how far it is and ends at zero" test_drain_zero
run_test "C10 a drain ends at its deadline" test_drain_deadline
run_test "C10 a server deleted while it drains ends it, too" test_drain_deleted
run_test "C11 persistent clients leave with the drain, not with ip_vs" \
	test_persist_drain
run_test "F14 persistence of 0 and of n seconds" test_persist_time
[ ! -d /sys/module/ip_vs ] || modprobe -rq ip_vs_rr ip_vs || :
finish
