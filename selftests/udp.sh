#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A DNS service behind the VIP, by NAT and by DR.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

# dns_start SERVER: dnsmasq that answers its own name for "who.example", and a
# record that needs fragments
dns_start()
{
	local dir=$_test_dir/dns-$1 i

	mkdir -p "$dir"
	{
		echo "txt-record=who.example,$1"
		for ((i = 0; i < 12; i++)); do
			echo "txt-record=big.example,$(printf '%02d-%0240d' "$i" 0)"
		done
	} >"$dir/conf"
	in_ns_background "$1" dnsmasq --keep-in-foreground --no-resolv --no-hosts \
		--no-dhcp-interface=eth0 --user=root --pid-file="$dir/pid" \
		--edns-packet-max=4096 --conf-file="$dir/conf"
	wait_listen "$1" udp 53
}

# ask NAME [OPTION...]: the TXT record, as the client gets it from the VIP
ask()
{
	local name=$1

	shift
	in_ns client dig +short +tries=1 "+timeout=$((5 * L4LB_TIME_FACTOR))" \
		"$@" "@$VIP" "$name" TXT
}

dns_answers()
{
	local i

	for ((i = 0; i < $1; i++)); do
		ask who.example
	done | tr -d '"' | sort | uniq -c | xargs
}

dns_service()
{
	local method=$1 i

	topo_article 2
	in_ns lv1 lbctl service add udp "$VIP:53" method "$method" scheduler rr
	for i in web1 web2; do
		[ "$method" = nat ] || server_dr "$i"
		dns_start "$i"
		in_ns lv1 lbctl server add udp "$VIP:53" "$(server_addr "$i")"
	done
}

test_dns()
{
	dns_service "$1"
	check_eq "shares" "5 web1 5 web2" "$(dns_answers 10)"
	check_match "entries" "udp.*$CLIENT" "$(in_ns lv1 lbctl conn show)"
}

# an answer of 3 KB comes in fragments
test_fragments()
{
	dns_service "$1"
	check_eq "records" 12 "$(ask big.example +bufsize=4096 +ignore | wc -l)"
	in_ns client ping -qc 1 -W 5 10.10.31.11 >/dev/null
}

# entries of UDP leave a server that is disabled with their next packet
test_disable()
{
	dns_service nat
	ask_same() { ask who.example -b "$CLIENT#5353" | tr -d '"'; }
	first=$(ask_same)
	check_eq "stays" "$first" "$(ask_same)"
	in_ns lv1 lbctl server disable udp "$VIP:53" "$(server_addr "$first")"
	second=$(ask_same)
	[ "$first" != "$second" ] || fail "the disabled server was asked again"
	check_match "another" 'web[12]' "$second"
}

run_test "F61 DNS by NAT" test_dns nat
run_test "F61 DNS by DR" test_dns dr
run_test "F60 F61 answers in fragments, by NAT" test_fragments nat
run_test "F60 F61 answers in fragments, by DR" test_fragments dr
run_test "F61 a disabled server loses its UDP clients" test_disable
finish
