#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The virtual machine itself, and that the module can be loaded and unloaded.
# serial

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

test_kernel()
{
	[ -n "${KERNEL:-}" ] || return 0
	check_match "running kernel" "^${KERNEL//./\\.}\\." "$(uname -r)"
}

test_modprobe()
{
	modprobe ip_vs
	[ -d /sys/module/ip_vs ]
	# the debug kernel has everything built in
	[ "$(modinfo -n ip_vs)" != "(builtin)" ] || return 0
	modprobe -r ip_vs
	[ ! -d /sys/module/ip_vs ]
}

test_results()
{
	[ -n "${L4LB_RESULTS:-}" ] || return 0
	echo written >"$L4LB_RESULTS/boot"
	check_eq "results directory" written "$(cat "$L4LB_RESULTS/boot")"
	rm "$L4LB_RESULTS/boot"
}

test_module()
{
	load_module
	check_match "modules" '(^|'$'\n'')l4lb ' "$(cat /proc/modules)"
	unload_module
	[ ! -d /sys/module/l4lb ]
	load_module
}

# plain HTTP from client to web1 and back through the router: the topology
# itself works, without us
test_topology()
{
	topo_article 1
	server_dr web1
	http_start web1
	capture_start router int seen tcp port 80
	check_eq "answer" web1 "$(get client http://192.168.31.101/)"
	check_eq "addresses" "$CLIENT 192.168.31.101:80" \
		"$(get client http://192.168.31.101/peer)"
	capture_stop seen
	[ "$(capture_count seen)" -ge 10 ]
	[ "$(dev_count client eth0 rx_packets)" -ge 5 ]
}

run_test kernel test_kernel
run_test modprobe test_modprobe
run_test results test_results
run_test module test_module
run_test topology test_topology
finish
