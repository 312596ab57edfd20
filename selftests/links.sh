#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# F57 without F35: DR and NAT over what stands between a network card and an
# address: VLAN, bonding, both, the host's own bridge, macvlan, VRF.
#
#	client ext ==== KIND ==== ext lv1 int ==== KIND ==== int web
#	  .200                    .11        .11              .101
#	  back ============================================== back
#
# KIND is lv1's; the others have what answers it (a VLAN for a VLAN, a bridge
# as the switch of a bond).  By NAT replies come back through lv1, by DR they
# take "back".  Judges are counters at the devices of client and web, by nft:
# each TCP packet that the one sends must reach the other once, and lv1 must
# have counted it once.
# tier: full

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

# [family, method] -> VIP
declare -A VIPS=(
	[4,nat]=10.10.31.100 [4,dr]=10.10.31.101
	[6,nat]=2001:db8:31::100 [6,dr]=2001:db8:31::101
)
declare -A WEB=([4]=192.168.31.101 [6]=2001:db8:8::101)
FAMILIES=(4 6)

# ours DEV KIND: lines that make DEV of DEV-0 (and DEV-1) in lv1
ours()
{
	local dev=$1 kind=$2

	case $kind in
	vlan)
		echo "link set $dev-0 up"
		echo "link add link $dev-0 name $dev type vlan id 10"
		;;
	bond|bondvlan)
		[ "$kind" = bond ] || dev+=-b
		echo "link add $dev type bond mode active-backup miimon 20"
		echo "link set $1-0 master $dev"
		echo "link set $1-1 master $dev"
		[ "$kind" = bond ] || {
			echo "link set $dev up"
			echo "link add link $dev name $1 type vlan id 10"
		}
		;;
	bridge)
		echo "link add $dev type bridge forward_delay 0 mcast_snooping 0"
		echo "link set $dev-0 master $dev"
		echo "link set $dev-0 up"
		;;
	macvlan)
		echo "link set $dev-0 up"
		echo "link add link $dev-0 name $dev type macvlan mode bridge"
		;;
	*)
		echo "link set $dev-0 name $dev"
		;;
	esac
}

# theirs DEV KIND: the other end of it
theirs()
{
	local dev=$1 kind=$2

	case $kind in
	vlan)
		ours "$dev" vlan
		;;
	bond|bondvlan)
		[ "$kind" = bond ] || dev+=-b
		echo "link add $dev type bridge forward_delay 0 mcast_snooping 0"
		echo "link set $1-0 master $dev up"
		echo "link set $1-1 master $dev up"
		[ "$kind" = bond ] || {
			echo "link set $dev up"
			echo "link add link $dev name $1 type vlan id 10"
		}
		;;
	*)
		echo "link set $dev-0 name $dev"
		;;
	esac
}

# addrs DEV V4 V6: lines that bring DEV up, with addresses and at once
addrs()
{
	echo "link set $1 up"
	echo "addr add $2/24 dev $1"
	echo "addr add $3/64 dev $1 nodad"
}

# cables DEV HOST KIND: lines for lv1
cables()
{
	local i

	for i in 0 1; do
		echo "link add $1-$i type veth peer name $1-$i netns $(netns "$2")"
		case $3 in
		bond*)	;;
		*)	break ;;
		esac
	done
}

# boxes EXT INT: the topology, EXT and INT being kinds of link
boxes()
{
	netns_add client lv1 web
	{ cables ext client "$1"; cables int web "$2"; } | ip_ns lv1
	{
		theirs ext "$1"
		addrs ext 10.10.31.200 2001:db8:31::200
		echo "link add back type veth peer name back netns $(netns web)"
		addrs back 10.99.0.1 2001:db8:99::1
		echo "route add 192.168.31.0/24 via 10.10.31.11"
		echo "route add 2001:db8:8::/64 via 2001:db8:31::11"
	} | ip_ns client
	{
		ours ext "$1"
		ours int "$2"
		addrs ext 10.10.31.11 2001:db8:31::11
		addrs int 192.168.31.11 2001:db8:8::11
		echo "addr add ${VIPS[4,nat]} dev ext"
		echo "addr add ${VIPS[4,dr]} dev ext"
		echo "addr add ${VIPS[6,nat]} dev ext nodad"
		echo "addr add ${VIPS[6,dr]} dev ext nodad"
	} | ip_ns lv1
	{
		theirs int "$2"
		addrs int 192.168.31.101 2001:db8:8::101
		addrs back 10.99.0.2 2001:db8:99::2
		echo "addr add ${VIPS[4,dr]} dev lo"
		echo "addr add ${VIPS[6,dr]} dev lo nodad"
		echo "route add default via 192.168.31.11"
		echo "route add default via 2001:db8:8::11"
		echo "route add 10.10.31.0/24 via 10.99.0.1 table 100"
		echo "route add 2001:db8:31::/64 via 2001:db8:99::1 table 100"
		echo "rule add from ${VIPS[4,dr]} lookup 100"
	} | ip_ns web
	ip_ns web -6 rule add from "${VIPS[6,dr]}" lookup 100
	in_ns lv1 sysctl -qw net.ipv4.ip_forward=1 \
		net.ipv6.conf.all.forwarding=1
	httpd_start web 80
}

# bracket ADDRESS: as it stands before a port
bracket()
{
	case $1 in
	*:*)	echo "[$1]" ;;
	*)	echo "$1" ;;
	esac
}

services()
{
	local family method svc

	for family in "${FAMILIES[@]}"; do
		for method in nat dr; do
			svc="tcp $(bracket "${VIPS[$family,$method]}"):80"
			echo "service add $svc method $method"
			echo "server add $svc $(bracket "${WEB[$family]}"):80"
		done
	done >"$_test_dir/conf"
	in_ns lv1 lbctl apply "$_test_dir/conf"
}

# judge HOST DEV: count HOST's TCP packets at DEV from now on
judge()
{
	in_ns "$1" nft -f - <<-EOT
	table netdev judge {
		counter rx { }
		counter tx { }
		chain in {
			type filter hook ingress device "$2" priority -500;
			meta l4proto tcp counter name rx
		}
		chain out {
			type filter hook egress device "$2" priority -500;
			meta l4proto tcp counter name tx
		}
	}
	EOT
}

# judged HOST: "rx 8 tx 9"
judged()
{
	in_ns "$1" nft list counters | awk '$1 == "counter" { name = $2 }
		$1 == "packets" { print name, $2 }' | sort | xargs
}

# ours_counted: "new 1 in 5 out 4"
ours_counted()
{
	in_ns lv1 lbctl -j stats | jq -r '
		[.reasons[] | {(.name): .packets}] | add |
		"new \(.new // 0) in \((.new // 0) + (.established // 0)) out \(.reply // 0)"'
}

# each packet once: by what client and web say of themselves
once()
{
	local flows=$1 client web counted to back

	client=$(judged client)
	web=$(judged web)
	counted=$(ours_counted)
	read -r _ back _ to <<<"$client"
	echo "client: $client, web: $web, lv1: $counted"
	[ "$to" -ge $((4 * flows)) ] && [ "$back" -ge $((2 * flows)) ] &&
		[ "$web" = "rx $to tx $back" ] &&
		[ "$counted" = "new $flows in $to out $back" ]
}

# who answers at ADDRESS
ask()
{
	get client "http://$(bracket "$1")/"
}

# traffic: others' packets pass, each service answers, and all is counted once
traffic()
{
	local family flows=0

	services
	for family in "${FAMILIES[@]}"; do
		check_eq "the server's own address" web "$(ask "${WEB[$family]}")"
		in_ns client ping -qc 1 -W 5 "${VIPS[$family,nat]}" >/dev/null
	done
	check_eq "others' packets" "new 0 in 0 out 0" "$(ours_counted)"
	judge client ext
	judge web int
	for family in "${FAMILIES[@]}"; do
		check_eq "NAT" web "$(ask "${VIPS[$family,nat]}")"
		check_eq "DR" web "$(ask "${VIPS[$family,dr]}")"
		flows=$((flows + 2))
	done
	wait_until 20 once "$flows"
	diag "$(once "$flows")"
}

test_kind()
{
	boxes "$1" "$1"
	traffic
}

# active_slave DEV
active_slave()
{
	ip_ns lv1 -d -j link show dev "$1" |
		jq -r '.[0].linkinfo.info_data.active_slave'
}

# A download goes on while the active slave of either side goes down: by NAT
# both directions of it pass lv1.
test_slave_down()
{
	local pid method dev bond

	boxes bondvlan bond
	services
	truncate -s 8M "$_test_dir/httpd-web/big"
	for method in nat dr; do
		rm -f "$_test_dir/got"
		get client "http://${VIPS[4,$method]}/big" --limit-rate 2M \
			-o "$_test_dir/got" --max-time 200 &
		pid=$!
		wait_until 20 test -s "$_test_dir/got"
		for bond in ext-b int; do
			dev=${bond%-b}
			check_eq "the active slave" "$dev-0" "$(active_slave "$bond")"
			ip_ns lv1 link set "$dev-0" down
			wait_eq 20 "$dev-1" active_slave "$bond"
		done
		wait "$pid" || fail "the $method download broke"
		cmp "$_test_dir/got" "$_test_dir/httpd-web/big"
		for bond in ext-b int; do
			dev=${bond%-b}
			ip_ns lv1 link set "$dev-0" up
			wait_until 20 ip_ns lv1 link set dev "$bond" type bond \
				active_slave "$dev-0"
		done
	done
}

# br_netfilter hands a bridge's frames to PRE_ROUTING: those that are for the
# host are ours, those that the host merely bridges are not.
test_br_netfilter()
{
	modprobe br_netfilter
	boxes bridge bridge
	check_eq "frames go by PRE_ROUTING" 1 \
		"$(in_ns lv1 sysctl -n net.bridge.bridge-nf-call-iptables)"
	traffic
}

# Two hosts on one bridge of the director talk to each other, by an address
# that is a VIP of the director's: that is theirs.
test_bridged()
{
	modprobe br_netfilter
	boxes bridge bridge
	services
	netns_add other
	{
		echo "link add other type veth peer name eth0 netns $(netns other)"
		echo "link set other master ext"
		echo "link set other up"
	} | ip_ns lv1
	{
		echo "link set eth0 address 02:00:00:00:0a:01"
		echo "link set eth0 up"
		echo "addr add 10.10.31.202/24 dev eth0"
		echo "addr add ${VIPS[4,nat]}/32 dev lo"
	} | ip_ns other
	ip_ns client neigh replace "${VIPS[4,nat]}" \
		lladdr 02:00:00:00:0a:01 dev ext
	httpd_start other 80
	check_eq "bridged" other "$(ask "${VIPS[4,nat]}")"
	check_eq "none of ours" "new 0 in 0 out 0" "$(ours_counted)"
	ip_ns client neigh del "${VIPS[4,nat]}" dev ext
	check_eq "routed" web "$(ask "${VIPS[4,nat]}")"
}

# enslave DEV...: into the VRF "red"
enslave()
{
	local dev

	{
		echo "link add red type vrf table 100"
		echo "link set red up"
		for dev in "$@"; do
			echo "link set $dev master red"
			# what enslaving has taken away
			case $dev in
			ext)	echo "addr replace 2001:db8:31::11/64 dev ext nodad" ;;
			int)	echo "addr replace 2001:db8:8::11/64 dev int nodad" ;;
			esac
		done
	} | ip_ns lv1
}

# Packets to servers are routed in the main table, replies in the table of the
# VRF that the server's packet came by.
test_vrf_client()
{
	local FAMILIES=(4)

	boxes vrf plain
	enslave ext
	{
		echo "route add 10.10.31.0/24 dev ext"
		echo "route add 192.168.31.0/24 dev int table 100"
	} | ip_ns lv1
	traffic
}

test_vrf_server()
{
	local FAMILIES=(4)

	boxes plain vrf
	enslave int
	{
		echo "route add 192.168.31.0/24 dev int"
		echo "route add 10.10.31.0/24 dev ext table 100"
	} | ip_ns lv1
	traffic
}

test_vrf_both()
{
	local FAMILIES=(4)

	boxes vrf vrf
	enslave ext int
	ip_ns lv1 route add 192.168.31.0/24 dev int
	traffic
}

# One network card, two VLANs, the same addresses in both: 10 is the
# director's, 20 belongs to somebody else, 30 to nobody.
test_two_vlans()
{
	local id

	netns_add client other lv1 tenant web
	ip_ns lv1 <<-EOT
	link add nic type veth peer name nic netns $(netns client)
	link set nic up
	link add link nic name ext type vlan id 10
	link add link nic name tenant type vlan id 20
	link set tenant netns $(netns tenant)
	link add int type veth peer name int netns $(netns web)
	addr add 192.168.31.11/24 dev int
	link set int up
	EOT
	ip_ns client <<-EOT
	link set nic up
	link add link nic name ext type vlan id 10
	link add link nic name other type vlan id 20
	link add link nic name nobody type vlan id 30
	link set nobody up
	link set other netns $(netns other)
	EOT
	for id in "client ext .200" "lv1 ext .11" "lv1 ext .100" \
		"other other .200" "tenant tenant .11" "tenant tenant .100"; do
		# shellcheck disable=SC2086 # namespace, device, host part
		set -- $id
		printf 'addr add 10.10.31%s/24 dev %s\nlink set %s up\n' \
			"$3" "$2" "$2" | ip_ns "$1"
	done
	ip_ns web addr add 192.168.31.101/24 dev int
	ip_ns web link set int up
	ip_ns web route add default via 192.168.31.11
	httpd_start web 80
	httpd_start tenant 80
	in_ns lv1 lbctl service add tcp "$VIP:80" method nat
	in_ns lv1 lbctl server add tcp "$VIP:80" 192.168.31.101
	judge client ext
	judge web int
	check_eq "VLAN 10" web "$(ask "$VIP")"
	wait_until 20 once 1
	check_eq "VLAN 20" tenant "$(get other "http://$VIP/")"
	# a VLAN that nobody has on the director, to the director's MAC
	ip_ns client addr add 10.10.31.201/32 dev nobody
	ip_ns client route add "$VIP/32" dev nobody src 10.10.31.201 table 30
	ip_ns client rule add from 10.10.31.201 lookup 30
	ip_ns client neigh replace "$VIP" lladdr \
		"$(ip_ns lv1 -j link show dev ext | jq -r '.[0].address')" \
		dev nobody
	check_fails in_ns client curl -sS --max-time 2 \
		--interface 10.10.31.201 "http://$VIP/" 2>/dev/null
	check_between "sent in VLAN 30" 1 1000 \
		"$(dev_count client nobody tx_packets)"
	once 1 || fail "counted what is not ours"
}

captured_strangers()
{
	[ "$(capture_count all ether dst 02:00:00:00:0b:ad)" -gt 0 ]
}

# tcpdump in promiscuous mode sees frames for others; nothing else changes
test_promiscuous()
{
	boxes plain plain
	services
	in_ns_background lv1 tcpdump -i ext -n -U --immediate-mode -Z root \
		-w "$(capture_file all)" tcp 2>"$_test_dir/tcpdump"
	wait_until 20 grep -q 'listening on' "$_test_dir/tcpdump"
	ip_ns client neigh replace "${VIPS[4,nat]}" lladdr \
		02:00:00:00:0b:ad dev ext
	check_fails in_ns client curl -sS --max-time 2 \
		"http://${VIPS[4,nat]}/" 2>/dev/null
	wait_until 20 captured_strangers
	check_eq "frames for others" "new 0 in 0 out 0" "$(ours_counted)"
	ip_ns client neigh del "${VIPS[4,nat]}" dev ext
	judge client ext
	judge web int
	check_eq "NAT" web "$(ask "${VIPS[4,nat]}")"
	check_eq "DR" web "$(ask "${VIPS[4,dr]}")"
	wait_until 20 once 2
	# what came in stands in the capture as it came in
	check_eq "rewritten before the tap" 0 \
		"$(capture_count all dst host "${WEB[4]}")"
	check_eq "wrong checksums, or none, beside offload" 0 \
		"$(capture_show all 'tcp[13] & 7 != 0' | grep -c 'bad' || :)"
}

for module in 8021q "bonding max_bonds=0" bridge macvlan vrf; do
	# shellcheck disable=SC2086 # a name and its parameters
	modprobe -q $module || :
done
run_test "F57 VLAN" test_kind vlan
run_test "F57 bonding" test_kind bond
run_test "F57 a VLAN on a bond" test_kind bondvlan
run_test "F57 a slave goes down during a download" test_slave_down
run_test "F57 the host's own bridge" test_kind bridge
run_test "F57 the host's own bridge with br_netfilter" test_br_netfilter
run_test "F57 frames that the host merely bridges" test_bridged
run_test "F57 macvlan" test_kind macvlan
run_test "F57 a VRF on the clients' side" test_vrf_client
run_test "F57 a VRF on the servers' side" test_vrf_server
run_test "F57 a VRF on both sides" test_vrf_both
run_test "F57 two VLANs with the same addresses on one card" test_two_vlans
run_test "tcpdump in promiscuous mode changes nothing" test_promiscuous
finish
