#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The end, under traffic: flush and unload, namespaces and devices that go
# away, CPUs that go offline. What is left over is counted.
# serial

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

if [ "$L4LB_TIER" = full ]; then
	ROUNDS=100
else
	ROUNDS=10
fi

VIP6=2001:db8:31::100

refs()
{
	awk '$1 == "l4lb" { print $3 }' /proc/modules
}

# objects NAME: of a slab cache of ours; 0 when there is none
objects()
{
	awk -v n="$1" '$1 == n { print $2; found = 1 } END { if (!found) print 0 }' \
		/proc/slabinfo
}

serve()
{
	cat >"$TMP/rules" <<-EOT
		service add tcp $VIP:80 method nat scheduler rr
		server add tcp $VIP:80 192.168.31.101
		server add tcp $VIP:80 192.168.31.102
		service add udp $VIP:53 method nat
		server add udp $VIP:53 192.168.31.101
		service add tcp [$VIP6]:80 method dr
		server add tcp [$VIP6]:80 [2001:db8:192::101]
	EOT
	in_ns lv1 lbctl apply "$TMP/rules" >/dev/null
}

# IPv6 on the legs to web1: its routes are counted by namespace
six()
{
	ip_ns client addr add 2001:db8:31::200/64 dev eth0 nodad
	ip_ns lv1 addr add "$VIP6/128" dev ext nodad
	ip_ns lv1 addr add 2001:db8:31::11/64 dev ext nodad
	ip_ns lv1 addr add 2001:db8:192::11/64 dev int nodad
	ip_ns router addr add 2001:db8:31::1/64 dev ext nodad
	ip_ns router addr add 2001:db8:192::1/64 dev int nodad
	in_ns router sysctl -q -w net.ipv6.conf.all.forwarding=1
	ip_ns web1 addr add 2001:db8:192::101/64 dev eth0 nodad
	ip_ns web1 addr add "$VIP6/128" dev lo nodad
	ip_ns web1 -6 route add default via 2001:db8:192::1
}

# requests all the time, whatever comes back
traffic()
{
	local i

	for i in 1 2; do
		in_ns_background client "$LIB_DIR/packets/traffic.py" "$VIP"
	done
}

pair()
{
	topo_article 2
	http_start web1 80 '[::]:80'
	http_start web2
	six
	serve
	check_match "served" 'web[12]' "$(get client)"
	check_eq "served by IPv6" web1 "$(get client "http://[$VIP6]/" -g)"
	traffic
}

test_in_use()
{
	topo_article 1
	serve
	check_fails rmmod l4lb 2>/dev/null
	check_between "references" 1 100 "$(refs)"
	in_ns lv1 lbctl flush
	check_eq "references" 0 "$(refs)"
	rmmod l4lb
	load_module
}

test_reload()
{
	local i

	pair
	for ((i = 0; i < ROUNDS; i++)); do
		in_ns lv1 lbctl flush
		rmmod l4lb
		load_module
		serve
		wait_until 20 eval "get client | grep -q web"
		# for whoever waits for a hundred of them
		[ $((i % 20)) -ne 19 ] || echo "l4lb: $((i + 1)) reloads" \
			>/dev/kmsg
	done
	in_ns lv1 lbctl flush
	check_eq "references" 0 "$(refs)"
	rmmod l4lb
	check_eq "left in slab" "0 0" "$(objects l4lb_conn) $(objects l4lb_conn_nat)"
	load_module
}

test_flush()
{
	local i

	pair
	for ((i = 0; i < 50; i++)); do
		in_ns lv1 lbctl flush
		serve
	done
	wait_until 20 eval "get client | grep -q web"
	in_ns lv1 lbctl flush
	check_eq "references" 0 "$(refs)"
}

test_namespace()
{
	local i

	for ((i = 0; i < 3; i++)); do
		pair
		ip netns del "$(netns lv1)"
		_cleanup_test
		_test_dir=$(mktemp -d "$TMP/test.XXXXXX")
	done
	wait_eq 30 0 refs
}

test_devices()
{
	local i

	pair
	for ((i = 0; i < 10; i++)); do
		ip_ns lv1 link del int
		_wire int lv1 int | ip_ns net
		ip_ns lv1 addr add 192.168.31.11/24 dev int
		ip_ns lv1 link set int up
		wait_until 20 eval "get client | grep -q web"
	done
}

test_cpus()
{
	local cpu=/sys/devices/system/cpu/cpu1/online i

	if [ ! -e "$cpu" ]; then
		skip "one CPU"
	fi
	at_end "echo 1 >$cpu"
	pair
	for ((i = 0; i < 5; i++)); do
		echo 0 >"$cpu"
		get client >/dev/null || :
		echo 1 >"$cpu"
	done
	wait_until 20 eval "get client | grep -q web"
}

# everything at once
test_together()
{
	local cpu=/sys/devices/system/cpu/cpu1/online i device flush

	at_end "echo 1 >$cpu"
	for ((i = 0; i < 2; i++)); do
		pair
		echo 0 >"$cpu" || :
		ip_ns lv1 link del ext &
		device=$!
		in_ns lv1 lbctl flush &
		flush=$!
		echo 1 >"$cpu" || :
		ip netns del "$(netns lv1)"
		wait "$device" "$flush" || :
		_cleanup_test
		_test_dir=$(mktemp -d "$TMP/test.XXXXXX")
	done
	wait_eq 30 0 refs
	rmmod l4lb
	load_module
}

run_test "the module is in use while there is a service" test_in_use
run_test "flush and unload under traffic, $ROUNDS times" test_reload
run_test "flush and configure under traffic" test_flush
run_test "a namespace is deleted under traffic" test_namespace
run_test "a device is deleted under traffic" test_devices
run_test "a CPU goes offline under traffic" test_cpus
run_test "namespace, device, CPU and flush together" test_together
finish
