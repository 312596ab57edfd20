#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# C15: an idle director does nothing.  IPVS walks all services every two
# seconds to estimate rates; here a reader computes them.  What the kernel runs
# is traced, so nobody else may have a director meanwhile.
# serial
# tier: full

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

TRACE=$TMP/trace

# ran NAME: how many timers and works of that name, or that module in brackets,
# have run since watch
ran()
{
	grep -cE "(timer_expire_entry|workqueue_execute_start).*$1" \
		"$TRACE/trace" || :
}

estimated()
{
	[ "$(ran estimation_timer)" -ge 3 ]
}

watch()
{
	echo 0 >"$TRACE/tracing_on"
	echo >"$TRACE/trace"
	echo 1 >"$TRACE/events/timer/timer_expire_entry/enable"
	echo 1 >"$TRACE/events/workqueue/workqueue_execute_start/enable"
	echo 1 >"$TRACE/tracing_on"
}

# The estimator's period is 2 s: when it has run three times, six seconds of this
# machine are over, in which nothing of ours ran.
quiet()
{
	watch
	wait_until 60 estimated
	[ "$(ran '\[l4lb\]')" -eq 0 ] || {
		grep '\[l4lb\]' "$TRACE/trace"
		false
	}
}

test_idle()
{
	local i

	netns_add lv1
	mkdir -p "$TRACE"
	mount -t tracefs tracefs "$TRACE"
	at_end "echo 0 >$TRACE/tracing_on; umount $TRACE"
	for ((i = 0; i < 200; i++)); do
		echo "service add tcp 10.10.31.$i:80"
		echo "server add tcp 10.10.31.$i:80 192.168.31.101"
	done >"$_test_dir/conf"
	in_ns lv1 lbctl apply "$_test_dir/conf" >/dev/null
	modprobe -a ip_vs ip_vs_rr
	in_ns lv1 ipvsadm -A -t 10.10.31.100:80 -s rr
	# what the transaction has left to be done comes first
	wait_until 120 quiet
	check_between "of IPVS" 3 1000 "$(ran estimation_timer)"
	in_ns lv1 ipvsadm -C
	# and rates are there all the same
	in_ns lv1 lbctl -j stats rate 1 | jq -e . >/dev/null
}

run_test "C15 nothing runs when nothing happens; IPVS estimates" test_idle
[ ! -d /sys/module/ip_vs ] || modprobe -rq ip_vs_rr ip_vs || :
finish
