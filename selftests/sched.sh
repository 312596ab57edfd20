#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# All schedulers with real packets: who gets what, in which order.  Topology:
# lib.sh, topo_article.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

SVIP=10.10.40.1
SVIP6=2001:db8:40::1

counted()
{
	sort | uniq -c | xargs
}

# gets N: who answers N connections, in their order
gets()
{
	in_ns client curl -sS -0 --max-time $((10 * L4LB_TIME_FACTOR)) \
		"http://$VIP/[1-$1]" | sed 's/web//' | xargs
}

# weights W...: of web1, web2, ...
weights()
{
	local i

	for ((i = 1; i <= $#; i++)); do
		lb server set www "192.168.31.10$i:$PORT" weight "${!i}"
	done
}

# ---------------------------------------------------------------- turns

# by NAT, so that the ends of connections do not matter
test_turns()
{
	PORT=8080
	web_service nat 3 scheduler rr name www
	check_eq "rr" "1 2 3 1 2 3" "$(gets 6)"
	weights 1 9 0
	check_eq "rr: weights do not matter, but 0" "1 2 1 2" "$(gets 4)"
	weights 1 2 3
	lb service set www scheduler wrr
	check_eq "wrr: interleaved by weight" "3 2 1 3 2 3 3 2 1 3 2 3" \
		"$(gets 12)"
	lb server set www 192.168.31.101:8080 weight 4
	check_eq "wrr: nine turns from any moment on" "4 1 2 2 3 3" \
		"$(gets 9 | tr ' ' '\n' | counted)"
	check_eq "wrr: nine more" "4 1 2 2 3 3" \
		"$(gets 9 | tr ' ' '\n' | counted)"
	lb server weight www 192.168.31.103:8080 0
	check_eq "wrr: the operator's weight" "4 1 2 2" \
		"$(gets 6 | tr ' ' '\n' | counted)"
}

# ---------------------------------------------------------------- load

# Connections stay open at the director, so each is one more active one of its
# server. The orders are those of the formulae in Documentation/design/
# schedulers.rst, the first of equals in list order.
test_by_load()
{
	local sched order

	PORT=80
	web_service dr 3 tie first name www
	keep_open client
	weights 1 2 3
	while read -r sched order; do
		lb service set www scheduler "$sched"
		check_eq "$sched" "$order" "$(gets 12)"
		lb conn flush >/dev/null
	done <<-'END'
	lc 1 2 3 1 2 3 1 2 3 1 2 3
	wlc 1 2 3 3 2 3 1 2 3 3 2 3
	sed 3 2 3 1 2 3 3 2 3 1 2 3
	nq 1 2 3 3 2 3 3 2 3 1 2 3
	END
	lb service set www scheduler wlc
	check_eq "wlc: as ever" "2 1 4 2 6 3" \
		"$(gets 12 | tr ' ' '\n' | counted)"
	# 2 of 4, 4 of 2, 6 of 3: the first is behind by six
	lb server set www 192.168.31.101 weight 4
	check_eq "wlc: a greater weight is a right to more" "1 1 1 1 1 1" \
		"$(gets 6)"
	lb server set www 192.168.31.102 weight 0
	check_eq "wlc: weight 0 gets none" "5 1 4 3" \
		"$(gets 9 | tr ' ' '\n' | counted)"
}

# an idle pool does not always begin with the same server
test_wlc_rotates()
{
	local i

	PORT=80
	web_service dr 2 scheduler wlc name www
	keep_open client
	check_eq "shares of an idle pool" "4 1 4 2" \
		"$(for ((i = 0; i < 8; i++)); do gets 1; lb conn flush >/dev/null; done |
			counted)"
	weights 1 3
	check_eq "by weight" "2 1 6 2" \
		"$(for ((i = 0; i < 8; i++)); do gets 1; lb conn flush >/dev/null; done |
			counted)"
}

test_max_conns()
{
	PORT=80
	web_service dr 2 scheduler wlc name www
	keep_open client
	lb server set www 192.168.31.101 weight 100 max-conns 3
	check_eq "no more than its limit" "3 1 3 2" \
		"$(gets 6 | tr ' ' '\n' | counted)"
}

# fo: all to one; ovf: as many as its weight, then the next, then nobody
test_overflow()
{
	PORT=80
	web_service dr 3 scheduler fo name www
	keep_open client
	weights 2 3 1
	check_eq "fo: the heaviest" "2 2 2 2" "$(gets 4)"
	lb server disable www 192.168.31.102
	check_eq "fo: the next" "1 1" "$(gets 2)"
	lb server enable www 192.168.31.102
	check_eq "fo: and back" "2 2" "$(gets 2)"
	weights 2 3 4
	check_eq "fo: another is the heaviest" "3 3" "$(gets 2)"
	lb conn flush >/dev/null
	weights 2 3 1
	lb service set www scheduler ovf
	check_eq "ovf: by weight, one after the other" "2 2 2 1 1 3" "$(gets 6)"
	check_eq "ovf: nobody is left" "" "$(gets 1 2>/dev/null)"
	check_eq "ovf: and the client is told" 1 "$(reason no_server)"
	check_match "ovf: explained" 'limit' \
		"$(lb explain tcp "$CLIENT:5555" "$VIP:80")"
	lb conn flush server 192.168.31.101 >/dev/null
	check_eq "ovf: those that ended make room" "1 1" "$(gets 2)"
	weights 2 4 1
	check_eq "ovf: so does a greater weight" 2 "$(gets 1)"
}

# ---------------------------------------------------------------- datagrams

# udp_service SERVERS [OPTION...]: both families, DR; 250 clients in each of
# 10.10.60.0/24 and 2001:db8:60::/64. SVIP and SVIP6 are no addresses of a
# director: the client's route says which one has them.
udp_service()
{
	local n=$1 i

	topo_article "$n"
	for i in lv1:11 lv2:12 router:1; do
		ip_ns "${i%:*}" <<-EOT
		addr add 2001:db8:31::${i#*:}/64 dev ext nodad
		addr add 2001:db8:192::${i#*:}/64 dev int nodad
		EOT
	done
	in_ns router sysctl -q -w net.ipv6.conf.all.forwarding=1
	ip_ns router <<-EOT
	route add 10.10.60.0/24 via $CLIENT
	route add 2001:db8:60::/64 via 2001:db8:31::200
	EOT
	ip_ns client <<-EOT
	addr add 2001:db8:31::200/64 dev eth0 nodad
	route add local 10.10.60.0/24 dev lo
	route add local 2001:db8:60::/64 dev lo
	EOT
	director 11
	for ((i = 1; i <= n; i++)); do
		server_dr "web$i"
		ip_ns "web$i" <<-EOT
		addr add 2001:db8:192::10$i/64 dev eth0 nodad
		route add default via 2001:db8:192::1
		route add local 10.10.40.0/24 dev lo
		route add local 2001:db8:40::/64 dev lo
		EOT
		udp_start "web$i" 53
	done
}

# director 11|12: who the VIPs are routed to
director()
{
	ip_ns client <<-EOT
	route replace 10.10.40.0/24 via 10.10.31.$1
	route replace 2001:db8:40::/64 via 2001:db8:31::$1
	EOT
}

# datagrams 4|6 CLIENTS PORTS [VIPS]: one from each port of each client to each
# VIP, clients 1..CLIENTS, ports 7001.., VIPs 1..; who answers, or "refused", in
# this order
datagrams()
{
	in_ns client /usr/bin/python3 -S - "$L4LB_TIME_FACTOR" "${@:2}" "$1" \
		<<-'EOT'
	import socket, sys
	factor, clients, ports, *vips, family = sys.argv[1:]
	net = "10.10.{}.{}" if family == "4" else "2001:db8:{}::{:x}"
	IPV6_FREEBIND = 78
	for client in range(1, int(clients) + 1):
	    for port in range(7001, 7001 + int(ports)):
	        for vip in range(1, 1 + int(vips[0] if vips else 1)):
	            s = socket.socket(socket.AF_INET if family == "4" else
	                              socket.AF_INET6, socket.SOCK_DGRAM)
	            if family == "6":
	                s.setsockopt(socket.IPPROTO_IPV6, IPV6_FREEBIND, 1)
	            s.bind((net.format(60, client), port))
	            s.settimeout(10 * int(factor))
	            s.connect((net.format(40, vip), 53))
	            s.send(b"x")
	            try:
	                print(s.recv(100).decode().split()[0])
	            except ConnectionRefusedError:
	                print("refused")
	            s.close()
	EOT
}

# dns DIRECTOR ORDER [OPTION...]: services for SVIP and SVIP6 with the servers in
# this order, each of its number's weight
dns()
{
	local ns=$1 order=$2 i

	shift 2
	{
		echo "service add udp $SVIP:53 name dns $*"
		echo "service add udp [$SVIP6]:53 name dns6 $*"
		for i in $order; do
			echo "server add dns 192.168.31.10$i weight $i"
			echo "server add dns6 2001:db8:192::10$i weight $i"
		done
	} >"$_test_dir/conf.$ns"
	in_ns "$ns" lbctl apply "$_test_dir/conf.$ns"
}

# Two directors, one configuration in two orders: what one places another places
# alike, also without one of the servers, whose clients alone move.
test_alike()
{
	local sched=$1 family i

	shift
	udp_service 3
	dns lv1 "1 2 3" scheduler "$sched" "$@"
	dns lv2 "3 1 2" scheduler "$sched" "$@"
	for family in 4 6; do
		for i in 1 2; do
			director "1$i"
			datagrams "$family" 60 1 >"$_test_dir/$family.$i"
		done
		cmp "$_test_dir/$family.1" "$_test_dir/$family.2"
		check_between "IPv$family: clients of the heaviest" 20 40 \
			"$(grep -c web3 "$_test_dir/$family.1")"
		check_between "IPv$family: of the next" 10 30 \
			"$(grep -c web2 "$_test_dir/$family.1")"
		check_between "IPv$family: of the lightest" 3 18 \
			"$(grep -c web1 "$_test_dir/$family.1")"
	done
	for i in lv1 lv2; do
		in_ns "$i" lbctl server disable dns 192.168.31.102
		in_ns "$i" lbctl conn flush >/dev/null
	done
	for i in 1 2; do
		director "1$i"
		datagrams 4 60 1 >"$_test_dir/less.$i"
	done
	cmp "$_test_dir/less.1" "$_test_dir/less.2"
	check_eq "clients of the others that moved" 0 \
		"$(paste "$_test_dir/4.1" "$_test_dir/less.1" |
			awk '$1 != "web2" && $1 != $2' | wc -l)"
	check_eq "clients of the one that left" 0 \
		"$(grep -c web2 "$_test_dir/less.1" || :)"
}

# dh looks at what is asked for, sh and mh at who asks; with hash-port at the
# port, too
test_hashed_what()
{
	local family svip

	udp_service 3
	lb apply <(
		echo "service add udp 10.10.40.0/24:53 name dns scheduler dh"
		echo "service add udp [2001:db8:40::/64]:53 name dns6 scheduler dh"
		for i in 1 2 3; do
			echo "server add dns 192.168.31.10$i"
			echo "server add dns6 2001:db8:192::10$i"
		done
	)
	for family in 4 6; do
		svip=dns
		[ "$family" = 4 ] || svip=dns6
		datagrams "$family" 1 1 20 >"$_test_dir/dh"
		check_eq "dh: other VIPs, other servers" 3 \
			"$(sort -u "$_test_dir/dh" | wc -l)"
		datagrams "$family" 2 2 20 | paste - - - - - - - - - - - - - - - - - - - - \
			>"$_test_dir/dh.all"
		check_eq "dh: for all clients and ports" \
			"$(paste -s "$_test_dir/dh")" "$(sort -u "$_test_dir/dh.all")"
		for sched in sh mh; do
			lb service set "$svip" scheduler "$sched"
			lb conn flush >/dev/null
			check_eq "$sched: a client's ports and VIPs are one" 1 \
				"$(datagrams "$family" 1 5 2 | sort -u | wc -l)"
			lb service set "$svip" hash-port on
			lb conn flush >/dev/null
			check_eq "$sched: by the port" 3 \
				"$(datagrams "$family" 1 20 | sort -u | wc -l)"
			check_eq "$sched: and always so" \
				"$(datagrams "$family" 1 20 | xargs)" \
				"$(lb conn flush >/dev/null; datagrams "$family" 1 20 | xargs)"
			lb service set "$svip" hash-port off
		done
	done
}

# A full server refuses its clients, so that none has its state in two places; with
# hash-fallback they go where they would without it.
test_fallback()
{
	local full

	udp_service 3
	for sched in sh mh; do
		dns lv1 "1 2 3" scheduler "$sched"
		datagrams 4 30 1 >"$_test_dir/all"
		lb server set dns 192.168.31.103 max-conns 1
		lb conn flush >/dev/null
		datagrams 4 30 1 >"$_test_dir/full"
		full=$(grep -c web3 "$_test_dir/all")
		check_eq "$sched: its limit" 1 "$(grep -c web3 "$_test_dir/full")"
		check_eq "$sched: all others refused" $((full - 1)) \
			"$(grep -c refused "$_test_dir/full")"
		lb service set dns hash-fallback on
		lb conn flush >/dev/null
		datagrams 4 30 1 >"$_test_dir/fallback"
		check_eq "$sched: fallback: its limit" 1 \
			"$(grep -c web3 "$_test_dir/fallback")"
		check_eq "$sched: fallback: nobody refused" 0 \
			"$(grep -c refused "$_test_dir/fallback" || :)"
		check_eq "$sched: fallback: nobody else moved" 0 \
			"$(paste "$_test_dir/all" "$_test_dir/fallback" |
				awk '$1 != "web3" && $1 != $2' | wc -l)"
		lb flush
	done
}

# two are drawn by weight, the less loaded is taken: never far from even
test_twos()
{
	local family

	udp_service 3
	dns lv1 "1 2 3" scheduler twos
	for family in 4 6; do
		datagrams "$family" 20 6 | sort | uniq -c >"$_test_dir/twos"
		check_between "IPv$family: by weight 1" 10 30 \
			"$(awk '/web1/ { print $1 }' "$_test_dir/twos")"
		check_between "IPv$family: by weight 2" 30 50 \
			"$(awk '/web2/ { print $1 }' "$_test_dir/twos")"
		check_between "IPv$family: by weight 3" 50 70 \
			"$(awk '/web3/ { print $1 }' "$_test_dir/twos")"
	done
}

# A download goes on when another director takes over in the middle of it: it
# finds the server that the first one chose.
test_adopt()
{
	local family=$1 sched vip=$SVIP i pid

	shift
	[ "$family" = 4 ] || vip="[$SVIP6]"
	udp_service 3
	for i in 1 2 3; do
		http_start "web$i" 80 "[::]:80"
	done
	for sched in "$@"; do
		director 11
		for i in lv1:"1 2 3" lv2:"3 1 2"; do
			in_ns "${i%%:*}" lbctl apply <(
				echo "service add tcp $vip:80 name www scheduler $sched"
				for n in ${i#*:}; do
					[ "$family" = 4 ] &&
						echo "server add www 192.168.31.10$n" ||
						echo "server add www 2001:db8:192::10$n"
				done
			)
		done
		rm -f "$_test_dir/got"
		in_ns_background client curl -sS -o "$_test_dir/got" \
			--limit-rate 16M --max-time 200 "http://$vip/big" \
			2>"$_test_dir/curl"
		pid=$!
		wait_until 20 test -s "$_test_dir/got"
		director 12
		wait "$pid" || fail "$sched: $(cat "$_test_dir/curl")"
		check_eq "$sched: all of it" 67108864 "$(stat -c %s "$_test_dir/got")"
		check_eq "$sched: one server" \
			"$(in_ns lv1 lbctl -j conn show | jq -r '.connections[0].server')" \
			"$(in_ns lv2 lbctl -j conn show | jq -r '.connections[0].server')"
		in_ns lv1 lbctl flush
		in_ns lv2 lbctl flush
	done
}

# without a hash nobody can know: the other director says so at once
test_no_adopt()
{
	local ns

	udp_service 2
	for ns in lv1 lv2; do
		in_ns "$ns" lbctl service add tcp "$SVIP:80" name www scheduler wlc
		in_ns "$ns" lbctl server add www 192.168.31.101
	done
	http_start web1
	in_ns_background client curl -sS -o "$_test_dir/got" \
		--limit-rate 1M --max-time 200 "http://$SVIP/big" 2>/dev/null
	pid=$!
	wait_until 20 test -s "$_test_dir/got"
	director 12
	check_fails wait "$pid"
	check_between "reset" 1 10 "$(in_ns lv2 lbctl -j stats |
		jq '[.reasons[] | select(.name == "midstream_reset") | .packets] | add')"
}

# ---------------------------------------------------------------- slow start

# ramp SERVER: thousandths of its share, as the server tells it; 1000: warm
ramp()
{
	lb -j server show dns 192.168.31.103 | jq '.servers[0].ramp_permille // 1000'
}

# returned SCHEDULER CLIENTS: of so many times six new connections, how many go to
# a third server that has just returned
returned()
{
	lb service set dns scheduler "$1"
	lb server disable dns 192.168.31.103
	lb server enable dns 192.168.31.103
	check_match "$1: shown" 'ramp 10 %' "$(lb show)"
	check_between "$1: in numbers" 100 150 "$(ramp)"
	lb conn flush >/dev/null
	datagrams 4 "$2" 6 | grep -c web3 || :
}

# Complaint 13: a server that has come back has no connections, so wlc gives it
# all new ones. Inactive ones count, so datagrams do.
test_slow_start()
{
	local begin before after least most n

	udp_service 3
	vip_on lv1 "$SVIP"
	modprobe -a ip_vs ip_vs_wlc
	in_ns lv1 ipvsadm -A -u "$SVIP:53" -s wlc
	for i in 1 2; do
		in_ns lv1 ipvsadm -a -u "$SVIP:53" -r "192.168.31.10$i" -g
	done
	check_eq "IPVS: two share" "30 web1 30 web2" "$(datagrams 4 10 6 | counted)"
	in_ns lv1 ipvsadm -a -u "$SVIP:53" -r 192.168.31.103 -g
	check_eq "IPVS: the third gets them all" "20 web3" \
		"$(datagrams 4 30 1 | tail -n 20 | counted)"
	in_ns lv1 ipvsadm -C

	lb apply <(
		echo "service add udp $SVIP:53 name dns scheduler wlc slow-start 3600"
		echo "server add dns 192.168.31.101"
		echo "server add dns 192.168.31.102"
	)
	check_eq "all new: no ramp" 0 "$(lb show | grep -c ramp || :)"
	check_eq "two share" "30 web1 30 web2" "$(datagrams 4 10 6 | counted)"
	lb server add dns 192.168.31.103
	begin=$SECONDS
	check_match "shown" '103:53 +Route +1 .*up, ramp 10 %' "$(lb show)"
	# a tenth of a third, the first one at once
	check_between "the third gets its part" 1 3 \
		"$(datagrams 4 20 6 | tail -n 60 | grep -c web3 || :)"
	# some way on, whatever the machine's speed
	n=$((SECONDS - begin))
	lb service set dns slow-start $((3 * n + 20))
	lb conn flush >/dev/null
	before=$(ramp)
	n=$(datagrams 4 20 6 | grep -c web3 || :)
	after=$(ramp)
	least=$((40 * before / 1000 - 1))
	most=$((40 * after / 1000 + 2))
	diag "ramp $before to $after thousandths: $n of 120"
	check_between "and then a greater one" "$least" "$most" "$n"
	lb service set dns slow-start 1
	wait_eq 20 1000 ramp
	check_eq "warm" 0 "$(lb show | grep -c ramp || :)"
	lb conn flush >/dev/null
	check_eq "its whole share" "40 web1 40 web2 40 web3" \
		"$(datagrams 4 20 6 | counted)"

	# 4 of 120, and of hashes about as many
	lb service set dns slow-start 3600
	check_between "wrr: a part" 3 5 "$(returned wrr 20)"
	check_between "rr: a part" 3 5 "$(returned rr 20)"
	check_between "wlc: a part" 3 5 "$(returned wlc 20)"
	lb service set dns scheduler mh hash-port on
	check_between "mh: a part" 1 12 "$(returned mh 20)"
	lb service set dns hash-port off
	check_between "twos: a part" 3 6 "$(returned twos 20)"

	# most are new: nobody is compared with anybody
	lb service set dns scheduler rr
	for i in 2 3; do
		lb server disable dns "192.168.31.10$i"
	done
	for i in 2 3; do
		lb server enable dns "192.168.31.10$i"
	done
	check_eq "most are new: no ramp" 0 "$(lb show | grep -c ramp || :)"
	lb conn flush >/dev/null
	check_eq "nor parts" "10 web1 10 web2 10 web3" \
		"$(datagrams 4 30 1 | counted)"
}

full()
{
	[ "$L4LB_TIER" = full ]
}

run_test "F5 rr alternates strictly, wrr by weight" test_turns
run_test "F6 lc, wlc, sed and nq steer by load, weights changed while running" \
	test_by_load
! full || run_test "F6 wlc rotates among equals" test_wlc_rotates
! full || run_test "F6 a server at max-conns gets no more" test_max_conns
run_test "fo and ovf" test_overflow
run_test "mh: two directors place alike" test_alike mh
! full || run_test "mh by the port: two directors place alike" \
	test_alike mh hash-port on
! full || run_test "sh: two directors place alike" test_alike sh
! full || run_test "sh, dh and mh: what is hashed" test_hashed_what
! full || run_test "sh and mh: a full server, and hash-fallback" test_fallback
! full || run_test "twos" test_twos
run_test "mh: a connection outlives its director" test_adopt 4 mh
! full || run_test "hash schedulers: a connection outlives its director" \
	test_adopt 4 sh dh
! full || run_test "hash schedulers: the same by IPv6" test_adopt 6 mh sh dh
! full || run_test "wlc: another director resets" test_no_adopt
run_test "C13 a server that returns does not get everything" test_slow_start
[ ! -d /sys/module/ip_vs ] || modprobe -rq ip_vs_wlc ip_vs || :
finish
