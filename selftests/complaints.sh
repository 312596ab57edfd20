#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What the users of other balancers complain about, by its number in the list
# of complaints: C12, C16, C19, C44, C46, C49, C50, C55; complaints_entries.sh and
# complaints_removal.sh have more, and the rest stand with the feature that they
# are about ("run_test" lines name them).  Where IPVS has the fault, it
# shows it here.  Topology: lib.sh, topo_article.
# tier: full

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

weights()
{
	lb -j server show | jq -r '[.servers[].weight] | join(" ")'
}

# Weight 0 and a disabled server are no special cases for any command.
test_weight_zero()
{
	netns_add lv1
	lb service add tcp "$VIP:80" name www
	lb server add www 192.168.31.101 weight 0
	lb server add www 192.168.31.102 weight 3
	check_eq "added" "0 3" "$(weights)"
	lb server set www 192.168.31.101 weight 2
	lb server set www 192.168.31.102 weight 0
	check_eq "set" "2 0" "$(weights)"
	lb server disable www 192.168.31.102
	lb server enable www 192.168.31.102
	check_eq "enabled again" "2 0" "$(weights)"
	lb server weight www 192.168.31.101 0
	check_eq "the operator's is another field" "2 0" "$(weights)"
	lb save >"$_test_dir/saved"
	lb flush
	lb apply "$_test_dir/saved"
	check_eq "saved and applied" "2 0" "$(weights)"
	lb save | cmp - "$_test_dir/saved"
}

# a director between two dummies, and somebody who sends from many ports
many_flows()
{
	netns_add lv1 far
	ip_ns lv1 <<-EOT
	link add ext type veth peer name far netns $(netns far)
	addr add 10.10.31.11/24 dev ext
	addr add $VIP/32 dev ext
	link set ext up
	link add int type dummy
	addr add 192.168.31.11/24 dev int
	link set int up
	neigh add 192.168.31.101 lladdr 02:00:00:00:00:01 dev int
	EOT
	ip_ns far <<-EOT
	addr add $CLIENT/24 dev far
	link set far up
	EOT
}

# flows N: one datagram to VIP:53 from each of N ports
flows()
{
	in_ns far /usr/bin/python3 -S - "$VIP" "$1" <<-'EOT'
	import socket, sys
	vip, n = sys.argv[1], int(sys.argv[2])
	for port in range(10000, 10000 + n):
	    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
	    s.bind(("10.10.31.200", port))
	    s.sendto(b"x", (vip, 53))
	    s.close()
	EOT
}

buckets()
{
	lb -j limits show | jq '.buckets // .limits.buckets'
}

ip_vs_entries()
{
	in_ns lv1 ipvsadm -Lnc | grep -c '^UDP'
}

used()
{
	lb -j limits show | jq '.used_conns // .limits.used_conns'
}

test_table_grows()
{
	local before size n=5000

	many_flows
	modprobe ip_vs
	in_ns lv1 ipvsadm -A -u "$VIP:53" -s rr
	in_ns lv1 ipvsadm -a -u "$VIP:53" -r 192.168.31.101 -g
	size=$(in_ns lv1 ipvsadm -Ln | sed -n 's/.*size=\([0-9]*\).*/\1/p')
	flows "$n"
	wait_eq 20 "$n" ip_vs_entries
	check_eq "IPVS: buckets with $n entries" "$size" \
		"$(in_ns lv1 ipvsadm -Ln | sed -n 's/.*size=\([0-9]*\).*/\1/p')"
	check_between "IPVS: fewer buckets than entries" 1 "$n" "$size"
	in_ns lv1 ipvsadm -C

	lb service add udp "$VIP:53" method dr
	lb server add udp "$VIP:53" 192.168.31.101
	flows 100
	wait_eq 20 100 used
	before=$(buckets)
	flows "$n"
	wait_eq 20 "$n" used
	check_between "buckets have grown" $((before * 2)) 65536 "$(buckets)"
	diag "$before buckets with 100 entries, $(buckets) with $n; IPVS $size"
	# and back, when they are gone
	lb conn flush
	wait_eq 30 1024 buckets
}

# messages: netlink messages that passed in lv1
messages()
{
	dev_count lv1 tap rx_packets
}

# One transaction, few messages, all or nothing; IPVS takes each object by
# itself, and keeps what came before the one that it refuses.
test_bulk()
{
	local i n=200 begin ours theirs

	netns_add lv1
	modprobe nlmon
	modprobe -a ip_vs ip_vs_rr
	for ((i = 0; i < n; i++)); do
		echo "service add tcp 10.10.$((i / 250)).$((i % 250)):80 scheduler rr"
		echo "server add tcp 10.10.$((i / 250)).$((i % 250)):80 192.168.31.101"
	done >"$_test_dir/ours"
	for ((i = 0; i < n; i++)); do
		echo "-A -t 10.10.$((i / 250)).$((i % 250)):80 -s rr"
		echo "-a -t 10.10.$((i / 250)).$((i % 250)):80 -r 192.168.31.101 -g"
	done >"$_test_dir/theirs"
	ip_ns lv1 link add tap type nlmon
	ip_ns lv1 link set tap up
	begin=$(messages)
	in_ns lv1 ipvsadm -R <"$_test_dir/theirs"
	theirs=$(($(messages) - begin))
	begin=$(messages)
	lb apply "$_test_dir/ours"
	ours=$(($(messages) - begin))
	diag "$((2 * n)) objects: $ours messages, IPVS $theirs"
	check_between "IPVS: messages" $((2 * n)) 100000 "$theirs"
	check_between "messages" 1 $((theirs / 10)) "$ours"
	check_eq "services" "$n" \
		"$(lb -j service show | jq '.services | length')"
	check_match "one commit" 'generation 1\>' "$(lb version)"
	in_ns lv1 ipvsadm -C

	# the last object is wrong
	echo "-a -t 10.10.9.9:80 -r 192.168.31.101 -g" >>"$_test_dir/theirs"
	echo "server add tcp 10.10.9.9:80 192.168.31.101" >>"$_test_dir/ours"
	check_fails in_ns lv1 ipvsadm -R <"$_test_dir/theirs" 2>/dev/null
	check_eq "IPVS: services of a refused table" "$n" \
		"$(in_ns lv1 ipvsadm -Ln | grep -c '^TCP')"
	in_ns lv1 ipvsadm -C
	lb flush
	check_fails lb apply "$_test_dir/ours" 2>/dev/null
	check_eq "services of a refused table" 0 \
		"$(lb -j service show | jq '.services | length')"
}

# standby DIRECTOR: hold the VIP there until the test ends
standby()
{
	in_ns_background "$1" env PYTHONPATH="$LIB_DIR/spec" /usr/bin/python3 \
		-c 'import sys, time
from wire import Wire
owner = Wire()
owner.call("standby-set", vip={"addr": sys.argv[1], "standby": 1})
time.sleep(3600)' "$VIP"
}

vip_state()
{
	in_ns lv2 lbctl -j vip show | jq -r '.vips[0].standby'
}

# bounced CAPTURE: SYNs in it
bounced()
{
	capture_count "$1" "tcp[13] & 18 == 2"
}

# Both directors have the same services, and each is a server of the other's:
# with IPVS each sends on what the other sends to it, until the TTL ends it.
# Here the one whose VIP is on standby gives it to its own stack.
test_two_directors()
{
	local ns

	topo_article 0
	vip_off lv1
	for ns in lv1 lv2; do
		in_ns "$ns" sysctl -qw net.ipv4.conf.all.arp_ignore=1 \
			net.ipv4.conf.all.arp_announce=2 \
			net.ipv4.conf.all.accept_local=1
		ip_ns "$ns" addr add "$VIP/32" dev lo
	done
	ip_ns client neigh replace "$VIP" lladdr \
		"$(ip_ns lv1 -j link show dev ext | jq -r '.[0].address')" dev eth0
	httpd_start lv2 80
	modprobe -a ip_vs ip_vs_rr
	in_ns lv1 ipvsadm -A -t "$VIP:80" -s rr
	in_ns lv1 ipvsadm -a -t "$VIP:80" -r 192.168.31.12 -g
	in_ns lv2 ipvsadm -A -t "$VIP:80" -s rr
	in_ns lv2 ipvsadm -a -t "$VIP:80" -r 192.168.31.11 -g
	capture_start lv1 int theirs dst "$VIP" and tcp and inbound
	check_fails in_ns client curl -sS --max-time 2 "http://$VIP/" 2>/dev/null
	capture_stop theirs
	check_between "IPVS: times that a SYN came back" 2 1000 "$(bounced theirs)"
	for ns in lv1 lv2; do
		in_ns "$ns" ipvsadm -C
	done

	lb service add tcp "$VIP:80" method dr
	lb server add tcp "$VIP:80" 192.168.31.12
	in_ns lv2 lbctl service add tcp "$VIP:80" method dr
	in_ns lv2 lbctl server add tcp "$VIP:80" 192.168.31.11
	standby lv2
	wait_eq 20 true vip_state
	capture_start lv1 int ours dst "$VIP" and tcp and inbound
	check_eq "the standby director is a server" lv2 "$(get)"
	capture_stop ours
	check_eq "came back" 0 "$(bounced ours)"
	check_between "passed by the standby director" 1 100 \
		"$(in_ns lv2 lbctl -j stats | jq '[.reasons[] |
			select(.name == "standby") | .packets] | add // 0')"
}

# Each drop has a name and a number, explain gives the same one beforehand; of
# IPVS's there is none.
test_reasons()
{
	web_service dr 1 midstream drop
	modprobe -a ip_vs ip_vs_rr
	in_ns lv1 ipvsadm -A -t "$VIP:81" -s rr
	check_fails get client "http://$VIP:81/" 2>/dev/null
	check_eq "IPVS: what its counters say of a refused SYN" "0 0 0 0 0" \
		"$(in_ns lv1 ipvsadm -Ln --stats --exact |
			awk '$1 == "TCP" { print $3, $4, $5, $6, $7 }')"
	in_ns lv1 ipvsadm -C
	in_ns_background lv1 lbctl -j monitor drops >"$_test_dir/drops"
	wait_until 20 eval "in_ns lv1 lbctl vip set $VIP unknown-port drop &&
		(in_ns client busybox nc -w 1 $VIP 81 </dev/null; :) &&
		grep -q unknown_port_drop $_test_dir/drops"
	check_match "explained" unknown_port_drop \
		"$(lb explain tcp "$CLIENT:1" "$VIP:81")"
	check_between "counted" 1 1000 "$(reason unknown_port_drop)"
	check_match "the event has the tuple" "$VIP" \
		"$(grep unknown_port_drop "$_test_dir/drops" | head -n 1)"
	lb server disable tcp "$VIP:80" 192.168.31.101
	check_fails get client "http://$VIP/" -f 2>/dev/null
	check_match "explained" no_server \
		"$(lb explain tcp "$CLIENT:1" "$VIP:80")"
	check_between "counted" 1 1000 "$(reason no_server)"
	check_between "counted for the service" 1 1000 "$(lb -j service show \
		tcp "$VIP:80" | jq '[.. | objects |
			select(.name? == "no_server") | .packets] | add // 0')"
	wait_until 20 grep -q no_server "$_test_dir/drops"
}

ssh_of()
{
	in_ns client busybox nc -w 2 "$1" 22 </dev/null 2>/dev/null || :
}

# A VIP of IPVS exposes the director's other ports; ours asks what to do.
test_other_ports()
{
	topo_article 1
	http_start web1
	in_ns_background lv1 busybox nc -ll -p 22 -e echo director
	wait_listen lv1 tcp 22
	modprobe -a ip_vs ip_vs_rr
	in_ns lv1 ipvsadm -A -t "$VIP:80" -s rr
	in_ns lv1 ipvsadm -a -t "$VIP:80" -r 192.168.31.101 -m
	check_eq "IPVS: the director's port by the VIP" director "$(ssh_of "$VIP")"
	in_ns lv1 ipvsadm -C
	lb service add tcp "$VIP:80" method nat
	lb server add tcp "$VIP:80" 192.168.31.101
	check_eq "pass, the default" director "$(ssh_of "$VIP")"
	for how in reject drop; do
		lb vip set "$VIP" unknown-port "$how"
		check_eq "$how" "" "$(ssh_of "$VIP")"
		check_between "$how, counted" 1 100 \
			"$(reason "unknown_port_$how")"
		check_eq "the director's own address" director \
			"$(ssh_of 10.10.31.11)"
		check_eq "the service" web1 "$(get)"
	done
}

# pmtu webN: what it knows of the way to the client
pmtu()
{
	ip_ns "$1" route get "$CLIENT" from "$VIP" |
		sed -n 's/.*\<mtu \([0-9]*\).*/\1/p'
}

# By DR a server's packet that is too big for the way to the client makes a
# router tell the VIP: the director must tell that server, and no other.
test_too_big()
{
	web_service dr 2 scheduler rr
	ip_ns router link set ext mtu 1000
	check_eq "a small answer" web1 "$(get)"
	get client "http://$VIP/big" -r 0-999999 -o "$_test_dir/got"
	cmp -n 1000000 "$_test_dir/got" "$_test_dir/zeros"
	check_eq "bytes" 1000000 "$(stat -c %s "$_test_dir/got")"
	check_eq "the server whose packets they were" 1000 "$(pmtu web2)"
	check_eq "the other" "" "$(pmtu web1)"
	check_eq "errors that the other has heard of" 0 \
		"$(snmp_count web1 IcmpInDestUnreachs)"
	check_between "passed on" 1 100 "$(reason icmp_error)"
}

# IPVS has a service for all ports only with persistence, and none for a range.
test_ports()
{
	local web

	topo_article 2
	modprobe -a ip_vs ip_vs_rr
	check_fails in_ns lv1 ipvsadm -A -t "$VIP:0" -s rr 2>"$_test_dir/ipvs"
	check_match "IPVS" 'Zero port' "$(cat "$_test_dir/ipvs")"
	for web in web1 web2; do
		httpd_start "$web" 80
		httpd_start "$web" 8080
	done
	lb service add tcp "$VIP:any" method nat scheduler rr
	lb server add tcp "$VIP:any" 192.168.31.101
	lb server add tcp "$VIP:any" 192.168.31.102
	check_eq "any port, in turn" "web1 web2 web1" "$(
		for port in 80 8080 8080; do
			get client "http://$VIP:$port/"
		done | xargs)"
	lb flush
	lb service add tcp "$VIP:8000-8090" method nat scheduler rr
	lb server add tcp "$VIP:8000-8090" 192.168.31.101
	lb server add tcp "$VIP:8000-8090" 192.168.31.102
	check_eq "a range, in turn" "web1 web2" "$(
		for port in 8080 8080; do
			get client "http://$VIP:$port/"
		done | xargs)"
	check_match "beside it" no_service "$(lb explain tcp "$CLIENT:1" "$VIP:80")"
}

run_test "C12 weight 0 and disabled are valid everywhere" test_weight_zero
run_test "C16 the table grows and shrinks, IPVS's does not" test_table_grows
run_test "C19 a bulk change is one transaction of few messages" test_bulk
run_test "C44 two directors, each the other's server, do not bounce" \
	test_two_directors
run_test "C46 every drop has a name, a number and an event" test_reasons
run_test "C49 ports of a VIP without a service" test_other_ports
run_test "C50 by DR, too big reaches the server whose packet it was" test_too_big
run_test "C55 any port and ranges, without persistence" test_ports
[ ! -d /sys/module/ip_vs ] || modprobe -rq ip_vs_rr ip_vs || :
finish
