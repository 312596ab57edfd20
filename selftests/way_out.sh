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

# A policy that waits for its key: nothing is sent, least of all to the director's
# own sockets.
test_no_key()
{
	web_service dr 1
	check_eq "before" web1 "$(get client)"
	ip_ns lv1 xfrm policy add dir out dst 192.168.31.101/32 \
		tmpl src 192.168.31.11 dst 192.168.31.101 proto esp mode tunnel
	http_start lv1
	capture_start lv1 int int dst 192.168.31.101 or dst "$VIP"
	check_fails in_ns client curl -sS --max-time 2 "http://$VIP/" 2>/dev/null
	capture_stop int
	check_eq "in the clear" 0 "$(capture_count int tcp)"
	check_between "dropped" 1 10 "$(in_ns lv1 lbctl -j stats |
		jq '[.reasons[] | select(.name == "no_route").packets] | add')"
	ip_ns lv1 xfrm policy flush
	check_eq "after" web1 "$(get client)"
}

# by_esp NAME PORT: an answer from PORT, whose packets went by ESP alone
by_esp()
{
	capture_start lv1 int "$1" dst 192.168.31.101
	check_eq "$1: answer" web1 "$(get client "http://$VIP:$2/")"
	capture_stop "$1"
	check_eq "$1: in the clear" 0 "$(capture_count "$1" tcp)"
	check_between "$1: by ESP" 4 100 "$(capture_count "$1" ip proto 50)"
}

# Servers without a port or without a protocol of their own: policies that name
# one are asked about each packet.
test_ipsec_wide()
{
	local ns

	topo_article 1
	esp_tunnel
	for ns in lv1:out web1:in; do
		ip_ns "${ns%:*}" xfrm policy flush
		ip_ns "${ns%:*}" xfrm policy add dir "${ns#*:}" \
			dst 192.168.31.101/32 proto tcp dport 8080 \
			tmpl src 192.168.31.11 dst 192.168.31.101 \
			proto esp mode tunnel
	done
	http_start web1 8080 8081
	in_ns lv1 lbctl service add tcp "$VIP:any" method nat
	in_ns lv1 lbctl server add tcp "$VIP:any" 192.168.31.101
	check_eq "a port that no policy names" web1 \
		"$(get client "http://$VIP:8081/")"
	by_esp any 8080
	check_eq "the other port again" web1 "$(get client "http://$VIP:8081/")"
	in_ns lv1 lbctl service del tcp "$VIP:any"
	in_ns lv1 iptables -t mangle -A PREROUTING -d "$VIP" -p tcp \
		-j MARK --set-mark 5
	in_ns lv1 lbctl service add fwmark 5 method nat
	in_ns lv1 lbctl server add fwmark 5 192.168.31.101
	by_esp mark 8080
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

# A client in a VRF whose IPv6 packets are too large for a tunnel over IPv4.
test_vrf_error()
{
	local vip=2001:db8:31::100

	modprobe -q vrf || :
	topo_article 1
	ip_ns client addr add 2001:db8:31::200/64 dev eth0 nodad
	{
		echo "link add red type vrf table 100"
		echo "link set red up"
		echo "link set ext master red"
		echo "addr add 2001:db8:31::11/64 dev ext nodad"
		echo "addr add $vip/128 dev ext nodad"
	} | ip_ns lv1
	in_ns lv1 lbctl service add udp "[$vip]:5000" method tunnel hook input
	in_ns lv1 lbctl server add udp "[$vip]:5000" 192.168.31.101:5000
	in_ns client /usr/bin/python3 -S - "$vip" <<-'EOT'
	import errno, socket, sys
	IPV6_MTU_DISCOVER, IPV6_PMTUDISC_DO, IPV6_MTU = 23, 2, 24
	s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
	s.setsockopt(socket.IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_DO)
	s.settimeout(10)
	s.connect((sys.argv[1], 5000))
	s.send(bytes(1452))
	try:
	    s.recv(1)
	except OSError as e:
	    assert e.errno == errno.EMSGSIZE, e
	assert s.getsockopt(socket.IPPROTO_IPV6, IPV6_MTU) == 1480
	EOT
}

# What a socket in a VRF sends is met once, with the device that it leaves by.
test_vrf_local()
{
	modprobe -q vrf || :
	web_service nat 1
	{
		echo "link add red type vrf table 100"
		echo "link set red up"
		echo "link set ext master red"
		echo "addr add 10.10.31.11/24 dev ext"
	} | ip_ns lv1 2>/dev/null || :
	in_ns lv1 lbctl -j stats >"$_test_dir/before"
	in_ns lv1 ping -I red -qc 40 -i 0.02 -W 5 "$CLIENT" >/dev/null 2>&1
	in_ns lv1 lbctl -j stats >"$_test_dir/after"
	# forty requests out, forty replies in, and what IPv6 has to say
	check_between "packets that are not ours" 80 110 "$(jq -s '
		[.[].reasons[] | select(.name == "not_ours").packets] |
		.[-1] - (if length > 1 then .[0] else 0 end)' \
		"$_test_dir/before" "$_test_dir/after")"
}

run_test "one server behind an IPsec policy" test_ipsec
run_test "an IPsec policy without a key" test_no_key
run_test "IPsec policies and servers of many ports" test_ipsec_wide
run_test "the clients' side in a VRF" test_vrf
run_test "an error to a client in a VRF" test_vrf_error
run_test "a socket in a VRF" test_vrf_local
finish
