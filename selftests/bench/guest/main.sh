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

# A word to the host waits for it, and meanwhile the guest's clock may leap (idle
# time passes at once). So all is said when all is done.
exec 3>&1 >/tmp/said
finish()
{
	cat /tmp/said >&3
	exit "$1"
}

if ! setup_net; then
	echo "E the bench module does not load"
	finish 1
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
[ "$failures" -eq 0 ] || finish 1
finish 0
