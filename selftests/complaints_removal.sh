#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What the users of other balancers complain about: servers that are taken away
# (C5, C8 to C11), and several directors (C14).  Each test shows IPVS with the
# fault first, where it has it.  Topology: lib.sh, topo_article.
# tier: full

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

WEB1=192.168.31.101
WEB2=192.168.31.102

# echo_servers: at port 7 of both
echo_servers()
{
	local web

	topo_article 2
	in_ns lv1 sysctl -qw net.ipv4.ip_forward=1
	for web in web1 web2; do
		in_ns_background "$web" socat TCP-LISTEN:7,fork,reuseaddr \
			"SYSTEM:echo $web; exec cat"
		wait_listen "$web" tcp 7
	done
}

# ours [OPTION]...: tcp VIP:7 by NAT, both servers
ours()
{
	lb service add tcp "$VIP:7" method nat scheduler rr "$@"
	lb server add tcp "$VIP:7" "$WEB1"
	lb server add tcp "$VIP:7" "$WEB2"
}

# theirs [OPTION]...: the same by IPVS
theirs()
{
	modprobe -a ip_vs ip_vs_rr
	vs -A -t "$VIP:7" -s rr "$@"
	vs -a -t "$VIP:7" -r "$WEB1" -m
	vs -a -t "$VIP:7" -r "$WEB2" -m
}

# hold NAME: a connection to VIP:7, known by that name
hold()
{
	[ -e "$_test_dir/hold.py" ] || cat >"$_test_dir/hold.py" <<-'EOT'
	import os, socket, sys
	vip, path, seconds = sys.argv[1], sys.argv[2], int(sys.argv[3])
	s = socket.create_connection((vip, 7), timeout=seconds)
	said = lambda: s.recv(100).decode().strip()
	out = open(path + ".out", "w", buffering=1)
	print(said(), file=out)
	# open for both, so that no writer's leave is an end
	for line in os.fdopen(os.open(path + ".in", os.O_RDWR)):
	    try:
	        s.sendall(b"echo\n")
	        # what was sent answers what is sent next
	        print(said() or "closed", file=out)
	    except (TimeoutError, ConnectionError) as e:
	        print(type(e).__name__, file=out)
	EOT
	mkfifo "$_test_dir/$1.in"
	in_ns_background client /usr/bin/python3 -S "$_test_dir/hold.py" \
		"$VIP" "$_test_dir/$1" $((3 * L4LB_TIME_FACTOR))
	wait_until 20 grep -q web "$_test_dir/$1.out"
}

# holds NAME: to which server
holds()
{
	head -n 1 "$_test_dir/$1.out"
}

# talk NAME: it says something, and hears "echo", or what is wrong
talk()
{
	local n

	n=$(wc -l <"$_test_dir/$1.out")
	exec 7<>"$_test_dir/$1.in"
	echo >&7
	wait_until 30 eval "[ \$(wc -l <'$_test_dir/$1.out') -gt $n ]"
	exec 7>&-
	tail -n 1 "$_test_dir/$1.out"
}

# One connection more: which server it gets
other()
{
	in_ns client busybox nc -w 5 "$VIP" 7 </dev/null 2>/dev/null || :
}

# The connections of a deleted server: IPVS drops their packets without a word
# for as long as their entries live. Here "now" answers the next packet, and
# counts it; on-server-gone has other answers.
test_gone()
{
	echo_servers
	theirs
	hold their
	check_eq "IPVS: before" echo "$(talk their)"
	vs -d -t "$VIP:7" -r "$(server_addr "$(holds their)")"
	check_eq "IPVS: silence" TimeoutError "$(talk their)"
	vs -C

	ours
	hold our
	check_eq "before" echo "$(talk our)"
	lb server del tcp "$VIP:7" "$(server_addr "$(holds our)")" now
	check_eq "an answer at once" ConnectionResetError "$(talk our)"
	check_between "counted" 1 10 "$(reason server_gone)"
	lb flush
	ours on-server-gone drop
	hold drop
	lb server del tcp "$VIP:7" "$(server_addr "$(holds drop)")" now
	check_eq "dropped where that is wanted" TimeoutError "$(talk drop)"
}

# A server is deleted: its connections go on, and it is gone with the last.
test_delete()
{
	local server

	echo_servers
	theirs
	hold their
	vs -d -t "$VIP:7" -r "$(server_addr "$(holds their)")"
	check_eq "IPVS cuts" TimeoutError "$(talk their)"
	vs -C

	ours timeout close=1,time_wait=1,fin_wait=1,last_ack=1,close_wait=1
	hold our
	server=$(server_addr "$(holds our)")
	lb server del tcp "$VIP:7" "$server"
	check_eq "goes on" echo "$(talk our)"
	check_eq "not in the configuration" 0 "$(lb save | grep -c "$server" || :)"
	for _ in 1 2 3; do
		[ "$(other)" != "$(holds our)" ] || fail "a new connection to it"
	done
	check_eq "still" echo "$(talk our)"
	kill "$(tail -n 1 "$_test_dir/pids")"
	wait_eq 60 1 eval "in_ns lv1 lbctl -j limits show |
		jq '.used_servers // .limits.used_servers'"
}

admin()
{
	lb -j server show | jq -r "[.servers[] | \"\(.weight) \(.admin)\"] |
		join(\", \")"
}

# Whoever takes a server out writes weight 0 into IPVS, and the table that is
# saved then has lost the weight for ever. Here they are fields of their own.
test_three_fields()
{
	netns_add lv1
	modprobe -a ip_vs ip_vs_rr
	vs -A -t "$VIP:7" -s rr
	vs -a -t "$VIP:7" -r "$WEB1" -m -w 3
	vs -e -t "$VIP:7" -r "$WEB1" -m -w 0
	vs -Sn >"$_test_dir/theirs"
	vs -C
	vs -R <"$_test_dir/theirs"
	check_match "IPVS: the weight after a restart" ' -w 0$' \
		"$(vs -Sn | grep -e -a)"
	vs -C

	ours
	lb server set tcp "$VIP:7" "$WEB1" weight 3
	lb save >"$_test_dir/ours"
	lb server disable tcp "$VIP:7" "$WEB1" reason "disk"
	lb server drain tcp "$VIP:7" "$WEB2"
	check_eq "the configuration is what it was" \
		"$(grep -E '^(service|server) add' "$_test_dir/ours")" \
		"$(lb save | grep -E '^(service|server) add')"
	# a controller comes back and applies what it knows
	lb apply "$_test_dir/ours"
	check_eq "what the operator said stays" "3 disabled, 1 drain" "$(admin)"
	lb server enable tcp "$VIP:7" "$WEB1"
	check_eq "and the weight" "3 enabled, 1 drain" "$(admin)"
}

drained()
{
	grep -q '"event":"drain"' "$_test_dir/events"
}

# A drain that does not end: IPVS waits for the client. Here it has a deadline,
# and shows what is left until then.
test_deadline()
{
	echo_servers
	theirs
	hold their
	vs -e -t "$VIP:7" -r "$(server_addr "$(holds their)")" -m -w 0
	check_eq "IPVS: goes on for ever" echo "$(talk their)"
	vs -C

	ours
	hold our
	in_ns_background lv1 lbctl -j monitor state >"$_test_dir/events"
	lb server drain tcp "$VIP:7" "$(server_addr "$(holds our)")" deadline 1h
	check_match "progress" 'drain[a-z]*, 1 left, (1 h|59 m)' "$(lb show)"
	check_eq "goes on until then" echo "$(talk our)"
	lb server drain tcp "$VIP:7" "$(server_addr "$(holds our)")" deadline 1
	wait_until 30 drained
	wait_eq 30 0 eval "in_ns lv1 lbctl -j conn show state established |
		jq '.connections | length'"
	check_eq "ended" ConnectionResetError "$(talk our)"
}

# Affinity obeys weight 0 and the drain.
test_affinity()
{
	local first

	echo_servers
	theirs -p 300
	first=$(other)
	check_eq "IPVS: affinity" "$first" "$(other)"
	vs -e -t "$VIP:7" -r "$(server_addr "$first")" -m -w 0
	check_eq "IPVS: to a server of weight 0" "$first" "$(other)"
	vs -C

	ours persist 300
	first=$(other)
	check_eq "affinity" "$first" "$(other)"
	lb server drain tcp "$VIP:7" "$(server_addr "$first")"
	check_match "elsewhere" "^web[12]$" "$(other)"
	[ "$(other)" != "$first" ] || fail "to a draining server"
	first=$(other)
	lb server enable tcp "$VIP:7" "$WEB1"
	lb server enable tcp "$VIP:7" "$WEB2"
	check_eq "and stays there" "$first" "$(other)"
	lb server weight tcp "$VIP:7" "$(server_addr "$first")" 0
	check_match "elsewhere" "^web[12]$" "$(other)"
	[ "$(other)" != "$first" ] || fail "to a server of weight 0"
}

# chosen DIRECTOR: for each of twenty clients the server that it would get
chosen()
{
	local i

	for ((i = 0; i < 20; i++)); do
		in_ns "$1" lbctl explain tcp "10.10.31.$((i + 1)):40000" \
			"$VIP:7" | awk '$1 == ">" { print $2 }'
	done | xargs
}

# A director counts its own connections only, which the documentation says; who
# has two active ones uses a hash, by which they choose alike.
test_two_directors()
{
	local ns

	netns_add lv1 lv2
	for ns in lv1 lv2; do
		# in another order
		seq 101 108 | if [ "$ns" = lv1 ]; then cat; else tac; fi |
			sed "1i service add tcp $VIP:7 scheduler mh
				s/.*/server add tcp $VIP:7 192.168.31.&/" \
			>"$_test_dir/conf"
		in_ns "$ns" lbctl apply "$_test_dir/conf"
	done
	chosen lv1 >"$_test_dir/lv1"
	check_eq "chosen" 20 "$(wc -w <"$_test_dir/lv1")"
	check_between "servers" 3 8 "$(tr ' ' '\n' <"$_test_dir/lv1" |
		sort -u | wc -l)"
	check_eq "alike" "$(cat "$_test_dir/lv1")" "$(chosen lv2)"
	in_ns lv1 lbctl service set tcp "$VIP:7" scheduler twos
	grep -q 'Each director counts its own connections' \
		"$TREE/Documentation/ipvs.rst"
}

run_test "C5 connections of a deleted server get an answer" test_gone
run_test "C8 a deleted server keeps its connections" test_delete
run_test "C9 weight, operator and configuration are three things" \
	test_three_fields
run_test "C10 a drain has a deadline and shows its progress" test_deadline
run_test "C11 affinity obeys weight 0 and the drain" test_affinity
run_test "C14 two directors choose alike by a hash" test_two_directors
[ ! -d /sys/module/ip_vs ] || modprobe -rq ip_vs_rr ip_vs || :
finish
