#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=ash disable=SC2154
# The rows of the bench, in the guest's only process: nothing else runs.
# L4LB_BENCH_ROWS names the groups to run (all).

for part in lib ipvs ours systems others rows verify; do
	# shellcheck source=/dev/null
	. "/bench/$part.sh"
done
PATH=/bench/bin:$PATH

if ! setup_net; then
	echo "E the bench module does not load"
	exit 1
fi
info "kernel $(uname -r)"
info "cmdline $(cat /proc/cmdline)"
for group in ${L4LB_BENCH_ROWS:-verify established conntrack fresh tax \
		many_connections many_services many_servers apply}; do
	begin=$(cut -d. -f1 /proc/uptime)
	"group_$group"
	progress "$group took $(($(cut -d. -f1 /proc/uptime) - begin)) s"
done
info "failures $failures"
[ "$failures" -eq 0 ]
