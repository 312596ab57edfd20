#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What the users of other balancers complain about: connections that meet old
# entries, and entries whose server is no more (C1 to C4, C6).  Each test shows IPVS
# with the fault first.  Topology: lib.sh, topo_article.
# tier: full

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

WEB1=192.168.31.101
WEB2=192.168.31.102

# other_than webN
other_than()
{
	[ "$1" = web1 ] && echo web2 || echo web1
}

# ours PROTO PORT [OPTION]...: both servers, by rr
ours()
{
	local svc="$1 $VIP:$2"

	shift 2
	# shellcheck disable=SC2086 # a service is two words
	{
		lb service add $svc scheduler rr "$@"
		lb server add $svc "$WEB1"
		lb server add $svc "$WEB2"
	}
}

# theirs FLAG PORT METHOD [OPTION]...: the same by IPVS
theirs()
{
	local flag=$1 port=$2 method=$3

	shift 3
	modprobe -a ip_vs ip_vs_rr
	vs -A "$flag" "$VIP:$port" -s rr "$@"
	vs -a "$flag" "$VIP:$port" -r "$WEB1" "$method"
	vs -a "$flag" "$VIP:$port" -r "$WEB2" "$method"
}

# again PORT N: N requests one after the other from one port of the client's, and
# who answered each. The server closes first.
again()
{
	in_ns client /usr/bin/python3 -S - "$VIP" "$@" <<-'EOT'
	import errno, socket, sys, time
	vip, port, n = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
	def request():
	    s = socket.socket()
	    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
	    s.bind(("", port))
	    s.settimeout(3)
	    s.connect((vip, 80))
	    s.sendall(b"GET / HTTP/1.0\r\n\r\n")
	    data = b""
	    while chunk := s.recv(4096):
	        data += chunk
	    s.close()
	    return data.split()[-1].decode()
	while n:
	    try:
	        print(request())
	    except OSError as e:
	        # the last acknowledgement of the one before is still to come
	        if e.errno == errno.EADDRNOTAVAIL:
	            time.sleep(0.01)
	            continue
	        print(type(e).__name__)
	    n -= 1
	EOT
}

# By DR IPVS sees a close from one side and calls it FIN_WAIT, where an entry
# stays for two minutes. The port's next connections belong to it: they go to a
# server of weight 0, and when that has been deleted, nowhere.
test_port_reuse()
{
	local old other before web

	topo_article 2
	for web in web1 web2; do
		server_dr "$web"
		httpd_start "$web"
	done
	theirs -t 80 -g
	old=$(again 40000 1)
	other=$(other_than "$old")
	vs -e -t "$VIP:80" -r "$(server_addr "$old")" -g -w 0
	check_eq "IPVS: a server of weight 0" "$old $old" "$(again 40000 2 | xargs)"
	vs -d -t "$VIP:80" -r "$(server_addr "$old")"
	check_eq "IPVS: a server that was deleted" TimeoutError \
		"$(again 40000 1)"
	check_eq "IPVS: another port" "$other" "$(again 40001 1)"
	vs -C

	ours tcp 80
	before=$(snmp_count client TcpRetransSegs)
	check_eq "each is a new connection" "10 web1 10 web2" \
		"$(again 40002 20 | sort | uniq -c | xargs)"
	lb server weight tcp "$VIP:80" "$WEB1" 0
	check_eq "a server of weight 0" "web2 web2 web2" \
		"$(again 40002 3 | xargs)"
	lb server weight tcp "$VIP:80" "$WEB1" default
	lb server drain tcp "$VIP:80" "$WEB2"
	check_eq "a draining server" "web1 web1 web1" "$(again 40002 3 | xargs)"
	lb server del tcp "$VIP:80" "$WEB2"
	check_eq "a deleted server" "web1 web1" "$(again 40002 2 | xargs)"
	check_eq "SYNs sent twice" "$before" \
		"$(snmp_count client TcpRetransSegs)"
	check_between "counted" 27 1000 "$(reason reopened)"
}

# udp_servers PORT...: what answers its namespace's name
udp_servers()
{
	local web port

	for web in web1 web2; do
		for port in "$@"; do
			in_ns_background "$web" socat -T 5 \
				"UDP4-RECVFROM:$port,fork" "SYSTEM:echo $web"
			wait_listen "$web" udp "$port"
		done
	done
}

# ask PORT FROM: a datagram to VIP:PORT, always from the same socket address, and
# who answers: NAME ADDRESS, or nothing
ask()
{
	in_ns client /usr/bin/python3 -S - "$VIP" "$L4LB_TIME_FACTOR" "$@" <<-'EOT'
	import socket, sys
	vip, factor, port, sport = sys.argv[1], *map(int, sys.argv[2:])
	s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
	s.bind(("", sport))
	s.settimeout(2 * factor)
	s.sendto(b"x\n", (vip, port))
	try:
	    data, (host, _) = s.recvfrom(100)
	    print(data.decode().strip() + ("" if host == vip else " from " + host))
	except TimeoutError:
	    print("silence")
	EOT
}

# health ADDRESS up|down: what a checker says
health()
{
	in_ns lv1 env PYTHONPATH="$LIB_DIR/spec" /usr/bin/python3 -c '
import sys
from wire import Wire
vip, port, server, health = sys.argv[1:]
service = {"proto": 17, "addr": vip, "port": int(port)}
Wire().call("server-state-set", server={
    "service": service, "addr": server, "port": int(port),
    "health": health})' "$VIP" 53 "$1" "$2"
}

# A client that asks from one socket stays with IPVS where it was: with a server
# that the checker gave weight 0, and with one that it deleted.
test_udp_rebinds()
{
	local old other

	topo_article 2
	in_ns lv1 sysctl -qw net.ipv4.ip_forward=1
	udp_servers 53
	theirs -u 53 -m
	old=$(ask 53 5000)
	vs -e -u "$VIP:53" -r "$(server_addr "$old")" -m -w 0
	check_eq "IPVS: a server of weight 0" "$old" "$(ask 53 5000)"
	vs -d -u "$VIP:53" -r "$(server_addr "$old")"
	check_eq "IPVS: a server that was deleted" silence "$(ask 53 5000)"
	vs -C

	ours udp 53 method nat
	old=$(ask 53 5000)
	other=$(other_than "$old")
	check_eq "stays while all is well" "$old" "$(ask 53 5000)"
	health "$(server_addr "$old")" down
	check_eq "a server that is down" "$other" "$(ask 53 5000)"
	health "$(server_addr "$old")" up
	check_eq "stays there" "$other" "$(ask 53 5000)"
	lb server drain udp "$VIP:53" "$(server_addr "$other")"
	check_eq "a draining server" "$old" "$(ask 53 5000)"
	lb server enable udp "$VIP:53" "$(server_addr "$other")"
	lb server del udp "$VIP:53" "$(server_addr "$old")" now
	check_eq "a deleted server" "$other" "$(ask 53 5000)"
	# and a service whose packets are no use to another server says so
	lb server add udp "$VIP:53" "$(server_addr "$old")"
	lb service set udp "$VIP:53" on-down hold
	health "$(server_addr "$other")" down
	check_eq "on-down hold" "$other" "$(ask 53 5000)"
}

# expires PORT: seconds that the entry of IPVS to VIP:PORT has left
expires()
{
	vs -Lnc | awk -v vip="$VIP:$1" '$1 == "UDP" && $5 == vip {
		split($2, t, ":"); print t[1] * 60 + t[2] }'
}

entries()
{
	lb -j conn show service udp "$VIP:$1" | jq '.connections | length'
}

# IPVS has one timeout of UDP for all; here each service may have its own.
test_timeouts()
{
	topo_article 2
	in_ns lv1 sysctl -qw net.ipv4.ip_forward=1
	udp_servers 53 54
	theirs -u 53 -m
	theirs -u 54 -m
	vs --set 0 0 20
	ask 53 5000
	ask 54 5000
	check_between "IPVS: the one" 1 20 "$(expires 53)"
	check_between "IPVS: and the other" 1 20 "$(expires 54)"
	vs -C

	ours udp 53 method nat timeout udp=2
	ours udp 54 method nat
	ask 53 5000
	ask 54 5000
	wait_eq 20 0 entries 53
	check_eq "the other's" 1 "$(entries 54)"
	check_match "its own" 'udp +2 s \(own\)' \
		"$(lb service show udp "$VIP:53")"
	check_match "everybody's" 'udp +[0-9]+ s \(namespace default\)' \
		"$(lb service show udp "$VIP:54")"
	lb service set udp "$VIP:54" timeout udp=2
	wait_eq 20 0 entries 54
}

# One-packet scheduling keeps no entry, so by NAT nothing tells whose the reply
# is: IPVS lets it out as the server's own, and here it is refused.
test_one_packet_nat()
{
	topo_article 2
	in_ns lv1 sysctl -qw net.ipv4.ip_forward=1
	udp_servers 53
	theirs -u 53 -m -o
	check_match "IPVS: the wrong source" "^web[12] from 192.168.31.10[12]$" \
		"$(ask 53 5000)"
	vs -C
	check_fails lb service add udp "$VIP:53" method nat one-packet on \
		2>"$_test_dir/refused"
	check_match "why" 'cannot bring back replies of nat' \
		"$(cat "$_test_dir/refused")"
	ours udp 53 method nat
	check_fails lb service set udp "$VIP:53" one-packet on 2>/dev/null
	check_match "as it was" '^web[12]$' "$(ask 53 5000)"
	lb service del udp "$VIP:53"
	for web in web1 web2; do
		server_dr "$web"
	done
	lb service add udp "$VIP:53" one-packet on
	check_fails lb service set udp "$VIP:53" method nat 2>/dev/null
}

run_test "C1 C2 a port used again is a new connection" test_port_reuse
run_test "C3 a UDP client leaves a server that is down or gone" test_udp_rebinds
run_test "C4 timeouts of a service, and where they come from" test_timeouts
run_test "C6 one-packet and NAT are refused" test_one_packet_nat
[ ! -d /sys/module/ip_vs ] || modprobe -rq ip_vs_rr ip_vs || :
finish
