#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# rr and wlc with real connections, by NAT.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

SVC="tcp $VIP:80"

service()
{
	local n=$1 i

	shift
	topo_article "$n"
	# shellcheck disable=SC2086 # a service is two words
	in_ns lv1 lbctl service add $SVC method nat "$@"
	for ((i = 1; i <= n; i++)); do
		http_start "web$i"
	done
}

# server webN WEIGHT
server()
{
	# shellcheck disable=SC2086
	in_ns lv1 lbctl server add $SVC "$(server_addr "$1")" weight "$2"
}

# hold N: N connections that stay open
hold()
{
	local i

	for ((i = 0; i < $1; i++)); do
		in_ns_background client curl -sS --limit-rate 1k --max-time 600 \
			-o /dev/null "http://$VIP/slow" 2>/dev/null
		wait_eq 20 $((before + i + 1)) established
	done
}

established()
{
	in_ns lv1 lbctl conn show state established | grep -c established || :
}

# active webN
active()
{
	in_ns lv1 lbctl show | awk -v s="$(server_addr "$1"):80" \
		'$2 == s { print $5 }'
}

test_rr()
{
	local i

	service 3 scheduler rr
	server web1 1
	server web2 9
	server web3 0
	check_eq "strictly in turn, whatever the weight; none to weight 0" \
		"4 web1 4 web2" \
		"$(for ((i = 0; i < 8; i++)); do get client; done | sort | uniq -c | xargs)"
	first=$(get client)
	second=$(get client)
	[ "$first" != "$second" ] || fail "$first twice"
}

test_wlc_steers()
{
	service 2 scheduler wlc tie first
	server web1 1
	before=0
	hold 2
	server web2 1
	check_eq "new ones go to the idle server" "web2 web2" \
		"$(get client) $(get client)"
}

test_wlc_weights()
{
	service 3 scheduler wlc
	server web1 1
	server web2 3
	server web3 0
	before=0
	hold 8
	check_eq "1 to 3, none to weight 0" "2 6 0" \
		"$(active web1) $(active web2) $(active web3)"
}

# an idle pool does not always begin with the same server
test_wlc_rotates()
{
	local i

	service 2 scheduler wlc
	server web1 1
	server web2 1
	check_eq "shares of an idle pool" "4 web1 4 web2" \
		"$(for ((i = 0; i < 8; i++)); do get client; in_ns lv1 lbctl conn flush >/dev/null; done |
			sort | uniq -c | xargs)"
}

test_max_conns()
{
	service 2 scheduler wlc
	# shellcheck disable=SC2086
	in_ns lv1 lbctl server add $SVC 192.168.31.101 weight 100 max-conns 3
	server web2 1
	before=0
	hold 6
	check_eq "no more than its limit" "3 3" "$(active web1) $(active web2)"
}

run_test "F5 rr alternates strictly" test_rr
run_test "F6 wlc steers new connections away from load" test_wlc_steers
run_test "F6 wlc keeps to weights 1:3" test_wlc_weights
run_test "F6 wlc rotates among equals" test_wlc_rotates
run_test "F6 a server at max-conns gets no more" test_max_conns
finish
