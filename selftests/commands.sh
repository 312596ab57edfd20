#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Services and servers by command: add, set, delete, list, save, apply, and
# what is refused.  One director, no traffic but where a test says so.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

director()
{
	netns_add lv1
	ip_ns lv1 link add ext type dummy
	ip_ns lv1 addr add 10.10.31.11/24 dev ext
	ip_ns lv1 link set ext up
}

# refused REGEX COMMAND...: exit status 1, one sentence that matches, and
# nothing changed
refused()
{
	local regex=$1 before after status=0

	shift
	before=$(lb save)
	lb "$@" >"$_test_dir/out" 2>&1 || status=$?
	after=$(lb save)
	check_eq "status of: $*" 1 "$status"
	check_match "answer to: $*" "^lbctl: .*($regex)" "$(cat "$_test_dir/out")"
	check_eq "lines of: $*" 1 "$(wc -l <"$_test_dir/out")"
	check_eq "configuration after: $*" "$before" "$after"
}

# usage WORD COMMAND...: exit status 2, and the wrong word is named
usage()
{
	local word=$1 before after status=0

	shift
	before=$(lb save)
	lb "$@" >"$_test_dir/out" 2>&1 || status=$?
	after=$(lb save)
	check_eq "status of: $*" 2 "$status"
	grep -qF -- "$word" "$_test_dir/out" ||
		fail "$* does not name $word: $(cat "$_test_dir/out")"
	check_eq "configuration after: $*" "$before" "$after"
}

test_edit()
{
	director
	check_eq "empty" "" "$(lb save)"
	lb service add tcp 10.10.31.100:80 name www scheduler rr method nat
	lb server add tcp 10.10.31.100:80 192.168.31.101:8080 weight 3
	lb server add www 192.168.31.102:8080
	lb server set www 192.168.31.102:8080 weight 0
	lb service add udp 10.10.31.100:53
	lb service set www scheduler wlc tie first midstream drop
	check_match "service" "wlc" "$(lb service show www)"
	check_match "server" "192.168.31.102:8080" "$(lb server show www 192.168.31.102:8080)"
	lb server del www 192.168.31.101:8080
	check_eq "deleted" 0 "$(lb save | grep -c 31.101 || :)"
	lb service del udp 10.10.31.100:53
	check_eq "deleted" 0 "$(lb save | grep -c udp || :)"
	lb flush
	check_eq "flushed" "" "$(lb save)"
}

test_refusals()
{
	director
	lb service add tcp 10.10.31.100:80 name www method dr
	lb server add www 192.168.31.101
	refused 'exists' service add tcp 10.10.31.100:80
	refused 'exists' server add www 192.168.31.101
	refused 'no such service' service del tcp 10.10.31.100:81
	refused 'no such service' service set nowhere scheduler rr
	refused 'no such service' server add tcp 10.10.31.99:80 192.168.31.101
	refused 'no such server' server del www 192.168.31.199
	refused 'no such server' server set www 192.168.31.199 weight 2
	refused 'scheduler' service add tcp 10.10.31.100:81 scheduler lblc
	refused 'port' server add www 192.168.31.102:8080
	refused 'multicast|VIP' service add tcp 224.0.0.1:80
	refused 'VIP' service add tcp 127.0.0.1:80
	refused 'VIP' service add tcp 0.0.0.0:80
	refused 'VIP' service add tcp 255.255.255.255:80
	refused 'server' server add www 224.0.0.1
	refused 'server' server add www 127.0.0.1
	refused 'server' server add www 0.0.0.0
	refused 'VIP' server add www 10.10.31.100
	refused 'IPv6|family' server add www '[2001:db8::1]'
	refused 'fullnat' service add tcp 10.10.31.100:81 method fullnat
	refused 'name' service add tcp 10.10.31.100:81 name www
	refused 'name' service add tcp 10.10.31.100:81 name all
	refused 'name' service add tcp 10.10.31.100:81 name default
	refused 'weight|65535' server set www 192.168.31.101 weight 65536
}

# identities: each once, in and out again, named in every command
test_identities()
{
	local id

	director
	while read -r id; do
		# shellcheck disable=SC2086 # words
		lb service add $id scheduler rr
		check_eq "saved: $id" "service add $id scheduler rr" \
			"$(lb save | sed -n 's/ method .*//p')"
		# shellcheck disable=SC2086 # words
		check_eq "shown: $id" "service $id" "$(lb service show $id | head -n 1)"
		# shellcheck disable=SC2086 # words
		refused 'exists' service add $id
		# shellcheck disable=SC2086 # words
		lb service del $id
		check_eq "deleted: $id" "" "$(lb save)"
	done <<-'END'
	tcp 10.10.31.100:80
	tcp 10.10.31.100:8000-8099
	udp 10.10.31.100:any
	tcp 10.10.31.0/24:80
	udp 10.10.31.0/24:5060-5069
	tcp [2001:db8::80]:80
	tcp [2001:db8::/64]:any
	fwmark 7
	fwmark 7 family 6
	END
	lb service add fwmark 0x10
	lb service add tcp 10.10.31.100:9000-9000
	check_match "a mark in hex" 'fwmark 16 ' "$(lb save)"
	check_match "a range of one" 'tcp 10.10.31.100:9000 ' "$(lb save)"
}

test_identity_refusals()
{
	director
	lb service add tcp 10.10.31.100:8000-8099 name range method nat
	lb service add tcp 10.10.31.100:any name any
	refused 'overlap' service add tcp 10.10.31.100:8099-8200
	refused 'upside down' service add tcp 10.10.31.101:90-80
	refused 'bits set' service add tcp 10.10.31.5/24:80
	refused 'mark 0' service add fwmark 0
	refused 'without nat' server add any 192.168.31.101:80
	refused 'family' server add any 2001:db8::1
	refused 'bits set' vip set 10.10.31.5/24 unknown-port drop
	lb server add range 192.168.31.101
	lb server add range 192.168.31.102:8080
	lb server add any 192.168.31.101
	check_match "no port" '-> 192.168.31.101 +Route' "$(lb show)"
	check_match "no port" 'any 192.168.31.101 weight' "$(lb save)"
	lb vip set 10.10.31.0/24 unknown-port reject
	check_match "prefix" '10.10.31.0/24 +unknown-port reject' \
		"$(lb vip show 10.10.31.0/24)"
}

# every key once: what is said is kept
test_keys()
{
	local key

	director
	lb service add tcp 10.10.31.100:80 name www method tunnel
	while read -r key; do
		# shellcheck disable=SC2086 # words
		lb service set www $key
		check_match "key: $key" " $key([[:space:]]|\$)" "$(lb save)"
	done <<-'END'
	method dr
	tie first
	midstream adopt
	timeout syn_recv=10,established=900
	persist 300/24
	persist 0
	slow-start 60
	on-down hold
	on-down reset
	on-server-gone reschedule
	on-server-gone drop
	track-seq on
	half-open-max 500
	hook input
	track on
	END
	check_match "origin" 'established 900 s [(]own[)]' "$(lb service show www)"
	check_match "origin" 'close_wait +[0-9]+ s [(]namespace default[)]' \
		"$(lb service show www)"
	lb service add udp 10.10.31.100:53 one-packet on
	check_match "key" 'one-packet on' "$(lb save)"
}

test_key_refusals()
{
	local tcp='service add tcp 10.10.31.100:80'
	local udp='service add udp 10.10.31.100:53'

	director
	# shellcheck disable=SC2086 # words
	while IFS='|' read -r regex words; do
		refused "$regex" $words
	done <<-END
	one-packet needs UDP|$tcp one-packet on
	replies of nat|$udp one-packet on method nat
	forgets clients|$udp one-packet on persist 300
	1 to 32 bits|$tcp persist 300/33
	needs persist|$tcp persist 0/24
	at most 3600|$tcp slow-start 3601
	needs hook input|$tcp track on
	hash-port needs|$tcp hash-port on
	hash-fallback needs|$tcp hash-fallback on
	track-seq needs TCP|$udp track-seq on
	END
	lb service add tcp 10.10.31.100:80 name www
	lb server add www 192.168.31.101
	refused '2000000' server drain www 192.168.31.101 deadline 1000h
}

test_usage()
{
	director
	lb service add tcp 10.10.31.100:80 name www
	usage servise servise add tcp 10.10.31.100:80
	usage ad service ad tcp 10.10.31.100:80
	usage sctp service add sctp 10.10.31.100:80
	usage 10.10.31.300 service add tcp 10.10.31.300:80
	usage 10.10.31.100:99999 service add tcp 10.10.31.100:99999
	usage shceduler service add tcp 10.10.31.100:81 shceduler rr
	usage sideways service add tcp 10.10.31.100:81 method sideways
	usage heavy server add www 192.168.31.101 weight heavy
	usage -5 server add www 192.168.31.101 weight -5
	usage weight server add www 192.168.31.101 weight
	usage surplus flush surplus
	usage 'word 5' service set www name \
		abcdefghijklmnopqrstuvwxyz0123456789
	usage '"any"' service add tcp 10.10.31.100:0
	usage '"any"' service add tcp 10.10.31.100:ayn
	usage 10.10.31.0/33 service add tcp 10.10.31.0/33:80
	usage '"fwmark"' service add fwmrk 7
	usage '4 or 6' service add fwmark 7 family 5
	usage '"persist"' service add tcp 10.10.31.100:81 persits 300
	usage maybe service add tcp 10.10.31.100:81 track-seq maybe
	usage output service add tcp 10.10.31.100:81 hook output
	usage soon server drain www 192.168.31.101 deadline soon
	usage deadline server enable www 192.168.31.101 deadline 10m
	usage '"drops"' monitor dorps
	usage 0xg explain tcp 10.10.31.1:1 10.10.31.100:80 mark 0xg
}

# ipvsadm's columns, with counts that are those of live connections
test_listing()
{
	local table pid

	topo_article 2
	for i in web1 web2; do
		http_start "$i"
	done
	lb service add tcp "$VIP:80" scheduler rr method nat
	lb server add tcp "$VIP:80" 192.168.31.101 weight 5
	lb server add tcp "$VIP:80" 192.168.31.102
	lb service add udp "$VIP:53" method dr
	lb server add udp "$VIP:53" 192.168.31.101
	get client "http://$VIP/slow" -o /dev/null --max-time 200 2>/dev/null &
	pid=$!
	wait_until 20 eval "in_ns lv1 lbctl conn show | grep -q established"
	get >/dev/null
	table=$(lb show)
	kill "$pid"
	check_match "header" 'Prot +LocalAddress:Port +Scheduler +Flags' "$table"
	check_match "header" '-> +RemoteAddress:Port +Forward +Weight +ActiveConn +InActConn' "$table"
	check_match "service" "TCP +$VIP:80 +rr" "$table"
	check_match "service" "UDP +$VIP:53 +wlc" "$table"
	check_match "NAT" '-> +192.168.31.101:80 +Masq +5 +[01] +[01]' "$table"
	check_match "DR" '-> +192.168.31.101:53 +Route +1 +0 +0' "$table"
	check_eq "one active, one inactive" "1 1" "$(awk '$3 == "Masq" {
		a += $5; i += $6 } END { print a, i }' <<<"$table")"
}

same_saved()
{
	local file

	for file in one two; do
		sed 's/ deadline [0-9]*s//' "$_test_dir/$file" \
			>"$_test_dir/$file.still"
	done
	cmp "$_test_dir/one.still" "$_test_dir/two.still"
}

test_save_apply()
{
	director
	lb service add tcp 10.10.31.100:80 name www scheduler rr method nat
	lb service add tcp 10.10.31.101:443 timeout established=100,fin_wait=7
	lb service add udp 10.10.31.100:53 tie first
	for i in 1 2 3 4 5; do
		lb server add www "192.168.31.10$i:8080" weight "$i" name "web$i"
		lb server add udp 10.10.31.100:53 "192.168.31.10$i" max-conns "10$i:7"
	done
	lb vip set 10.10.31.100 unknown-port drop
	lb vip set 10.10.32.0/24 unknown-port reject
	lb service add tcp 10.10.32.0/24:8000-8099 persist 300/24 slow-start 60 \
		on-down hold on-server-gone drop track-seq on half-open-max 50
	lb server add tcp 10.10.32.0/24:8000-8099 192.168.31.101
	lb service add fwmark 7 method tunnel
	lb service add tcp 10.10.31.103:22 hook input track on
	lb server add fwmark 7 192.168.31.101 weight 3
	lb service add udp '[2001:db8::/64]:any' one-packet on
	lb server drain www 192.168.31.102:8080 reason "disk is full" deadline 2h
	lb server disable www web3
	lb server weight www web4 9
	lb save >"$_test_dir/one"
	lb version digest >"$_test_dir/digest"
	lb version >"$_test_dir/version1"
	lb flush
	check_eq "flushed" "" "$(lb save)"
	lb apply "$_test_dir/one"
	lb save >"$_test_dir/two"
	same_saved
	check_match "what is left of a drain" 'deadline 7[0-9]*s' \
		"$(cat "$_test_dir/two")"
	lb version >"$_test_dir/version2"
	check_eq "digest" "$(grep -i digest "$_test_dir/version1")" \
		"$(grep -i digest "$_test_dir/version2")"
	# applying what is there changes nothing
	lb apply "$_test_dir/one"
	lb version | cmp - "$_test_dir/version2"
	lb apply "$_test_dir/one" dry-run
	lb save | lb apply -
	lb save >"$_test_dir/two"
	same_saved
}

# what a broken pipe leaves deletes nothing
test_apply_part()
{
	director
	lb service add tcp 10.10.31.100:80 name www
	lb server add www 192.168.31.101
	lb save >"$_test_dir/before"
	refused 'this would delete all' apply - </dev/null
	head -n 2 "$_test_dir/before" >"$_test_dir/part"
	refused 'cut off' apply "$_test_dir/part"
	lb save | cmp - "$_test_dir/before"
	lb apply - force </dev/null
	check_eq "all, by force" "" "$(lb save)"
}

# a name is changed by name, and no other service by it
test_rename()
{
	director
	lb service add tcp 10.10.31.100:80 name www
	lb service add tcp 10.10.31.100:81 name web
	refused 'another service has this name' service set www name web
	lb service set www name first scheduler rr
	check_eq "renamed" "service tcp 10.10.31.100:80" \
		"$(lb service show first | head -n 1)"
	check_match "the other" 'wlc' "$(lb service show web)"
	refused 'no such service' service set www scheduler rr
}

# what no packet of a service can meet is in no digest
test_timeouts()
{
	director
	refused 'the service is UDP' service add udp 10.10.31.100:53 \
		timeout established=900
	refused 'the service is TCP' service add tcp 10.10.31.100:80 \
		timeout udp=7
	lb service add fwmark 7 timeout established=900,udp=7
	lb version | grep -i digest >"$_test_dir/digest"
	lb save >"$_test_dir/one"
	lb flush
	lb apply "$_test_dir/one"
	lb version | grep -i digest | cmp - "$_test_dir/digest"
}

# a bad file changes nothing; the place is named
test_apply_refused()
{
	local status=0

	director
	lb service add tcp 10.10.31.100:80 name www
	lb save >"$_test_dir/before"
	printf '%s\n' 'service add tcp 10.10.31.101:80' \
		'server add tcp 10.10.31.101:80 192.168.31.101' \
		'server add tcp 10.10.31.102:80 192.168.31.101' \
		>"$_test_dir/file"
	lb apply "$_test_dir/file" 2>"$_test_dir/err" || status=$?
	check_eq "status" 1 "$status"
	check_match "place and reason" "file:3:[0-9]+: .*no such service" \
		"$(cat "$_test_dir/err")"
	lb save | cmp - "$_test_dir/before"
	status=0
	printf '%s\n' '# a comment' 'service add tcp 10.10.31.101:80 wieght 3' \
		>"$_test_dir/file"
	lb apply "$_test_dir/file" 2>"$_test_dir/err" || status=$?
	check_match "status" '^[12]$' "$status"
	check_match "place and word" "file:2:33: .*wieght" \
		"$(cat "$_test_dir/err")"
	lb save | cmp - "$_test_dir/before"
}

# health, admin and weight are three fields
test_states()
{
	director
	lb service add tcp 10.10.31.100:80 name www
	lb server add www 192.168.31.101 weight 5
	lb server disable www 192.168.31.101 reason "moved away"
	check_match "disabled" 'disabled.*moved away' "$(lb show | tr '\n' ' ')"
	lb server set www 192.168.31.101 weight 7
	check_match "still disabled" disabled "$(lb show)"
	lb server enable www 192.168.31.101
	lb server weight www 192.168.31.101 2
	check_match "operator's weight" '192.168.31.101:80 +Route +2 ' "$(lb show)"
	check_match "configured weight" 'weight 7' "$(lb save)"
	lb server weight all 192.168.31.101 default
	check_match "back" '192.168.31.101:80 +Route +7 ' "$(lb show)"
	lb server drain www 192.168.31.101 deadline 10m
	check_match "progress" 'draining, 0 left, (10 m 0|9 m [0-9]+) s' \
		"$(lb show)"
	lb server drain www 192.168.31.101
	check_match "the deadline stays" 'left, (10|9) m' "$(lb show)"
	lb server drain www 192.168.31.101 deadline 0
	check_eq "the deadline is gone" 0 "$(lb show | grep -c ' m ' || :)"
}

test_monitor()
{
	director
	in_ns_background lv1 lbctl -j monitor >"$_test_dir/events"
	wait_until 20 eval "in_ns lv1 lbctl service add tcp 10.10.31.100:80 name www;
		in_ns lv1 lbctl service del www;
		grep -q 10.10.31.100 $_test_dir/events"
	lb service add tcp 10.10.31.101:80 name two
	lb server add two 192.168.31.101
	lb server drain two 192.168.31.101
	wait_until 20 grep -q drain "$_test_dir/events"
	jq -e . "$_test_dir/events" >/dev/null
}

# a packet that nobody takes is shown, with why
test_monitor_drops()
{
	local line

	director
	lb service add udp 10.10.31.100:53 name dns
	in_ns_background lv1 lbctl monitor drops >"$_test_dir/drops"
	wait_until 20 eval "in_ns lv1 bash -c 'echo x >/dev/udp/10.10.31.100/53' \
		2>/dev/null; grep -q no_server $_test_dir/drops"
	line=$(grep -m1 no_server "$_test_dir/drops")
	check_match "tuple" 'udp 10.10.31.11:[0-9]+ > 10.10.31.100:53' "$line"
	check_match "service" 'service udp 10.10.31.100:53' "$line"
	check_match "sentence" 'no server may take a new connection' "$line"
}

test_json()
{
	director
	lb service add tcp 10.10.31.100:80 name www
	lb server add www 192.168.31.101
	for cmd in show "service show" "server show www" "vip show" "limits show" \
		"conn show" stats version "explain tcp 10.10.31.200:4000 10.10.31.100:80"; do
		# shellcheck disable=SC2086 # words
		lb -j $cmd | jq -e . >/dev/null || fail "no JSON: $cmd"
	done
}

test_limits()
{
	director
	lb limits set services 2
	lb service add tcp 10.10.31.100:80
	lb service add tcp 10.10.31.100:81
	refused 'limit' service add tcp 10.10.31.100:82
	lb limits set servers 1
	lb server add tcp 10.10.31.100:80 192.168.31.101
	refused 'limit' server add tcp 10.10.31.100:80 192.168.31.102
	lb limits set vips 1
	refused 'limit' vip set 10.10.31.105 unknown-port drop
}

# a namespace's table is its own
test_netns()
{
	director
	netns_add other
	lb service add tcp 10.10.31.100:80
	check_eq "the other namespace" "" "$(in_ns other lbctl save)"
	in_ns other lbctl service add tcp 10.10.31.100:80 scheduler rr
	check_match "this one" wlc "$(lb show)"
}

run_test "F2 F12 services and servers are edited by command" test_edit
run_test "F2 F12 what is refused says why and changes nothing" test_refusals
run_test "identities go in and come out" test_identities
run_test "what is refused of identities" test_identity_refusals
run_test "every key of a service is kept" test_keys
run_test "what is refused of keys" test_key_refusals
run_test "F2 usage errors name the word" test_usage
run_test "F3 the listing has ipvsadm's columns and live counts" test_listing
run_test "F4 save, flush, apply, save: byte-same" test_save_apply
run_test "F4 a part of a file is refused" test_apply_part
run_test "a service is renamed by its name" test_rename
run_test "timeouts are those of the protocol" test_timeouts
run_test "F4 a bad file changes nothing and is told its place" test_apply_refused
run_test "admin state, weight and configuration are three things" test_states
run_test "events reach lbctl monitor" test_monitor
run_test "lbctl monitor drops" test_monitor_drops
run_test "every command speaks JSON" test_json
run_test "caps refuse with a sentence" test_limits
run_test "network namespaces are apart" test_netns
finish
