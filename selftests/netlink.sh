#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The generic netlink family against its spec: what the kernel reports of
# itself, the kernel's own YNL client, and a client of libnl-genl-3, written
# against the spec alone, that must see and be told the same as libl4lb.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

SPEC=$TREE/Documentation/netlink/specs/l4lb.yaml

# a namespace without services, with a way to VIP and servers
director()
{
	netns_add lv1
	ip_ns lv1 <<-EOT
		link add ext type dummy
		addr add 10.10.31.11/24 dev ext
		link set ext up
		link add int type dummy
		addr add 192.168.31.11/16 dev int
		link set int up
	EOT
}

test_policy()
{
	director
	in_ns lv1 "$LIB_DIR/spec/check-policy"
}

# ynl ARG...: the client as it stands in the kernel's source; the schema is
# checked by lint, which takes a fraction of the time outside of the emulator
ynl()
{
	local tree

	tree=$("$LIB_DIR/vm/kernel" source 6.12 tools/net/ynl)
	in_ns lv1 /usr/bin/python3 "$tree/tools/net/ynl/cli.py" \
		--spec "$SPEC" --no-schema --output-json "$@"
}

test_ynl()
{
	local key='{"service":{"proto":6,"addr":"0a0a1f64","port":80}}' got

	director
	got=$(ynl --multi service-new '{"service":{"proto":6,
		"addr":"0a0a1f64", "port":80, "name":"www", "method":"nat",
		"scheduler":"rr",
		"timeout":[{"state":"established", "seconds":30}]}}' \
		--multi service-get "$key" | jq '.[1].service[0]')
	check_eq "method" nat "$(jq -r .method <<<"$got")"
	check_eq "address" 10.10.31.100 "$(jq -r .addr <<<"$got")"
	check_eq "timeout" 30 "$(jq '.timeout[] |
		select(.state == "established").seconds' <<<"$got")"
	check_eq "lbctl's view" www \
		"$(in_ns lv1 lbctl -j service show | jq -r '.services[].name')"
	got=$(ynl --dump service-get)
	check_eq "services" 1 "$(jq '[.[].service[]] | length' <<<"$got")"
	ynl --do service-del --json "$key"
	check_eq "what is left" "" "$(in_ns lv1 lbctl save)"
	got=$(ynl --do service-del --json "$key" || :)
	check_match "refusal" "no such service" "$got"
}

test_client()
{
	director
	in_ns lv1 "$L4LB_BUILD/selftests/genl" "$1"
}

load_module
run_test "policies are the spec's" test_policy
run_test "the YNL client adds, gets and deletes a service" test_ynl
run_test "libnl and libl4lb see the same changes" test_client changes
run_test "libnl and libl4lb make the same transactions" \
	test_client transactions
run_test "libnl and libl4lb see the same connections" test_client connections
run_test "libnl and libl4lb hear the same explanations" test_client explain
run_test "libnl and libl4lb are refused alike" test_client refusals
finish
