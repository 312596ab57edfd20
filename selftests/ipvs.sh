#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# One script, two load balancers: what the kernel's own IPVS selftest shows
# (DR, NAT, and DR and NAT with a second address) passes with ip_vs and ipvsadm
# and with l4lb and lbctl, from the same lines. If a scenario fails with both,
# the test is wrong.
#
#     client 10.0.0.1 --- 10.0.0.2 director 172.16.0.1 --- 172.16.0.2 server
#                         VIP 207.175.44.110 (in the kernel's test): here
#                         203.0.113.110, an address for documentation
# serial

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

SVIP=203.0.113.110
PORT=8080

segment()
{
	netns_add client director server
	ip_ns client link add c type veth peer name c netns "$(netns director)"
	ip_ns director link add s type veth peer name s netns "$(netns server)"
	ip_ns client addr add 198.51.100.1/24 dev c
	ip_ns director addr add 198.51.100.2/24 dev c
	ip_ns director addr add 192.0.2.1/24 dev s
	ip_ns server addr add 192.0.2.2/24 dev s
	for end in "client c" "director c" "director s" "server s"; do
		# shellcheck disable=SC2086 # namespace and device
		set -- $end
		ip_ns "$1" link set "$2" up
	done
	ip_ns client route add "$SVIP/32" via 198.51.100.2
	ip_ns client route add 192.0.2.0/24 via 198.51.100.2
	ip_ns server route add default via 192.0.2.1
	ip_ns director addr add "$SVIP/32" dev c
	in_ns director sysctl -qw net.ipv4.ip_forward=1
	httpd_start server "$PORT"
}

# service METHOD, server METHOD: the only lines that differ
ip_vs_service()
{
	modprobe ip_vs
	in_ns director ipvsadm -A -t "$SVIP:$PORT" -s rr
}

ip_vs_server()
{
	local flag=-m

	[ "$1" = nat ] || flag=-g
	in_ns director ipvsadm -a -t "$SVIP:$PORT" -r "192.0.2.2:$PORT" "$flag"
}

l4lb_service()
{
	in_ns director lbctl service add tcp "$SVIP:$PORT" scheduler rr \
		method "$1"
}

l4lb_server()
{
	in_ns director lbctl server add tcp "$SVIP:$PORT" "192.0.2.2:$PORT"
}

fetch()
{
	in_ns client curl -sS --max-time $((10 * L4LB_TIME_FACTOR)) \
		"http://$SVIP:$PORT/"
}

test_dr()
{
	segment
	in_ns server sysctl -qw net.ipv4.conf.all.arp_ignore=1 \
		net.ipv4.conf.all.arp_announce=2
	ip_ns server addr add "$SVIP/32" dev lo
	# the reply has the VIP as source and passes the director, which would
	# call an address of its own a martian
	in_ns director sysctl -qw net.ipv4.conf.s.accept_local=1
	"$1_service" dr
	"$1_server" dr
	check_eq "DR by $1" server "$(fetch)"
}

test_nat()
{
	segment
	"$1_service" nat
	"$1_server" nat
	check_eq "NAT by $1" server "$(fetch)"
}

# traffic to the server's own address goes on beside the service
test_beside()
{
	segment
	"$1_service" nat
	"$1_server" nat
	check_eq "by the VIP" server "$(fetch)"
	check_eq "by its own address" server "$(in_ns client curl -sS \
		--max-time $((10 * L4LB_TIME_FACTOR)) "http://192.0.2.2:$PORT/")"
	check_eq "by the VIP again" server "$(fetch)"
}

# without a server, both answer at once that there is none
test_no_server()
{
	segment
	"$1_service" nat
	check_fails fetch 2>/dev/null
	"$1_server" nat
	check_eq "with a server" server "$(fetch)"
}

for lb in ip_vs l4lb; do
	run_test "NAT with $lb" test_nat $lb
	run_test "DR with $lb" test_dr $lb
	run_test "the server's own address beside NAT with $lb" test_beside $lb
	run_test "a service without a server with $lb" test_no_server $lb
	[ ! -d /sys/module/ip_vs ] || wait_until 20 modprobe -r ip_vs_rr ip_vs
done
finish
