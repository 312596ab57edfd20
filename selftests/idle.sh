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

# by a timer, and from Linux 6.2 on by threads
estimated()
{
	grep -cE 'estimation_timer|comm=ipvs-e' "$TRACE/trace" || :
}

watch()
{
	echo 0 >"$TRACE/tracing_on"
	echo >"$TRACE/trace"
	echo 1 >"$TRACE/events/timer/timer_expire_entry/enable"
	echo 1 >"$TRACE/events/workqueue/workqueue_execute_start/enable"
	echo 'comm ~ "ipvs-e*"' >"$TRACE/events/sched/sched_wakeup/filter"
	echo 1 >"$TRACE/events/sched/sched_wakeup/enable"
	echo 1 >"$TRACE/tracing_on"
}

# Six seconds are what is watched: three periods of the estimator.
quiet()
{
	watch
	sleep 6
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
	check_between "of IPVS" 1 100000 "$(estimated)"
	in_ns lv1 ipvsadm -C
	# and rates are there all the same
	in_ns lv1 lbctl -j stats rate 1 | jq -e . >/dev/null
}

run_test "C15 nothing runs when nothing happens; IPVS estimates" test_idle
[ ! -d /sys/module/ip_vs ] || modprobe -rq ip_vs_rr ip_vs || :
finish
