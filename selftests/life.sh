#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The life of connections: how long they last, what ends them, what becomes of
# them when their server is down or gone.  Where IPVS has another answer, it
# shows it here.  Topology: lib.sh, topo_article.
# tier: full

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=life_lib.sh
. "$LIB_DIR/life_lib.sh"

# timeout_of STATE: how long and whence, as people see it
timeout_of()
{
	lb service show www | awk -v s="$1" \
		'$1 == "timeout" && $2 == s { gsub(/[()]/, ""); print $3, $5 }'
}

test_timeouts()
{
	topo_article 1
	lb service add tcp "$VIP:80" name www timeout established=7,close=3
	lb service add tcp "$VIP:81" name other
	check_eq "of the service" "7 own" "$(timeout_of established)"
	check_eq "of the service" "3 own" "$(timeout_of close)"
	check_eq "of the namespace" "120 namespace" "$(timeout_of fin_wait)"
	lb limits set timeout fin_wait=33
	check_eq "changed for all" "33 namespace" "$(timeout_of fin_wait)"
	lb service set www timeout established=default
	check_eq "given back" "900 namespace" "$(timeout_of established)"
	# of two services the one forgets, the other does not
	ends web1 serve 80
	wait_listen web1 tcp 80
	lb service set www method nat timeout established=1
	lb server add www 192.168.31.101
	lb service set other method nat
	lb server add other 192.168.31.101:80
	open_one
	mv "$_test_dir/said-client" "$_test_dir/first"
	ends client connect "$VIP" 81 40001
	wait_until 20 said client open
	wait_eq 20 0 entries service www
	check_eq "the other's" 1 "$(entries service other)"
}

test_on_down()
{
	service nat 2 name www on-down "$1"
	lb server disable www 192.168.31.102
	open_one
	lb server enable www 192.168.31.102
	health tcp 80 192.168.31.101 down
	say_more
	if [ "$1" = reset ]; then
		wait_until 20 said client reset
		check_eq "counted" 1 "$(reason server_down)"
	else
		wait_until 20 said client echo
		check_eq "counted" 0 "$(reason server_down)"
	fi
	# new ones go to the other in any case
	ends client connect "$VIP" 80 40001
	wait_until 20 said client open
	check_eq "a new one" 1 "$(entries server 192.168.31.102)"
}

# UDP: who answers, from one socket
udp_service()
{
	local i

	topo_article 2
	for i in web1 web2; do
		udp_start "$i" 53
	done
}

ask()
{
	in_ns client /usr/bin/python3 -S "$ENDS" udp "$VIP" 53 "$1" 5353 |
		xargs | sed 's/ 53//g'
}

# ip_vs_udp KEY...: the same service by ip_vs
ip_vs_udp()
{
	modprobe -a ip_vs ip_vs_rr
	in_ns lv1 sysctl -qw net.ipv4.ip_forward=1
	in_ns lv1 ipvsadm -A -u "$VIP:53" -s rr
	in_ns lv1 ipvsadm -a -u "$VIP:53" -r 192.168.31.101:53 -m -w 1
}

test_udp_ipvs()
{
	udp_service
	ip_vs_udp
	check_eq "IPVS" "web1 web1" "$(ask 2)"
	in_ns lv1 ipvsadm -a -u "$VIP:53" -r 192.168.31.102:53 -m -w 1
	in_ns lv1 ipvsadm -e -u "$VIP:53" -r 192.168.31.101:53 -m -w 0
	check_eq "IPVS: weight 0" "web1 web1" "$(ask 2)"
	in_ns lv1 ipvsadm -d -u "$VIP:53" -r 192.168.31.101:53
	check_eq "IPVS: deleted" "- -" "$(ask 2)"
	in_ns lv1 ipvsadm -C
}

# test_udp HOW WANT: what becomes of a flow whose server is no more for new ones
test_udp()
{
	udp_service
	lb service add udp "$VIP:53" name dns method nat scheduler rr \
		on-down "${3:-keep}"
	lb server add dns 192.168.31.101
	check_eq "before" "web1 web1" "$(ask 2)"
	lb server add dns 192.168.31.102
	case $1 in
	down)
		health udp 53 192.168.31.101 down
		;;
	gone)
		lb server del dns 192.168.31.101 now
		;;
	*)
		lb server "$1" dns 192.168.31.101
		;;
	esac
	check_eq "after: $1" "$2 $2" "$(ask 2)"
	check_eq "entries" 1 "$(entries)"
}

# test_gone POLICY: TCP of a server that is deleted at once
test_gone()
{
	service dr 2 name www on-server-gone "$1"
	lb server disable www 192.168.31.102
	open_one
	lb server enable www 192.168.31.102
	lb server del www 192.168.31.101 now
	capture_start web2 eth0 web2 tcp dst port 80
	say_more
	case $1 in
	reset)
		wait_until 20 said client reset
		check_between "counted" 1 5 "$(reason server_gone)"
		;;
	drop)
		wait_until 20 at_least server_gone 2
		check_fails said client reset
		;;
	reschedule)
		# the other server knows nothing of it, and says so
		wait_until 20 said client reset
		check_eq "counted" 0 "$(reason server_gone)"
		check_between "reopened" 1 5 "$(reason reopened)"
		;;
	esac
	capture_stop web2
	if [ "$1" = reschedule ]; then
		check_between "packets to the other" 1 5 "$(capture_count web2)"
	else
		check_eq "packets to the other" 0 "$(capture_count web2)"
	fi
}

test_midstream()
{
	topo_article 1
	server_dr web1
	lb service add tcp "$VIP:80" name www scheduler wlc method dr
	lb server add www 192.168.31.101
	capture_start client eth0 client src "$VIP" and tcp port 40000
	segment A 40000
	wait_until 20 at_least midstream_reset 1
	wait_until 20 eval "[ \$(capture_count client) -ge 1 ]"
	check_eq "a reset" 1 "$(capture_count client \
		"tcp[13] & 4 != 0 and tcp[4:4] = 5000")"
	lb service set www midstream drop
	segment A 40001
	wait_until 20 at_least midstream_drop 1
	lb service set www midstream pass
	segment A 40002
	wait_until 20 at_least midstream_pass 1
	check_eq "no entries" 0 "$(entries)"
	lb service set www midstream adopt
	segment A 40003
	wait_until 20 at_least adopted 1
	check_eq "an entry" 1 "$(entries state established)"
	# what a reset would end is not begun
	segment R 40004
	check_eq "an entry" 1 "$(entries)"
}

# for ten seconds after standby connections of the other director are adopted
test_takeover()
{
	topo_article 1
	server_dr web1
	lb service add tcp "$VIP:80" name www scheduler wlc method dr \
		midstream reset
	lb server add www 192.168.31.101
	standby
	segment A 40000
	wait_until 20 at_least standby 1
	check_eq "none while on standby" 0 "$(entries)"
	unstandby
	segment A 40001
	wait_until 20 at_least adopted 1
	check_eq "adopted" 1 "$(entries)"
	sleep 11
	segment A 40002
	wait_until 20 at_least midstream_reset 1
	check_eq "too late" 1 "$(reason adopted)"
	# what has been adopted goes on
	segment A 40001
	wait_until 20 at_least established 1
}

# get_from PORT: who answers a request from that source port
get_from()
{
	get client "http://$VIP/" --local-port "$1" --max-time 5
}

# a client that uses its port again at once, and its server is to have no more
test_port_reuse_ipvs()
{
	local first

	topo_article 2
	http_start web1
	http_start web2
	ip_vs_web -s rr
	in_ns lv1 sysctl -qw net.ipv4.vs.conn_reuse_mode=0
	in_ns client sysctl -qw net.ipv4.tcp_max_tw_buckets=0
	first=$(get_from 41000)
	in_ns lv1 ipvsadm -e -t "$VIP:80" -r "$(server_addr "$first"):80" -m -w 0
	check_eq "IPVS: weight 0 gets it again" "$first" "$(get_from 41000)"
	in_ns lv1 ipvsadm -C
}

test_port_reuse()
{
	local first i

	topo_article 2
	http_start web1
	http_start web2
	lb service add tcp "$VIP:80" name www method nat scheduler rr
	lb server add www 192.168.31.101
	lb server add www 192.168.31.102
	in_ns client sysctl -qw net.ipv4.tcp_max_tw_buckets=0
	first=$(get_from 41000)
	lb server drain www "$(server_addr "$first")"
	capture_start client eth0 client "tcp[13] & 18 == 2"
	for ((i = 0; i < 10; i++)); do
		check_match "another" "web[12]" "$(get_from 41000)"
		[ "$(get_from 41000)" != "$first" ] || fail "to the draining one"
	done
	capture_stop client
	check_eq "SYNs: none was sent twice" 20 "$(capture_count client)"
	check_eq "reopened" 20 "$(reason reopened)"
	check_eq "entries" 1 "$(entries)"
}

full()
{
	lb -j server show www 192.168.31.101 |
		jq '[.. | objects | select(has("full")) | .full] | .[0]'
}

# max-conns 4:2: full at four, open again below two
test_hysteresis()
{
	topo_article 2
	lb service add tcp "$VIP:80" name www method dr scheduler rr
	in_ns lv1 ip neigh replace 192.168.31.101 lladdr 02:00:00:00:00:01 dev int
	lb server add www 192.168.31.101 max-conns 4:2
	segment S 40000 4
	wait_eq 20 4 entries
	check_eq "full" true "$(full)"
	segment S 40010
	wait_until 20 at_least no_server 1
	check_match "why" 'at its connection limit' \
		"$(lb explain tcp "$CLIENT:1" "$VIP:80")"
	lb conn flush client "$CLIENT" state syn_recv
	wait_eq 20 false full
	segment S 40020 4
	wait_eq 20 4 entries
	check_eq "full" true "$(full)"
	# three and two are not yet below two
	for port in 40020 40021; do
		segment R "$port"
	done
	wait_eq 20 2 entries state close
	check_eq "they count until they are forgotten" true "$(full)"
	lb service set www timeout close=1
	wait_eq 20 2 entries
	check_eq "not yet below the lower limit" true "$(full)"
	segment R 40022
	wait_eq 20 1 entries
	wait_eq 20 false full
}

test_half_open()
{
	topo_article 1
	lb service add tcp "$VIP:80" name www method dr half-open-max 8
	in_ns lv1 ip neigh replace 192.168.31.101 lladdr 02:00:00:00:00:01 dev int
	lb server add www 192.168.31.101
	monitor alarm
	segment S 40000 20
	wait_eq 20 12 reason half_open_limit
	check_eq "entries" 8 "$(entries state syn_recv)"
	wait_until 20 grep -q half "$_test_dir/alarm"
	segment S 40100 20
	wait_eq 20 32 reason half_open_limit
	check_eq "one alarm" 1 "$(grep -c half "$_test_dir/alarm")"
	# who shakes hands makes room
	segment A 40000
	wait_eq 20 1 entries state established
	segment S 40200
	wait_eq 20 9 entries
}

# datagrams PORT [N]: one from each of N ports to VIP:53
datagrams()
{
	in_ns client /usr/bin/python3 -S -c '
import socket, sys
vip, port, n = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
for port in range(port, port + n):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("", port))
        s.sendto(b"x", (vip, 53))' "$VIP" "$1" "${2:-1}"
}

# udp_forwarded: datagrams that went to a server
udp_forwarded()
{
	lb -j service show udp "$VIP:53" |
		jq '(.services // [.])[0].stats.packets_in'
}

# A flood of datagrams that nobody answers takes no more room than it may; by DR
# each goes to a server all the same.
test_half_open_udp()
{
	topo_article 1
	lb service add udp "$VIP:53" name dns method dr half-open-max 8
	in_ns lv1 ip neigh replace 192.168.31.101 lladdr 02:00:00:00:00:01 dev int
	lb server add dns 192.168.31.101
	monitor alarm
	datagrams 40000 20
	wait_eq 20 20 udp_forwarded
	check_eq "entries" 8 "$(entries)"
	check_eq "by themselves" 12 "$(reason one_packet)"
	wait_until 20 grep -q half "$_test_dir/alarm"
	# whose second packet comes makes room
	datagrams 40000
	datagrams 40100
	wait_eq 20 9 entries
	check_eq "by themselves, still" 12 "$(reason one_packet)"
	check_eq "one alarm" 1 "$(grep -c half "$_test_dir/alarm")"
	lb service set dns method nat
	lb conn flush
	wait_eq 20 0 entries
	datagrams 41000 20
	wait_eq 20 12 reason half_open_limit
	check_eq "entries by NAT" 8 "$(entries)"
}

# room for 40: the alarm comes first, then the half open go, the open stay
test_eviction()
{
	service nat 1 name www half-open-max 0
	open_one
	monitor alarm
	lb limits set conns 40
	# nobody answers these
	in_ns web1 iptables -A INPUT -p tcp --dport 80 --syn -j DROP
	segment S 41000 32
	wait_eq 20 33 entries
	wait_until 20 grep -q conns_near "$_test_dir/alarm"
	check_eq "nobody has gone yet" 0 "$(reason evicted)"
	segment S 42000 5
	wait_until 30 at_least evicted 30
	check_eq "of those that shook hands" 1 "$(entries state established)"
	say_more
	wait_until 20 said client echo
	check_eq "none was refused" 0 "$(reason conn_limit)"
	check_eq "alarms" 1 "$(grep -c conns_near "$_test_dir/alarm")"
	check_fails grep -q conns_full "$_test_dir/alarm"
}

run_test "C4 timeouts by state and service, with their origin" test_timeouts
for how in keep reset hold; do
	run_test "on-down $how" test_on_down $how
done
for how in reset drop reschedule; do
	run_test "C5 on-server-gone $how" test_gone $how
done
run_test "C3 UDP with ip_vs: a flow stays with its dead server" test_udp_ipvs
run_test "C3 UDP: a flow leaves a server that is down" test_udp down web2
run_test "C3 UDP: a flow waits for a server that is down, on-down hold" \
	test_udp down web1 hold
run_test "C3 UDP: a flow leaves a server that drains" test_udp drain web2
run_test "C3 UDP: a flow leaves a server that is disabled" test_udp disable web2
run_test "C3 UDP: a flow leaves a server that is gone" test_udp gone web2
run_test "midstream reset, drop, pass and adopt" test_midstream
run_test "after standby what is in the middle is adopted for 10 s" test_takeover
run_test "C2 ip_vs: a port used again goes to weight 0" test_port_reuse_ipvs
run_test "C1 C2 a port used again is scheduled anew in the same packet" \
	test_port_reuse
run_test "connection limits of a server, with hysteresis" test_hysteresis
run_test "C18 a cap of half-open connections, and its alarm" test_half_open
run_test "C18 a cap of UDP that nobody has answered" test_half_open_udp
run_test "C17 half-open connections go first, after an alarm" test_eviction
[ ! -d /sys/module/ip_vs ] || modprobe -rq ip_vs_rr ip_vs || :
finish
