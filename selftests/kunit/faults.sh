# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# Sourced in the guests that run the KUnit suites.

# Fault injection, which a suite arms by current->fail_nth (see fault.h): only
# slab caches picked on the command line (slub_debug=A), so that kmemleak's and
# other detectors' own allocations neither fail nor count; GFP_KERNEL included;
# no stack dump each time; no pages, which detectors and slabs take at random.
arm_faults()
{
	[ -d /sys/kernel/debug/failslab ] || return 1
	echo 0 >/sys/kernel/debug/failslab/verbose
	echo N >/sys/kernel/debug/failslab/ignore-gfp-wait
	echo Y >/sys/kernel/debug/failslab/cache-filter
	echo 11 >/sys/kernel/debug/fail_page_alloc/min-order
}
