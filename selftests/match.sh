#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Which service a packet is for, where that is not one address and one port:
# ranges, any port, prefixes, marks; clients that stay with their server; UDP
# whose packets are scheduled one by one.  Topology: lib.sh, topo_article, with
# 2001:db8:31::/64 outside and 2001:db8:192::/64 inside.  The VIPs 10.10.40.0/24,
# 10.10.50.0/24, 2001:db8:40::/64 and 2001:db8:50::/64 are routed to lv1, which
# has none of them as an address.
# tier: full

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

# addr 4|6 NET HOST[/LEN]: an address of the nets above, or of 31 and 192
addr()
{
	local net

	case $1/$2 in
	4/192)	net=192.168.31. ;;
	4/*)	net=10.10.$2. ;;
	6/*)	net=2001:db8:$2:: ;;
	esac
	echo "$net$3"
}

# front 4|6 NET HOST[/LEN] PORTS: as a service has it
front()
{
	local a

	a=$(addr "$1" "$2" "$3")
	[ "$1" = 4 ] && echo "$a:$4" || echo "[$a]:$4"
}

# topo METHOD SERVERS: topo_article, both families on each leg; the servers have
# all VIPs (dr, tunnel) or their way back by the director (nat)
topo()
{
	local method=$1 n=$2 i net

	topo_article "$n"
	{
		echo "addr add 2001:db8:31::200/64 dev eth0 nodad"
		echo "route add 2001:db8:192::/64 via 2001:db8:31::1"
		for net in 40 50; do
			echo "route add 10.10.$net.0/24 via 10.10.31.11"
			echo "route add 2001:db8:$net::/64 via 2001:db8:31::11"
		done
	} | ip_ns client
	for i in lv1:11 router:1; do
		ip_ns "${i%:*}" <<-EOT
		addr add 2001:db8:31::${i#*:}/64 dev ext nodad
		addr add 2001:db8:192::${i#*:}/64 dev int nodad
		EOT
	done
	in_ns router sysctl -q -w net.ipv6.conf.all.forwarding=1
	for ((i = 1; i <= n; i++)); do
		ip_ns "web$i" addr add "2001:db8:192::10$i/64" dev eth0 nodad
		if [ "$method" = nat ]; then
			ip_ns "web$i" route add default via 2001:db8:192::11
			continue
		fi
		server_dr "web$i"
		{
			echo "route add default via 2001:db8:192::1"
			for net in 40 50; do
				echo "route add local 10.10.$net.0/24 dev lo"
				echo "route add local 2001:db8:$net::/64 dev lo"
			done
		} | ip_ns "web$i"
	done
}

# fetch URL...: one connection each, what they answer; [1-3] are three
fetch()
{
	in_ns client curl -sS -0 --max-time $((10 * L4LB_TIME_FACTOR)) "$@"
}

# hold URL [OPTION]...: a connection that goes on; its process is $held
hold()
{
	in_ns_background client curl -sS -o /dev/null --max-time 600 "$@" \
		2>/dev/null
	held=$!
}

established()
{
	lb conn show state established | grep -c established || :
}

# ask PORT ADDRESS PORT...: a datagram from the client's PORT to each of the
# others in turn; who answered, a line each
ask()
{
	in_ns client /usr/bin/python3 -S - "$L4LB_TIME_FACTOR" "$@" <<-'EOT'
	import socket, sys
	factor, sport, to, *ports = sys.argv[1:]
	six = ":" in to
	s = socket.socket(socket.AF_INET6 if six else socket.AF_INET,
	                  socket.SOCK_DGRAM)
	s.bind(("", int(sport)))
	s.settimeout(10 * int(factor))
	for port in ports:
	    s.sendto(b"x", (to, int(port)))
	    data, who = s.recvfrom(2000)
	    print(data.decode(), "" if who[:2] == (to, int(port)) else who)
	EOT
}

# counted: "4 web1 4 web2"
counted()
{
	sort | uniq -c | xargs
}

# ---------------------------------------------------------------- ports

# one service, one turn; what comes to a port goes to that port
test_range_dr()
{
	local i

	topo dr 2
	lb service add tcp "$VIP:8000-8004" scheduler rr name range
	lb service add udp "$VIP:8000-8004" scheduler rr name sound
	for i in web1 web2; do
		http_start "$i" 8000 8001 8002 8003 8004 8005
		udp_start "$i" 8000 8001 8002
		lb server add range "$(server_addr "$i")"
		lb server add sound "$(server_addr "$i")"
	done
	check_eq "shares of the range" "5 web1 5 web2" \
		"$(fetch "http://$VIP:[8000-8004]/[1-2]" | counted)"
	check_eq "the server sees the port" \
		"$CLIENT $VIP:8000 $CLIENT $VIP:8003 $CLIENT $VIP:8004" \
		"$(fetch "http://$VIP:{8000,8003,8004}/peer" | xargs)"
	check_fails fetch "http://$VIP:8005/"
	check_eq "three ports, three entries, in turn" \
		"web1 8000 web2 8001 web1 8002" \
		"$(ask 4000 "$VIP" 8000 8001 8002 | xargs)"
	check_eq "and again, where they are" \
		"web2 8001 web1 8000 web1 8002" \
		"$(ask 4000 "$VIP" 8001 8000 8002 | xargs)"
	check_eq "from another port another turn" "web2 8000" \
		"$(ask 4001 "$VIP" 8000 | xargs)"
	check_eq "entries" "$VIP:8000 $VIP:8001 $VIP:8002" \
		"$(lb -j conn show service sound | jq -r '.connections[] |
			select(.client == "'"$CLIENT"':4000") | .vip' | sort | xargs)"
	check_fails lb service add tcp "$VIP:8004-8010" 2>"$_test_dir/e"
	check_match "overlap" "the ports overlap those of another range of this VIP" \
		"$(cat "$_test_dir/e")"
	lb service add tcp "$VIP:8005-8010"
	lb service add tcp "$VIP:8002"
}

# A server without a port has that of each packet; one with a port has one for
# all. Replies find back from both, and errors of both reach the client.
test_range_nat()
{
	topo nat 2
	lb service add tcp "$VIP:any" scheduler rr method nat name any
	lb service add udp "$VIP:5060-5069" scheduler rr method nat name sip
	http_start web1 8001 8002 443
	http_start web2 8080
	udp_start web1 5060 5061
	udp_start web2 7000
	lb server add any "$(server_addr web1)"
	lb server add any "$(server_addr web2):8080"
	lb server add sip "$(server_addr web1)"
	lb server add sip "$(server_addr web2):7000"
	check_eq "ports at the servers" \
		"$CLIENT 192.168.31.101:8001 $CLIENT 192.168.31.102:8080 $CLIENT 192.168.31.101:443" \
		"$(fetch "http://$VIP:{8001,8002,443}/peer" | xargs)"
	check_eq "the other way round" web2 "$(fetch "http://$VIP:8001/")"
	check_eq "and a big one" 67108864 "$(fetch "http://$VIP:8002/big" | wc -c)"
	check_eq "UDP" "web1 5060 web2 7000 web1 5060" \
		"$(ask 4000 "$VIP" 5060 5061 5060 | xargs)"
	# web1 does not listen at 5062
	check_eq "nobody there: an ICMP error, as the VIP's" refused \
		"$(in_ns client /usr/bin/python3 -S -c '
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(10)
s.connect((sys.argv[1], 5062))
s.send(b"x")
try:
    s.recv(9)
except ConnectionRefusedError:
    print("refused")' "$VIP")"
	# one port of the client to two of the VIP: at web2:8080 they would be one
	lb server disable any 192.168.31.101
	fetch "http://$VIP:9001/" --local-port 6000 >/dev/null
	lb conn flush >/dev/null
	hold "http://$VIP:9001/slow" --local-port 6001
	wait_eq 20 1 established
	check_match "explained" tuple_taken \
		"$(lb explain tcp "$CLIENT:6001" "$VIP:9002")"
	check_eq "another port" web2 "$(fetch "http://$VIP:9002/" --local-port 6002)"
}

# ---------------------------------------------------------------- precedence

# One server, whose port says which service took the connection. The mark is on
# everything.
rows()
{
	cat <<-EOT
	9001 tcp $(front "$1" 40 1 80)
	9002 tcp $(front "$1" 40 1 70-90)
	9003 tcp $(front "$1" 40 1 any)
	9004 tcp $(front "$1" 40 "0/$2" 80)
	9005 tcp $(front "$1" 40 "0/$3" 80)
	9006 tcp $(front "$1" 40 "0/$3" any)
	9007 fwmark 7 family $1
	EOT
}

# took FRONT...: the ports at the server
took()
{
	local urls=("${@/#/http://}")

	fetch "${urls[@]/%//peer}" | sed 's/.*://' | xargs
}

test_precedence()
{
	local family=$1 port id mark="ip daddr 10.10.0.0/16"

	topo nat 1
	[ "$family" = 4 ] || mark="ip6 daddr 2001:db8::/32"
	in_ns lv1 nft -f - <<-EOT
	table inet marks {
		chain in {
			type filter hook prerouting priority mangle;
			$mark meta mark set 7
		}
	}
	EOT
	http_start web1 {9001..9007} "[::]:9001" "[::]:9002" "[::]:9003" \
		"[::]:9004" "[::]:9005" "[::]:9006" "[::]:9007"
	if [ "$family" = 4 ]; then
		rows 4 28 24 >"$_test_dir/rows"
	else
		rows 6 124 64 >"$_test_dir/rows"
	fi
	# the last first: no order of adding matters
	tac "$_test_dir/rows" | while read -r port id; do
		echo "service add $id method nat"
		echo "server add $id $(front "$family" 192 101 "$port")"
	done >"$_test_dir/conf"
	lb apply "$_test_dir/conf"
	check_eq "the most exact takes it" \
		"9001 9002 9003 9004 9006 9005 9006 9007" \
		"$(took "$(front "$family" 40 1 80)" \
			"$(front "$family" 40 1 71)" \
			"$(front "$family" 40 1 91)" \
			"$(front "$family" 40 3 80)" \
			"$(front "$family" 40 3 81)" \
			"$(front "$family" 40 20 80)" \
			"$(front "$family" 40 20 81)" \
			"$(front "$family" 50 1 80)")"
	check_match "explained" 'fwmark 7' \
		"$(lb explain tcp "$(front "$family" 31 200 5555)" \
			"$(front "$family" 50 1 80)" mark 7)"
	# each gone in turn, the next takes over
	while read -r port id; do
		check_eq "now $id" "$port" "$(took "$(front "$family" 40 1 80)")"
		# shellcheck disable=SC2086 # words
		lb service del $id
	done <"$_test_dir/rows"
	check_eq "none is left" "" "$(lb save)"
}

# knock ADDRESS PORT: what a client is told
knock()
{
	# shellcheck disable=SC2016 # words of another shell
	in_ns client timeout $((4 * L4LB_TIME_FACTOR)) \
		bash -c 'exec 3<>"/dev/tcp/$1/$2"' - "$@" 2>&1 ||
		[ $? -ne 124 ] || echo "no answer"
}

# Ports of a prefix that no service has; a VIP in it has its own policy, and what
# that says goes for its ports alone.
test_unknown_ports()
{
	local family=$1 len=24 how try

	[ "$family" = 4 ] || len=64
	topo nat 1
	http_start web1 80 "[::]:80"
	# a client heeds no error that meets its own SYN on the way out, but the next;
	# the kernel would hold that one back
	in_ns lv1 sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 \
		net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
	lb service add tcp "$(front "$family" 40 "0/$len" 80)" method nat name net
	lb server add net "$(front "$family" 192 101 80)"
	lb service add tcp "$(front "$family" 40 1 81)" method nat name one
	lb server add one "$(front "$family" 192 101 80)"
	# what passes is routed, and comes to a host that says no
	if [ "$family" = 4 ]; then
		ip_ns lv1 route add unreachable 10.10.40.0/24
	else
		ip_ns lv1 -6 route add unreachable 2001:db8:40::/64
	fi
	check_eq "80 is the prefix's for all, 81 is one VIP's" "web1 web1 web1" \
		"$(fetch "http://$(front "$family" 40 1 80)/" \
			"http://$(front "$family" 40 1 81)/" \
			"http://$(front "$family" 40 2 80)/" | xargs)"
	for how in pass reject drop; do
		lb vip set "$(addr "$family" 40 "0/$len")" unknown-port "$how"
		for try in 1 2; do
			knock "$(addr "$family" 40 "$try")" 82 \
				>"$_test_dir/$how.$try"
		done
	done
	check_match "pass: the route's word" 'No route|unreach' \
		"$(cat "$_test_dir/pass.2")"
	check_match "reject: a reset" 'refused' "$(cat "$_test_dir/reject.2")"
	check_match "drop: nothing" 'no answer' "$(cat "$_test_dir/drop.2")"
	check_between "rejected" 1 10 "$(reason unknown_port_reject)"
	check_between "dropped" 1 10 "$(reason unknown_port_drop)"
	for how in pass reject drop; do
		check_match "the VIP of its own passes" 'No route|unreach' \
			"$(cat "$_test_dir/$how.1")"
	done
}

# ---------------------------------------------------------------- marks

# mark_packets: web and DNS to 10.10.50.0/24 and 2001:db8:50::/64 get mark 7, of
# clients elsewhere and of the director itself
mark_packets()
{
	local net rules

	rules=$(for net in "ip daddr 10.10.50.0/24" \
		"ip6 daddr 2001:db8:50::/64"; do
		echo "$net tcp dport { 80, 443 } meta mark set 7"
		echo "$net udp dport { 53, 54 } meta mark set 7"
	done)
	in_ns lv1 nft -f - <<-EOT
	table inet marks {
		chain in {
			type filter hook prerouting priority mangle;
			$rules
		}
		chain out {
			type route hook output priority mangle;
			$rules
		}
	}
	EOT
	# its own packets need some route before they have a mark
	ip_ns lv1 route add 10.10.50.0/24 via "$CLIENT"
	ip_ns lv1 route add 2001:db8:50::/64 via 2001:db8:31::200
}

# fwmark_service METHOD FAMILY SERVERS [OPTION...]
fwmark_service()
{
	local method=$1 family=$2 n=$3 i

	shift 3
	topo "$method" "$n"
	mark_packets
	lb service add fwmark 7 family "$family" method "$method" scheduler rr \
		name mark "$@"
	for ((i = 1; i <= n; i++)); do
		http_start "web$i" 80 443 "[::]:80" "[::]:443"
		if [ "$method" = tunnel ] && [ "$family" = 4 ]; then
			ip_ns "web$i" link add tun type ipip \
				local "$(server_addr "web$i")"
			ip_ns "web$i" link set tun up
		elif [ "$method" = tunnel ]; then
			ip_ns "web$i" link add tun type ip6tnl mode ip6ip6 \
				local "2001:db8:192::10$i" remote ::
			ip_ns "web$i" link set tun up
		fi
		lb server add mark "$(addr "$family" 192 "10$i")"
	done
}

test_mark()
{
	local method=$1 family=$2 one two

	fwmark_service "$method" "$family" 2
	udp_start web1 53
	udp_start web2 53
	one=http://$(front "$family" 50 1 80)
	two=http://$(front "$family" 50 77 443)
	check_eq "addresses and ports take turns" "3 web1 3 web2" \
		"$(fetch "$one/[1-3]" "$two/[1-3]" | counted)"
	check_match "the client is seen" "^$(addr "$family" 31 200) " \
		"$(fetch "$one/peer")"
	check_eq "UDP, too" "web2 53 web2 53" \
		"$(ask 4000 "$(addr "$family" 50 9)" 53 53 | xargs)"
	check_eq "a client on the director" "web1" "$(get lv1 "$one/" -g)"
	check_eq "and again" "web2" "$(get lv1 "$two/" -g)"
	check_match "without the mark it is nobody's" not_ours \
		"$(lb explain tcp "$(front "$family" 31 200 5555)" \
			"$(front "$family" 50 1 80)")"
	check_match "with it" "$(addr "$family" 192 101)" \
		"$(lb explain tcp "$(front "$family" 31 200 5555)" \
			"$(front "$family" 50 1 80)" mark 7)"
}

# ---------------------------------------------------------------- persistence

# templates: CLIENT WHAT SERVER of each, as people see them
templates()
{
	lb conn show state persist | tail -n +2 | sed 's/.*\(dr\|nat\) *//' |
		tr -s ' ' | sort
}

# others: the client's addresses beside its own, which it uses when told to
others()
{
	{
		echo "addr add 10.10.31.201/24 dev eth0"
		echo "addr add 10.10.31.99/24 dev eth0"
		echo "addr add 2001:db8:31::201/64 dev eth0 nodad preferred_lft 0"
		echo "addr add 2001:db8:31:1::9/128 dev eth0 nodad preferred_lft 0"
	} | ip_ns client
	ip_ns router route add 2001:db8:31:1::9 via 2001:db8:31::200
}

# as HOST URL...: by another address of the client
as()
{
	fetch "${@:2}" --interface "$1"
}

# A client stays, whatever the scheduler would say, for so long; a prefix of
# clients is one.
test_persist()
{
	local family=$1 url from=10.10.31.201 far=10.10.31.99 part=25 net

	[ "$family" = 4 ] || { from=2001:db8:31::201 far=2001:db8:31:1::9 part=64; }
	topo dr 2
	others
	lb service add tcp "$(front "$family" 40 1 80)" scheduler rr name www
	for i in 1 2; do
		http_start "web$i" 80 "[::]:80"
		lb server add www "$(addr "$family" 192 "10$i")"
	done
	url="http://$(front "$family" 40 1 80)/"
	check_eq "not persistent: in turn" "web1 web2 web1 web2" \
		"$(fetch "${url}[1-4]" | xargs)"
	lb service set www persist 300
	check_eq "persistent" "4 web1" "$(fetch "${url}[1-4]" | counted)"
	check_eq "another client" "4 web2" "$(as "$from" "${url}[1-4]" | counted)"
	lb service set www persist "300/$part"
	lb conn flush >/dev/null
	check_eq "a prefix is one client" "2 web1" \
		"$( (fetch "$url"; as "$from" "$url") | counted)"
	check_eq "beside it is another" web2 "$(as "$far" "$url")"
	net=$(addr "$family" 31 128/25)
	[ "$family" = 4 ] || net=2001:db8:31::/64
	check_eq "shown" \
		"$net $(front "$family" 40 1 80) $(front "$family" 192 101 80)" \
		"$(templates | grep 101)"
	check_eq "of two prefixes" 2 "$(templates | wc -l)"
	lb service set www persist 0
	lb conn flush >/dev/null
	check_eq "no more" "2 web1 2 web2" "$(fetch "${url}[1-4]" | counted)"
	check_eq "without templates" "" "$(templates)"
}

# health SERVER up|down: as a checker says it
health()
{
	in_ns lv1 env PYTHONPATH="$LIB_DIR/spec" /usr/bin/python3 -c '
import sys
from wire import Wire
Wire().call("server-state-set", server={
    "service": {"name": "www"}, "addr": sys.argv[1], "port": 80,
    "health": sys.argv[2]})' "$(server_addr "$1")" "$2"
}

# moves WHAT COMMAND...: COMMAND makes the client's server one that it cannot
# have; the client goes to the other one, and stays there when that is undone
moves()
{
	local what=$1 first

	shift
	first=$(get)
	check_eq "$what: stays" "$first" "$(get)"
	"$@" "$first"
	[ "$(get)" != "$first" ] || fail "$what: the template was used"
	lb server enable www "$(server_addr "$first")"
	lb server set www "$(server_addr "$first")" weight 1
	lb server weight www "$(server_addr "$first")" default
	health "$first" up
	[ "$(get)" != "$first" ] || fail "$what: came back"
	check_eq "$what: one template" 1 "$(templates | wc -l)"
}

# Complaint 11, and others: what is on its way out keeps no client.
test_persist_obeys()
{
	web_service dr 2 scheduler rr persist 300 name www
	down() { health "$1" down; }
	drain() { lb server drain www "$(server_addr "$1")"; }
	disable() { lb server disable www "$(server_addr "$1")"; }
	weight() { lb server set www "$(server_addr "$1")" weight 0; }
	oper() { lb server weight www "$(server_addr "$1")" 0; }
	moves "drain" drain
	moves "disable" disable
	moves "down" down
	moves "weight 0" weight
	moves "operator's weight 0" oper
	# deleted: gone for good
	first=$(get)
	lb server del www "$(server_addr "$first")"
	[ "$(get)" != "$first" ] || fail "deleted: the template was used"
}

# a full server: elsewhere this once, the template stays
test_persist_full()
{
	local first second third

	web_service dr 2 scheduler rr persist 300 name www
	hold "http://$VIP/slow" --limit-rate 1k
	wait_eq 20 1 established
	first=$(templates)
	lb server set www "${first##* }" max-conns 1
	second=$(get)
	check_match "more than its limit" '^web[12]$' "$second"
	[ "$(server_addr "$second"):80" != "${first##* }" ] ||
		fail "more than its limit"
	check_eq "the template stays" "$first" "$(templates)"
	kill "$held"
	wait_eq 20 0 established
	lb conn flush state close >/dev/null
	third=$(get)
	check_eq "and is used again" "${first##* }" "$(server_addr "$third"):80"
}

# Two services by one mark: control and data of FTP. The template says the mark.
test_persist_mark()
{
	local first ports

	fwmark_service dr 4 2 persist 300
	check_eq "one server for both ports, and all addresses" 1 \
		"$(fetch "http://10.10.50.{1,2}:{80,443}/[1-2]" | sort -u | wc -l)"
	first=$(fetch http://10.10.50.1/)
	check_match "shown" "^$CLIENT fwmark 7 $(server_addr "$first")\$" \
		"$(templates)"
	check_eq "as JSON" "fwmark 7" \
		"$(lb -j conn show state persist | jq -r '.connections[0].service')"
	lb server drain mark "$(server_addr "$first")"
	ports=$(fetch "http://10.10.50.1:{80,443}/[1-2]" | sort -u)
	[ "$ports" != "$first" ] || fail "the drained server was asked"
	check_match "one server again" '^web[12]$' "$ports"
}

# A template lives while its connections see packets, and not for ever after.
test_persist_life()
{
	local begin

	web_service dr 2 scheduler rr persist 5 name www
	hold "http://$VIP/slow"
	wait_eq 20 1 eval "templates | wc -l"
	# longer than it would live by itself
	begin=$SECONDS
	while [ $((SECONDS - begin)) -lt 12 ]; do
		check_eq "still there" 1 "$(templates | wc -l)"
		sleep 0.5
	done
	kill "$held"
	wait_eq 60 0 eval "templates | wc -l"
}

# ---------------------------------------------------------------- one packet

test_one_packet()
{
	local family=$1 to

	topo dr 2
	udp_start web1 53
	udp_start web2 53
	to=$(addr "$family" 40 1)
	lb service add udp "$(front "$family" 40 1 53)" scheduler rr name dns
	for i in 1 2; do
		lb server add dns "$(addr "$family" 192 "10$i")"
	done
	check_eq "a socket has one server" "6 web1 53" \
		"$(ask 4000 "$to" 53 53 53 53 53 53 | counted)"
	lb service set dns one-packet on
	check_eq "its packets have turns" \
		"web2 53 web1 53 web2 53 web1 53 web2 53 web1 53" \
		"$(ask 4001 "$to" 53 53 53 53 53 53 | xargs)"
	check_eq "also those that had an entry" "2 web1 53 2 web2 53" \
		"$(ask 4000 "$to" 53 53 53 53 | counted)"
	check_eq "no more entries" 1 "$(lb conn show | tail -n +2 | wc -l)"
	check_eq "counted" 10 "$(reason one_packet)"
	check_fails lb service set dns method nat 2>"$_test_dir/e"
	check_match "nat" "one-packet cannot bring back replies of nat: use dr or tunnel" \
		"$(cat "$_test_dir/e")"
	check_fails lb service set dns persist 60 2>"$_test_dir/e"
	check_match "persist" "one-packet forgets clients, persist remembers them" \
		"$(cat "$_test_dir/e")"
	check_fails lb service add tcp "$VIP:80" one-packet on 2>"$_test_dir/e"
	check_match "tcp" "one-packet needs UDP: TCP is made of connections" \
		"$(cat "$_test_dir/e")"
}

# of a mark: UDP by the packet, TCP has its entries
test_one_packet_mark()
{
	fwmark_service "$1" "$2" 2 one-packet on
	udp_start web1 53 54
	udp_start web2 53 54
	check_eq "each packet" "web1 53 web2 54 web1 53 web2 54" \
		"$(ask 4000 "$(addr "$2" 50 1)" 53 54 53 54 | xargs)"
	check_eq "no entries" 0 "$(lb conn show | tail -n +2 | wc -l)"
	check_eq "connections as ever" "2 web1 2 web2" \
		"$(fetch "http://$(front "$2" 50 1 80)/[1-4]" | counted)"
	check_eq "a big one" 67108864 \
		"$(fetch "http://$(front "$2" 50 1 443)/big" | wc -c)"
	check_eq "have entries" 5 "$(lb conn show | grep -c '^TCP')"
	check_fails lb service set mark method nat 2>/dev/null
	check_fails lb service set mark persist 60 2>/dev/null
}

full()
{
	[ "$L4LB_TIER" = full ]
}

run_test "C55 a range of ports by DR" test_range_dr
run_test "C55 many ports by NAT, to one port and to each its own" test_range_nat
run_test "which service is it, IPv4" test_precedence 4
! full || run_test "which service is it, IPv6" test_precedence 6
! full || run_test "C49 unknown ports of a prefix, IPv4" test_unknown_ports 4
! full || run_test "C49 unknown ports of a prefix, IPv6" test_unknown_ports 6
run_test "F30 fwmark by NAT" test_mark nat 4
run_test "F30 fwmark by DR, IPv6" test_mark dr 6
! full || run_test "F30 fwmark by DR" test_mark dr 4
! full || run_test "F30 fwmark by NAT, IPv6" test_mark nat 6
! full || run_test "F30 fwmark by tunnel" test_mark tunnel 4
! full || run_test "F30 fwmark by tunnel, IPv6" test_mark tunnel 6
! full || run_test "F14 persistence" test_persist 4
run_test "F14 persistence, IPv6" test_persist 6
run_test "C11 persistence obeys drain, disable, down and weight 0" \
	test_persist_obeys
! full || run_test "persistence and a full server" test_persist_full
run_test "F62 one server for a client's two services by mark" test_persist_mark
! full || run_test "F14 a template lives with its connections" test_persist_life
! full || run_test "one-packet" test_one_packet 4
run_test "one-packet, IPv6" test_one_packet 6
run_test "one-packet of a mark" test_one_packet_mark dr 4
! full || run_test "one-packet of a mark by tunnel" test_one_packet_mark tunnel 6
finish
