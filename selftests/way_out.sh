#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Ways out that are not simply a device: IPsec, a VRF.
# Topology: lib.sh, topo_article.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

# esp_tunnel: a policy towards web1, in tunnel mode, on both ends
esp_tunnel()
{
	local ns auth enc

	modprobe -aq esp4 authenc cbc aes sha256 || :
	auth=0x$(printf '11%.0s' {1..32})
	enc=0x$(printf '22%.0s' {1..16})
	for ns in lv1 web1; do
		ip_ns "$ns" xfrm state add src 192.168.31.11 \
			dst 192.168.31.101 proto esp spi 0x100 mode tunnel \
			auth-trunc 'hmac(sha256)' "$auth" 128 \
			enc 'cbc(aes)' "$enc"
	done
	ip_ns lv1 xfrm policy add dir out dst 192.168.31.101/32 \
		tmpl src 192.168.31.11 dst 192.168.31.101 proto esp mode tunnel
	ip_ns web1 xfrm policy add dir in dst 192.168.31.101/32 \
		tmpl src 192.168.31.11 dst 192.168.31.101 proto esp mode tunnel
}

# One of two servers is reached by IPsec only. A policy comes while the service
# runs, and goes again.
test_ipsec()
{
	web_service nat 2 scheduler rr
	check_eq "before" "1 web1 1 web2" "$(answers 2)"
	esp_tunnel
	capture_start lv1 int int
	check_eq "with the policy" "2 web1 2 web2" "$(answers 4)"
	capture_stop int
	check_eq "to web1 in the clear" 0 "$(capture_count int dst \
		192.168.31.101 and tcp)"
	check_between "to web1 by ESP" 4 100 "$(capture_count int dst \
		192.168.31.101 and ip proto 50)"
	check_between "to web2 in the clear" 4 100 "$(capture_count int dst \
		192.168.31.102 and tcp)"
	check_eq "to web2 by ESP" 0 "$(capture_count int dst \
		192.168.31.102 and ip proto 50)"
	ip_ns lv1 xfrm policy flush
	ip_ns web1 xfrm policy flush
	check_eq "after" "1 web1 1 web2" "$(answers 2)"
}

# The clients' side is in a VRF, the servers' side is not; routes lead across.
# The VRF shows each packet twice.
test_vrf()
{
	modprobe -q vrf || :
	web_service nat 1
	{
		echo "link add red type vrf table 100"
		echo "link set red up"
		echo "link set ext master red"
		echo "route add 10.10.31.0/24 dev ext"
	} | ip_ns lv1
	capture_start web1 eth0 web src "$CLIENT" and tcp
	check_eq "answer" web1 "$(get client)"
	capture_stop web
	in_ns lv1 lbctl -j stats >"$_test_dir/stats"
	check_eq "new connections" 1 "$(jq '[.reasons[] |
		select(.name == "new")][0].packets' "$_test_dir/stats")"
	check_eq "all of the client's packets, once" \
		"$(capture_count web)" "$(jq '[.reasons[] |
			select(.name == "new" or .name == "established") |
			.packets] | add' "$_test_dir/stats")"
}

run_test "one server behind an IPsec policy" test_ipsec
run_test "the clients' side in a VRF" test_vrf
finish
