#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A SYN flood from random sources, at the rate that the machine can do: what is
# established loses nothing, the table stays within its limits, and all returns
# afterwards.  IPVS beside it keeps an entry for each SYN.  Topology: lib.sh,
# topo_article; the flood comes from the router, and web1 counts and drops what
# reaches it, since a server's own defence is not what is tested.
# tier: full

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

WEB1=192.168.31.101
SYN=$L4LB_BUILD/selftests/syn
LIMIT=4096
N=20000
[ "$L4LB_TIER" != full ] || N=100000

# limits FIELD
limits()
{
	lb -j limits show | jq ".$1"
}

half_open()
{
	lb -j service show tcp "$VIP:80" | jq '.services[0].half_open'
}

# the servers: pages at 80, an echo at 7
topo()
{
	topo_article 1
	http_start web1
	in_ns_background web1 socat -t 60 TCP-LISTEN:7,fork,reuseaddr EXEC:cat
	wait_listen web1 tcp 7
	in_ns web1 nft -f - <<-'EOT'
	table netdev flood {
		counter syns { }
		chain in {
			type filter hook ingress device eth0 priority 0;
			ip saddr 198.18.0.0/15 counter name syns drop
		}
	}
	EOT
}

# arrived: SYNs of the flood that have reached web1
arrived()
{
	in_ns web1 nft list counter netdev flood syns |
		awk '$1 == "packets" { print $2 }'
}

# flood [N]: begin; flooding: does it go on?; flooded: how many SYNs it has been
flood()
{
	rm -f "$_test_dir/flooded"
	in_ns_background router "$SYN" ext \
		"$(ip_ns lv1 -j link show dev ext | jq -r '.[0].address')" \
		"$VIP" 80 "${1:-$N}" >"$_test_dir/flooded"
}

flooding()
{
	[ ! -s "$_test_dir/flooded" ]
}

flooded()
{
	cat "$_test_dir/flooded"
}

# A download, and an echo that says something ten times a second and counts what
# it hears, both until "stop" is there
established()
{
	cat >"$_test_dir/echo.py" <<-'EOT'
	import os, socket, sys, time
	vip, stop = sys.argv[1:]
	s = socket.create_connection((vip, 7))
	n = 0
	while not os.path.exists(stop):
	    s.sendall(b"%08d" % n)
	    answer = s.recv(8, socket.MSG_WAITALL)
	    if answer != b"%08d" % n:
	        sys.exit("sent %d, heard %r" % (n, answer))
	    n += 1
	    if n == 1:
	        print("open", flush=True)
	    time.sleep(0.1)
	print(n)
	EOT
	in_ns_background client /usr/bin/python3 -S "$_test_dir/echo.py" \
		"$VIP" "$_test_dir/stop" >"$_test_dir/echo" 2>&1
	echo_pid=$!
	get client "http://$VIP/slow" -o "$_test_dir/got" --max-time 600 &
	echo $! >>"$_test_dir/pids"
	wait_until 20 grep -q open "$_test_dir/echo"
	wait_until 20 test -s "$_test_dir/got"
}

size()
{
	stat -c %s "$_test_dir/got"
}

# both have gone on, and do
lost_nothing()
{
	local before=$1 now

	now=$(size)
	[ "$now" -gt "$before" ] || fail "the download stands at $now"
	wait_until 30 eval "[ \$(stat -c %s '$_test_dir/got') -gt $now ]"
	cmp -n "$(size)" "$_test_dir/got" "$_test_dir/zeros"
	touch "$_test_dir/stop"
	wait "$echo_pid" || fail "$(cat "$_test_dir/echo")"
	check_between "echoes" 3 100000 "$(tail -n 1 "$_test_dir/echo")"
	diag "$(tail -n 1 "$_test_dir/echo") echoes, $(size) bytes of a download"
}

# dropped: packets of lv1 by reason, those of the limits left out; what was evicted
# is no packet
dropped()
{
	lb -j stats | jq -r '[.reasons[] | select(.packets > 0) | .name |
		select(IN("established", "new", "reply", "one_packet", "adopted",
			"not_ours", "conn_limit", "half_open_limit",
			"reopened", "no_service", "evicted") | not)] |
			join(" ")'
}

# most FIELD LIMIT: the most that it has been while the flood went on
watch_limits()
{
	local used memory most=0

	while flooding; do
		read -r used memory < <(lb -j limits show |
			jq -r '"\(.used_conns) \(.used_memory)"')
		[ "$used" -le "$most" ] || most=$used
		check_between "memory" 0 "$1" "$memory"
	done
	# an entry is counted before it is refused, by each CPU
	check_between "entries" $((LIMIT / 2)) $((LIMIT + 2)) "$most"
}

alarms()
{
	jq -r 'select(.event == "alarm") | .alarm' "$_test_dir/alarms" | xargs
}

service()
{
	lb service add tcp "$VIP:80" "$@"
	lb server add tcp "$VIP:80" "$WEB1"
	lb service add tcp "$VIP:7" method nat
	lb server add tcp "$VIP:7" "$WEB1"
}

# IPVS: an entry for each SYN, for a minute; no limit, no alarm
test_ip_vs()
{
	local sent

	topo
	in_ns lv1 sysctl -qw net.ipv4.ip_forward=1
	modprobe -a ip_vs ip_vs_wlc
	in_ns lv1 ipvsadm -A -t "$VIP:80" -s wlc
	in_ns lv1 ipvsadm -a -t "$VIP:80" -r "$WEB1" -m
	flood $((4 * LIMIT))
	wait_until 120 eval "! flooding"
	sent=$(flooded)
	check_between "IPVS: entries" $((sent * 9 / 10)) "$sent" \
		"$(in_ns lv1 grep -c '^TCP' /proc/net/ip_vs_conn)"
	in_ns lv1 ipvsadm -C
}

# The table is full of half-open entries: alarm first, then SYNs are dropped;
# nothing of what is established. Half-open entries leave as room is wanted.
test_full()
{
	local before memory sent

	topo
	memory=$(($(limits used_memory) + LIMIT * 512))
	lb limits set conns "$LIMIT" memory "$memory"
	in_ns_background lv1 lbctl -j monitor alarm >"$_test_dir/alarms"
	service method nat scheduler wlc
	established
	before=$(size)
	flood
	watch_limits "$memory"
	sent=$(flooded)
	check_match "the alarm came before the limit" '^conns_near conns_full' \
		"$(alarms)"
	wait_eq 20 "$sent" eval "echo \$((\$(arrived) + \$(reason conn_limit)))"
	check_between "dropped for want of room" 1 "$sent" "$(reason conn_limit)"
	check_eq "dropped for other reasons" "" "$(dropped)"
	diag "$sent SYNs, $(arrived) reached the server, $(reason conn_limit) dropped"
	lost_nothing "$before"
	# those who are older than a few seconds make room, one in eight
	wait_until 30 eval "[ \$(in_ns lv1 lbctl -j limits show |
		jq .used_conns) -lt $((LIMIT * 7 / 8)) ]"
	check_between "half-open entries that made room" 1 "$sent" \
		"$(reason evicted)"
	check_eq "a new connection" web1 "$(get)"
	# and the rest when their time has come
	lb service set tcp "$VIP:80" timeout syn_recv=1
	wait_eq 60 0 half_open
	check_between "what is left" 0 10 "$(limits used_conns)"
}

# A service's cap of half-open entries keeps the flood off the others.
test_half_open()
{
	local before i

	topo
	lb limits set conns $((4 * LIMIT))
	in_ns_background lv1 lbctl -j monitor alarm >"$_test_dir/alarms"
	service method nat scheduler wlc half-open-max 500
	established
	before=$(size)
	flood
	wait_until 20 eval "[ \$(reason half_open_limit) -gt 0 ]"
	for ((i = 0; i < 5; i++)); do
		check_between "half-open" 0 500 "$(half_open)"
		check_eq "another service" hello "$(echo hello |
			in_ns client busybox nc -w 10 "$VIP" 7)"
	done
	wait_until 120 eval "! flooding"
	check_eq "one alarm" half_open "$(alarms)"
	wait_eq 20 "$(flooded)" eval \
		"echo \$((\$(arrived) + \$(reason half_open_limit)))"
	check_eq "dropped for other reasons" "" "$(dropped)"
	lost_nothing "$before"
	lb service set tcp "$VIP:80" timeout syn_recv=1
	wait_eq 60 0 half_open
	check_eq "a new connection" web1 "$(get)"
}

# Where a hash chooses, a full table drops nothing: packets go on without an
# entry, and those of a connection meet at one server.
test_stateless()
{
	local i

	topo
	server_dr web1
	lb limits set conns 1000
	lb service add tcp "$VIP:80" scheduler mh
	lb server add tcp "$VIP:80" "$WEB1"
	flood
	wait_until 20 eval "[ \$(reason one_packet) -gt 0 ]"
	for ((i = 0; i < 5; i++)); do
		check_eq "a new connection in the flood" web1 "$(get)"
	done
	wait_until 120 eval "! flooding"
	wait_eq 20 "$(flooded)" arrived
	check_eq "dropped for want of room" 0 "$(reason conn_limit)"
	check_eq "dropped for other reasons" "" "$(dropped)"
}

run_test "C17 C18 IPVS: an entry for each SYN of a flood" test_ip_vs
run_test "C17 a flood fills the table, and half-open entries go first" test_full
run_test "C18 a cap of half-open entries for each service" test_half_open
run_test "C17 hash services go on in a full table" test_stateless
[ ! -d /sys/module/ip_vs ] || modprobe -rq ip_vs_wlc ip_vs || :
finish
