#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Beside what else a director runs: conntrack and stateful rulesets, iptables,
# rp_filter, policy routing; and where IPVS fails in the same place, it does so
# here.  Topology: lib.sh, topo_article.
# tier: full

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

WEB1=192.168.31.101

# ip_vs METHOD [PORT]: the same service by IPVS, until ip_vs_end
ip_vs()
{
	local flag=-m port=${2:-80}

	[ "$1" = nat ] || flag=-g
	modprobe ip_vs
	in_ns lv1 ipvsadm -A -t "$VIP:80" -s rr
	in_ns lv1 ipvsadm -a -t "$VIP:80" -r "$WEB1:$port" "$flag"
}

ip_vs_end()
{
	in_ns lv1 ipvsadm -C
}

ours()
{
	lb service add tcp "$VIP:80" method "$1" scheduler rr
	lb server add tcp "$VIP:80" "$WEB1:${2:-80}"
}

no_answer()
{
	check_fails in_ns client curl -sS --max-time $((2 * L4LB_TIME_FACTOR)) \
		"$@" "http://$VIP/" 2>/dev/null
}

# dropped COUNTER: packets of a counter of the ruleset
dropped()
{
	in_ns lv1 nft list counter inet fw "$1" |
		awk '$1 == "packets" { print $2 }'
}

# a ruleset as people have it: everything invalid is dropped wherever it is
# seen, and only what is known or named comes in
stateful()
{
	in_ns lv1 nft -f - <<-'EOT'
	table inet fw {
		counter invalid { }
		counter closed { }
		chain prerouting {
			type filter hook prerouting priority 0;
			ct state invalid counter name invalid drop
		}
		chain input {
			type filter hook input priority 0; policy drop;
			ct state invalid counter name invalid drop
			ct state established,related accept
			meta l4proto icmp accept
			tcp dport { 22, 80 } ct state new accept
			counter name closed
		}
		chain forward {
			type filter hook forward priority 0; policy drop;
			ct state invalid counter name invalid drop
			ct state established,related accept
			ip daddr 192.168.31.0/24 ct state new accept
		}
		chain output {
			type filter hook output priority 0;
			ct state invalid counter name invalid drop
		}
	}
	EOT
}

# k8s#17470: IPVS goes around conntrack, and the replies of its NAT are invalid
test_stateful_nat()
{
	topo_article 1
	http_start web1 8080
	in_ns lv1 sysctl -qw net.ipv4.ip_forward=1
	stateful
	ip_vs nat 8080
	no_answer
	check_between "invalid by IPVS" 1 100 "$(dropped invalid)"
	ip_vs_end
	in_ns lv1 nft reset counters >/dev/null

	ours nat 8080
	check_eq "by NAT" web1 "$(get)"
	check_eq "invalid packets" 0 "$(dropped invalid)"
	check_eq "conntrack's entries of the client" "" \
		"$(in_ns lv1 conntrack -L -s "$CLIENT" 2>/dev/null)"
	# and the ruleset goes on judging what is not ours
	in_ns_background lv1 busybox nc -ll -p 22 -e echo director
	in_ns_background lv1 busybox nc -ll -p 23 -e echo director
	wait_listen lv1 tcp 22
	wait_listen lv1 tcp 23
	check_eq "an open port" director \
		"$(in_ns client busybox nc -w 5 "$VIP" 22 </dev/null)"
	check_eq "a closed port" "" \
		"$(in_ns client busybox nc -w 2 "$VIP" 23 </dev/null 2>&1 |
			grep director || :)"
	check_between "closed by the ruleset" 1 100 "$(dropped closed)"
	in_ns client ping -qc 1 -W 5 "$VIP" >/dev/null
}

test_stateful_dr()
{
	topo_article 1
	server_dr web1
	http_start web1
	stateful
	ours dr
	check_eq "by DR" web1 "$(get)"
	check_eq "invalid packets" 0 "$(dropped invalid)"
	lb service del tcp "$VIP:80"
	ip_vs dr
	check_eq "by DR with IPVS" web1 "$(get)"
	ip_vs_end
}

# Rules in raw and at ingress stand before us and protect a VIP; rules in
# mangle, filter and nat do not see its packets, but all others.
test_protect()
{
	topo_article 1
	http_start web1
	ip_ns client addr add 10.10.31.201/24 dev eth0
	ip_ns client addr add 10.10.31.202/24 dev eth0
	ours nat
	in_ns lv1 iptables -t raw -A PREROUTING -s 10.10.31.201 -d "$VIP" -j DROP
	in_ns lv1 nft -f - <<-EOT
	table netdev guard {
		chain in {
			type filter hook ingress device ext priority 0;
			ip saddr 10.10.31.202 ip daddr $VIP counter drop
		}
	}
	EOT
	in_ns lv1 iptables -t mangle -A PREROUTING -d "$VIP" -p tcp -j DROP
	in_ns lv1 iptables -t mangle -A POSTROUTING -p tcp -d "$WEB1" -j DROP
	in_ns lv1 iptables -t filter -A FORWARD -p tcp -j DROP
	in_ns lv1 iptables -t nat -A PREROUTING -d "$VIP" -p tcp --dport 80 \
		-j REDIRECT --to-ports 9
	no_answer --interface 10.10.31.201
	check_between "dropped in raw" 1 100 "$(in_ns lv1 iptables -t raw \
		-nvxL PREROUTING | awk '/DROP/ { print $1 }')"
	no_answer --interface 10.10.31.202
	check_between "dropped at ingress" 1 100 "$(in_ns lv1 nft list chain \
		netdev guard in | sed -n 's/.*packets \([0-9]*\) .*/\1/p')"
	check_eq "none of them was ours to forward" 0 "$(reason new)"
	check_eq "the others" web1 "$(get)"
	check_eq "seen in mangle, filter and nat" "0 0 0 0" "$(
		for table in mangle filter nat; do
			in_ns lv1 iptables -t "$table" -nvxL
		done | awk '/DROP|REDIRECT/ && $1 ~ /^[0-9]+$/ { print $1 }' |
			xargs)"
}

# rp_filter and ip_forward are about routing; we route by ourselves
test_settings()
{
	local mode

	topo_article 1
	http_start web1
	ours nat
	for mode in 0 1 2; do
		in_ns lv1 sysctl -qw net.ipv4.conf.all.rp_filter="$mode" \
			net.ipv4.conf.ext.rp_filter="$mode" \
			net.ipv4.conf.int.rp_filter="$mode"
		check_eq "NAT, rp_filter $mode" web1 "$(get)"
	done
	check_eq "ip_forward" 0 "$(in_ns lv1 sysctl -n net.ipv4.ip_forward)"
	lb service del tcp "$VIP:80"
	ip_vs nat
	no_answer
	in_ns lv1 sysctl -qw net.ipv4.ip_forward=1
	check_eq "IPVS with ip_forward" web1 "$(get)"
	in_ns lv1 sysctl -qw net.ipv4.ip_forward=0
	ip_vs_end
	server_dr web1
	ours dr
	for mode in 2 1 0; do
		in_ns lv1 sysctl -qw net.ipv4.conf.all.rp_filter="$mode" \
			net.ipv4.conf.ext.rp_filter="$mode" \
			net.ipv4.conf.int.rp_filter="$mode"
		check_eq "DR, rp_filter $mode" web1 "$(get)"
	done
}

# tuples PORT ACTION...: from PORT of the client; "vip" and "direct" fetch a page
# and close, "hold" leaves the connection to the VIP open
tuples()
{
	in_ns client /usr/bin/python3 -S - "$VIP" "$WEB1" "$@" <<-'EOT'
	import socket, sys
	vip, web = sys.argv[1:3]
	held = []
	def fetch(host, port):
	    s = socket.socket()
	    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
	    s.bind(("10.10.31.200", int(sys.argv[3])))
	    s.settimeout(5)
	    try:
	        s.connect((host, port))
	        s.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	        answer = s.recv(4096).split()[-1].decode()
	    except OSError as e:
	        answer = type(e).__name__
	    return s, answer
	out = []
	for action in sys.argv[4:]:
	    what, _, port = action.partition(":")
	    s, answer = fetch(web if what == "direct" else vip, int(port))
	    out.append(answer)
	    held.append(s) if what == "hold" else s.close()
	print(*out)
	EOT
}

# k8s#90042: the same client port by the VIP and to the server's own address.
# While both are open they are one connection to the server, whoever balances;
# but a connection that has closed must not claim the next one's replies.
test_same_tuple()
{
	topo_article 1
	http_start web1 80 8080
	ip_ns client route replace 192.168.31.0/24 via 10.10.31.11
	in_ns client sysctl -qw net.ipv4.tcp_timestamps=0
	in_ns lv1 sysctl -qw net.ipv4.ip_forward=1
	ip_vs nat 80
	check_match "IPVS: a closed connection claims the next one's replies" \
		"^web1 [A-Za-z]*Error$|^web1 timeout$" \
		"$(tuples 40000 vip:80 direct:80)"
	ip_vs_end
	ours nat 80
	check_eq "another port of the server" "web1 web1" \
		"$(tuples 40001 hold:80 direct:8080)"
	wait_eq 20 0 eval "in_ns lv1 lbctl -j conn show state established |
		jq '.connections | length'"
	check_eq "the same, one after the other" "web1 web1" \
		"$(tuples 40002 vip:80 direct:80)"
	lb service del tcp "$VIP:80"
	server_dr web1
	ip_ns web1 route replace 10.10.31.0/24 via 192.168.31.1
	ours dr
	check_eq "by DR they are two" "web1 web1" "$(tuples 40003 hold:80 direct:80)"
}

# F59: a client on the servers' own network.  By NAT the server's answer takes
# the short way, past the director, and means nothing to the client.
test_inner_client()
{
	local out

	topo_article 2
	http_start web1
	in_ns lv1 sysctl -qw net.ipv4.ip_forward=1
	ip_vs nat
	check_fails in_ns web2 curl -sS --max-time 2 "http://$VIP/" 2>/dev/null
	ip_vs_end
	ours nat
	check_fails in_ns web2 curl -sS --max-time 2 "http://$VIP/" 2>/dev/null
	check_match "the handshake never completed" 'close|syn_recv' \
		"$(lb conn show client 192.168.31.102)"
	check_eq "no reply came by" 0 "$(reason reply)"
	out=$(lb explain tcp 192.168.31.102:1 "$VIP:80")
	check_match "explain: the server" "$WEB1" "$out"
	check_match "explain: and the way, which is the client's own" 'int' "$out"
	# the cure: the server sends what is for that client to the director
	ip_ns web1 route add 192.168.31.102/32 via 192.168.31.11
	check_eq "by way of the director" web1 \
		"$(in_ns web2 curl -sS --max-time 20 "http://$VIP/")"
	# or DR, which has no such case
	lb service del tcp "$VIP:80"
	ip_ns web1 route del 192.168.31.102/32
	server_dr web1
	ours dr
	check_eq "by DR" web1 \
		"$(in_ns web2 curl -sS --max-time 20 "http://$VIP/")"
}

# Replies obey `ip rule`, by source (the VIP) and by a mark from raw; whether
# the VIP is an address of the director's or not.
test_policy_routing()
{
	topo_article 1
	http_start web1
	ours nat
	in_ns router sysctl -qw net.ipv4.conf.all.rp_filter=0
	ip_ns lv1 route add 10.10.31.0/24 via 192.168.31.1 dev int table 100
	capture_start router ext around src "$VIP" and tcp
	check_eq "by the main table" web1 "$(get)"
	ip_ns lv1 rule add from "$VIP" lookup 100
	check_eq "by source" web1 "$(get)"
	ip_ns lv1 rule del from "$VIP" lookup 100
	in_ns lv1 iptables -t raw -A PREROUTING -i int -s "$WEB1" -j MARK \
		--set-mark 7
	ip_ns lv1 rule add fwmark 7 lookup 100
	check_eq "by mark" web1 "$(get)"
	vip_off lv1
	ip_ns client neigh replace "$VIP" lladdr \
		"$(ip_ns lv1 -j link show dev ext | jq -r '.[0].address')" dev eth0
	check_eq "by mark, the VIP not local" web1 "$(get)"
	capture_stop around
	check_eq "three times around, once not" 3 \
		"$(capture_count around 'tcp[13] & 18 == 18')"
}

# nfqueue N: a program that lets go on whatever NFQUEUE gives it
nfqueue()
{
	in_ns_background lv1 "$LIB_DIR/packets/nfqueue.py" "$1" \
		>"$_test_dir/nfqueue"
	wait_until 20 grep -q ready "$_test_dir/nfqueue"
}

# queued N: packets that queue N has seen
queued()
{
	in_ns lv1 cat /proc/net/netfilter/nfnetlink_queue |
		awk -v n="$1" '$1 == n { print $8 }'
}

# What an inspecting program in raw lets go on comes to us in its context, both
# ways, in fragments, and at INPUT.
test_nfqueue()
{
	modprobe -q nfnetlink_queue || :
	topo_article 1
	http_start web1
	ours nat
	lb service add udp "$VIP:5000" method nat
	lb server add udp "$VIP:5000" "$WEB1:5000"
	in_ns_background web1 "$LIB_DIR/packets/datagrams.py" receive 5000 \
		>"$_test_dir/received"
	nfqueue 1
	in_ns lv1 iptables -t raw -A PREROUTING -j NFQUEUE --queue-num 1
	check_eq "by NAT" "web1 web1 web1" "$(for i in 1 2 3; do get; done |
		xargs)"
	ip_ns client link set eth0 mtu 600
	in_ns client "$LIB_DIR/packets/datagrams.py" single "$VIP" 5000 20
	wait_until 20 grep -qx '20 right, 0 wrong' "$_test_dir/received"
	check_between "queued" 40 1000 "$(queued 1)"
	in_ns lv1 iptables -t raw -F
	lb service del tcp "$VIP:80"
	lb service add tcp "$VIP:80" method nat hook input
	lb server add tcp "$VIP:80" "$WEB1:80"
	in_ns lv1 iptables -t mangle -A INPUT -j NFQUEUE --queue-num 1
	check_eq "at INPUT" web1 "$(get)"
	in_ns lv1 iptables -t mangle -F
	lb service add fwmark 9 method nat
	lb server add fwmark 9 "$WEB1"
	lb service del tcp "$VIP:80"
	in_ns lv1 iptables -t mangle -A PREROUTING -p tcp -d "$VIP" \
		-j MARK --set-mark 9
	in_ns lv1 iptables -t mangle -A PREROUTING -j NFQUEUE --queue-num 1
	check_eq "by mark" web1 "$(get)"
}

# A closed connection of the director's own, and a packet of its server that looks
# like the answer to another: it is judged as what it is, and the entry goes.
test_outlived()
{
	topo_article 1
	http_start web1
	ours nat
	lb service add tcp "$VIP:any" method dr hook input
	lb server add tcp "$VIP:any" "$WEB1"
	check_eq "from the director" web1 "$(get lv1 "http://$VIP/" \
		--interface "$VIP" --local-port 40007)"
	wait_match() { [[ $(lb conn show client "$VIP") =~ time_wait ]]; }
	wait_until 20 wait_match
	in_ns web1 "$LIB_DIR/packets/synack.py" "$WEB1" 80 "$VIP" 40007
	wait_eq 20 '{"connections":[]}' \
		lb -j conn show client "$VIP" state time_wait
	check_eq "again" web1 "$(get lv1)"
}

run_test "C48 NAT and a stateful ruleset: IPVS's replies are invalid" \
	test_stateful_nat
run_test "C48 DR and a stateful ruleset" test_stateful_dr
run_test "C48 the same tuple by the VIP and directly" test_same_tuple
run_test "rules in raw and at ingress protect the VIP" test_protect
run_test "rp_filter 0, 1, 2; ip_forward 0, where IPVS's NAT fails" test_settings
run_test "F59 a client on the servers' own network" test_inner_client
run_test "policy routing of replies" test_policy_routing
run_test "what NFQUEUE has held back" test_nfqueue
run_test "an answer that outlives its connection" test_outlived
[ ! -d /sys/module/ip_vs ] || modprobe -rq ip_vs_rr ip_vs || :
finish
