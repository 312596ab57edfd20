# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154 # _test_dir is of lib.sh
# Sourced after lib.sh by the tests of what becomes of connections: services
# whose ends say what happens to them.

SVC="tcp $VIP:80"
ENDS=$LIB_DIR/packets/ends.py

at_least()
{
	[ "$(reason "$1")" -ge "$2" ]
}

entries()
{
	lb -j conn show "$@" | jq '.connections | length'
}

# health SERVICE_PROTO PORT SERVER up|down: as a checker says it
health()
{
	in_ns lv1 env PYTHONPATH="$LIB_DIR/spec" /usr/bin/python3 -c '
import socket, sys
from wire import Wire
proto, vip, port, server, to = sys.argv[1:]
Wire().call("server-state-set", server={
    "service": {"proto": socket.getprotobyname(proto), "addr": vip,
                "port": int(port)},
    "addr": server, "port": int(port), "health": to})' \
		"$1" "$VIP" "$2" "$3" "$4"
}

# ends NAMESPACE WORD...: ends.py, until the test ends or it does; what it says
# is in $_test_dir/said-NAMESPACE
ends()
{
	local ns=$1

	shift
	in_ns_background "$ns" /usr/bin/python3 -S "$ENDS" "$@" \
		>"$_test_dir/said-$ns" 2>&1
	echo $! >"$_test_dir/pid-$ns"
}

# said NAMESPACE WORD: has it been said?
said()
{
	grep -q "^$2$" "$_test_dir/said-$1"
}

# service METHOD SERVERS [KEY]...: web1.. echo at port 80
service()
{
	local method=$1 n=$2 i

	shift 2
	topo_article "$n"
	# shellcheck disable=SC2086 # a service is two words
	lb service add $SVC method "$method" scheduler rr "$@"
	for ((i = 1; i <= n; i++)); do
		[ "$method" = nat ] || server_dr "web$i"
		ends "web$i" serve 80
		wait_listen "web$i" tcp 80
		# shellcheck disable=SC2086
		lb server add $SVC "$(server_addr "web$i")"
	done
}

# open_one: a connection of the client's, from port 40000 to $TO or the VIP
open_one()
{
	ends client connect "${TO:-$VIP}" 80 40000
	wait_until 20 said client open
}

# say_more: another line of the client's
say_more()
{
	kill -USR1 "$(cat "$_test_dir/pid-client")"
}

segment()
{
	in_ns client /usr/bin/python3 -S "$ENDS" segment "$1" "$CLIENT" "$VIP" \
		80 "$2" "${3:-1}"
}

# standby: hold the VIP as another director's until unstandby
standby()
{
	in_ns_background lv1 env PYTHONPATH="$LIB_DIR/spec" /usr/bin/python3 \
		-c 'import sys, time
from wire import Wire
owner = Wire()
owner.call("standby-set", vip={"addr": sys.argv[1], "standby": 1})
time.sleep(3600)' "$VIP"
	echo $! >"$_test_dir/standby"
	wait_eq 20 true vip_standby
}

unstandby()
{
	kill "$(cat "$_test_dir/standby")"
	wait_eq 20 false vip_standby
}

vip_standby()
{
	lb -j vip show | jq -r '.vips[0].standby'
}

ip_vs_web()
{
	local i

	modprobe -a ip_vs ip_vs_rr
	in_ns lv1 sysctl -qw net.ipv4.ip_forward=1
	in_ns lv1 ipvsadm -A -t "$VIP:80" "$@"
	for i in web1 web2; do
		in_ns lv1 ipvsadm -a -t "$VIP:80" -r "$(server_addr "$i"):80" -m
	done
}

# monitor GROUP: what lbctl monitor says is in $_test_dir/GROUP; returns when it
# listens
monitor()
{
	in_ns_background lv1 lbctl monitor "$1" >"$_test_dir/$1"
	wait_until 20 grep -q listening "$_test_dir/$1"
}
