#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# F64: the control interface is robust: privileges, malformed attributes,
# concurrent edits, dumps larger than one message, and whatever else a client
# may do wrong or die of.  Raw bytes, by selftests/spec/robust.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

robust()
{
	netns_add lv1
	in_ns lv1 "$LIB_DIR/spec/robust" "$1"
}

# the same 10,000 servers, by the library
test_lbctl()
{
	local i

	netns_add lv1
	{
		echo "service add tcp 10.10.31.100:80"
		for ((i = 0; i < 10000; i++)); do
			echo "server add tcp 10.10.31.100:80" \
				"192.168.$((i / 250)).$((i % 250 + 1))"
		done
	} >"$_test_dir/conf"
	in_ns lv1 lbctl apply "$_test_dir/conf"
	check_eq "servers" 10000 \
		"$(in_ns lv1 lbctl -j server show | jq '.servers | length')"
}

load_module
run_test "F64 headers and missing attributes are refused" robust headers
run_test "F64 malformed attributes are refused, each with a sentence" \
	robust malformed
run_test "F64 messages with bytes turned over" robust random
run_test "F64 privileges, user namespaces, groups" robust privileges
run_test "F64 exhausted caps" robust caps
run_test "F64 a message of many objects is one" robust many_objects
run_test "F64 transactions of others, of the dead, on a moved base" \
	robust transactions
run_test "F64 kill -9 in the middle of a transaction" robust killed
run_test "F64 concurrent edits" robust concurrent
run_test "F64 10,000 real servers in one dump" robust dump
run_test "F64 10,000 real servers by lbctl" test_lbctl
run_test "F64 connections while the table grows" robust connections
run_test "F64 standby ends with its socket" robust standby
run_test "F64 events" robust events
run_test "F64 samples of drops, ten of a reason a second" robust drops
finish
