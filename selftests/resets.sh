#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Both ends of a connection that ends on the director are told, by resets that
# they believe: track-seq.  Topology: lib.sh, topo_article.
# tier: full

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=life_lib.sh
. "$LIB_DIR/life_lib.sh"

VIP6=2001:db8:31::100

# settled: the client has acknowledged everything
settled()
{
	! in_ns web1 ss -Htni 'sport = :80' | grep -q unacked
}

# watch: from now on all that the ends of the connection see
watch()
{
	wait_until 20 settled
	capture_start client eth0 client tcp port 40000
	capture_start web1 eth0 web1 tcp port 40000
}

# both_reset: each end has been sent one packet, a reset that it believed
both_reset()
{
	wait_until 30 said client reset
	wait_until 30 said web1 reset
	capture_stop client
	capture_stop web1
	for end in client web1; do
		check_eq "packets that $end saw" 1 "$(capture_count "$end")"
		check_eq "resets that $end saw" 1 "$(capture_count "$end" \
			"tcp[13] & 4 != 0 or (ip6 and ip6[53] & 4 != 0)")"
	done
	check_eq "counted" 1 "$(reason reset_both)"
	wait_eq 30 0 entries
}

trigger()
{
	case $1 in
	timeout)
		lb service set www timeout established=1
		;;
	drain)
		lb server drain www 192.168.31.101 deadline 1
		;;
	down)
		health tcp 80 192.168.31.101 down
		;;
	gone)
		lb server del www 192.168.31.101 now
		;;
	esac
}

# test_reset METHOD WHAT REASON
test_reset()
{
	service "$1" 1 name www track-seq on on-down reset
	open_one
	wait_eq 20 1 entries state established
	watch
	trigger "$2"
	both_reset
	check_eq "counted why" 1 "$(reason "$3")"
}

test_reset6()
{
	topo_article 1
	ip_ns client addr add 2001:db8:31::200/64 dev eth0 nodad
	ip_ns lv1 addr add 2001:db8:31::11/64 dev ext nodad
	ip_ns lv1 addr add 2001:db8:192::11/64 dev int nodad
	ip_ns lv1 addr add "$VIP6/128" dev ext nodad
	ip_ns web1 addr add 2001:db8:192::101/64 dev eth0 nodad
	ip_ns web1 route add default via 2001:db8:192::11
	ends web1 serve 80
	wait_listen web1 tcp 80
	lb service add tcp "[$VIP6]:80" name www method nat track-seq on
	lb server add www '[2001:db8:192::101]:80'
	TO=$VIP6
	open_one
	watch
	trigger timeout
	both_reset
	check_eq "counted why" 1 "$(reason timeout_established)"
}

# in the middle of a download each end still believes its reset, or asks and is
# answered
test_reset_busy()
{
	topo_article 1
	[ "$1" = nat ] || server_dr web1
	lb service add tcp "$VIP:80" name www method "$1" track-seq on
	lb server add www 192.168.31.101
	ends web1 send 80
	wait_listen web1 tcp 80
	open_one
	trigger drain
	wait_until 30 said client reset
	wait_until 30 said web1 reset
	check_eq "counted" 1 "$(reason reset_both)"
	check_eq "counted why" 1 "$(reason drain_deadline)"
}

# without track-seq nobody is told, and the entry is counted all the same
test_untracked()
{
	service nat 1 name www
	open_one
	watch
	trigger "$1"
	wait_eq 30 0 entries
	wait_eq 10 1 reason "$2"
	capture_stop client
	capture_stop web1
	check_eq "packets that the client saw" 0 "$(capture_count client)"
	check_eq "packets that the server saw" 0 "$(capture_count web1)"
	check_eq "told" 0 "$(reason reset_both)"
	check_fails said client reset
}

# the ends of a VIP that this director does not hold go on elsewhere
test_standby_quiet()
{
	service nat 1 name www track-seq on
	open_one
	standby
	watch
	trigger timeout
	wait_eq 30 0 entries
	wait_eq 10 1 reason timeout_established
	capture_stop client
	check_eq "packets that the client saw" 0 "$(capture_count client)"
	check_eq "told" 0 "$(reason reset_both)"
}

run_test "C7 NAT: an idle connection is reset both ways" \
	test_reset nat timeout timeout_established
run_test "C7 DR: an idle connection is reset both ways" \
	test_reset dr timeout timeout_established
run_test "C7 IPv6: an idle connection is reset both ways" test_reset6
run_test "C10 NAT: a drain's deadline resets both ends" \
	test_reset nat drain drain_deadline
run_test "C10 DR: a drain's deadline resets both ends" \
	test_reset dr drain drain_deadline
run_test "NAT: on-down reset tells both ends at once" \
	test_reset nat down server_down
run_test "DR: on-down reset tells both ends at once" \
	test_reset dr down server_down
run_test "C5 NAT: on-server-gone reset tells both ends at once" \
	test_reset nat gone server_gone
run_test "C5 DR: on-server-gone reset tells both ends at once" \
	test_reset dr gone server_gone
run_test "C10 NAT: a deadline in the middle of a download" test_reset_busy nat
run_test "C10 DR: a deadline in the middle of a download" test_reset_busy dr
run_test "an idle connection that is not tracked ends silently" \
	test_untracked timeout timeout_established
run_test "a drain's deadline without tracking ends silently" \
	test_untracked drain drain_deadline
run_test "a VIP on standby sends no resets" test_standby_quiet
finish
