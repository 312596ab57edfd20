#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# {DR, NAT, tunnel} x {IPv4, IPv6} x {TCP, UDP} x {rr, wrr, wlc, mh} x
# {offloads on, off}: real transfers whose bytes are compared, shares as the
# scheduler says, and the devices' counters beside ours. In tier check a
# selection in which each pair of values occurs, in tier full all of them.
#
# One topology serves all: web1 and web2 are set for NAT, web3 and web4 for DR
# and tunnels.
#
#   L4LB_MATRIX	values to try instead, as packets/pairs.py takes them

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

VALUES=${L4LB_MATRIX:-method=dr,nat,tunnel family=4,6 proto=tcp,udp scheduler=rr,wrr,wlc,mh offloads=on,off}
VIP6=2001:db8:31::100
PORT=80
SIZE=12000
# what is no traffic of ours: neighbours, multicast listeners
NOISE=24

# addr6 webN
addr6()
{
	printf '2001:db8:8::%x\n' $((100 + ${1#web}))
}

network()
{
	local i

	modprobe -qa ipip ip6_tunnel sit || :
	topo_article 4
	add_ipv6 client eth0 2001:db8:31::c8/64
	add_ipv6 router ext 2001:db8:31::1/64
	add_ipv6 router int 2001:db8:8::1/64
	add_ipv6 lv1 ext 2001:db8:31::b/64
	add_ipv6 lv1 int 2001:db8:8::b/64
	add_ipv6 lv1 ext "$VIP6/128"
	ip_ns client route add 2001:db8:8::/64 via 2001:db8:31::1
	in_ns router sysctl -qw net.ipv6.conf.all.forwarding=1
	for i in web1 web2 web3 web4; do
		add_ipv6 "$i" eth0 "$(addr6 "$i")/64"
		in_ns_background "$i" "$LIB_DIR/packets/transfer.py" serve \
			"$i" "$PORT"
	done
	for i in web1 web2; do
		ip_ns "$i" route add default via 2001:db8:8::b
	done
	for i in web3 web4; do
		server_dr "$i"
		add_ipv6 "$i" lo "$VIP6/128"
		ip_ns "$i" route add default via 2001:db8:8::1
		decapsulates "$i"
	done
	for i in web1 web2 web3 web4; do
		wait_listen "$i" tcp "$PORT"
		wait_listen "$i" udp "$PORT"
	done
}

# decapsulates webN: what came in a tunnel is taken out, whoever sent it
decapsulates()
{
	local dev

	for dev in tunl0 sit0 ip6tnl0; do
		ip_ns "$1" link set "$dev" up || :
	done
}

# all_offloads on|off: of everything that a packet passes
all_offloads()
{
	local end

	[ "$1" != "$current_offloads" ] || return 0
	current_offloads=$1
	for end in "client eth0" "lv1 ext" "lv1 int" "router ext" "router int" \
			"web1 eth0" "web2 eth0" "web3 eth0" "web4 eth0" \
			"net ext-client" "net ext-lv1" "net int-lv1" \
			"net ext-router" "net int-router" "net int-web1" \
			"net int-web2" "net int-web3" "net int-web4"; do
		# shellcheck disable=SC2086 # namespace and device
		offloads $end "$1"
	done
}

# service METHOD FAMILY PROTO SCHEDULER: two servers, of weights 1 and 2
service()
{
	local method=$1 family=$2 web addr weight=1 more=

	pair="web3 web4"
	[ "$method" != nat ] || pair="web1 web2"
	vip=$VIP
	[ "$family" = 4 ] || vip="[$VIP6]"
	[ "$4" != mh ] || more="hash-port on"
	{
		echo "service add $3 $vip:$PORT method $method scheduler $4 $more"
		for web in $pair; do
			addr=$(server_addr "$web")
			[ "$family" = 4 ] || addr="[$(addr6 "$web")]"
			echo "server add $3 $vip:$PORT $addr:$PORT weight $weight"
			weight=2
		done
	} >"$_test_dir/conf"
	in_ns lv1 lbctl apply "$_test_dir/conf"
}

# transfers PROTO [FIRST PORT]: names of who served, in order
transfers()
{
	local size=$SIZE

	[ "$1" = tcp ] || size=1000
	in_ns client "$LIB_DIR/packets/transfer.py" ask "$1" "${vip//[][]/}" \
		"$PORT" "$TRANSFERS" "$size" "${@:2}"
}

# frames: that the director has sent to servers, and had from them
frames()
{
	# shellcheck disable=SC2016
	in_ns lv1 awk '{ sub(":", ": ") } $1 == "int:" { print $11, $3 }' \
		/proc/self/net/dev
}

# counted PROTO: what the service says of the same
counted()
{
	in_ns lv1 lbctl -j service show "$1" "$vip:$PORT" |
		jq -r '(.services // [.])[0].stats |
			"\(.packets_in) \(.packets_out)"'
}

# shares SCHEDULER PROTO: who has to serve how often
shares()
{
	local first=${pair% *} second=${pair#* }
	local names=$_test_dir/names

	case $1 in
	rr)
		transfers "$2" >"$names"
		check_eq "strictly in turn" \
			"$((TRANSFERS / 2)) $first $((TRANSFERS / 2)) $second" \
			"$(sort "$names" | uniq -c | xargs)"
		check_eq "no two in a row" "" "$(uniq -d "$names")"
		;;
	wrr|wlc)
		transfers "$2" >"$names"
		check_eq "1 to 2" \
			"$((TRANSFERS / 3)) $first $((TRANSFERS * 2 / 3)) $second" \
			"$(sort "$names" | uniq -c | xargs)"
		;;
	mh)
		# the same ports go to the same servers, entries or not
		transfers "$2" 20000 >"$names"
		check_eq "both are used" 2 "$(sort -u "$names" | wc -l)"
		;;
	esac
}

# again PROTO: a hash places a client where it was placed before
again()
{
	in_ns lv1 lbctl conn flush >/dev/null
	transfers "$1" 20000 >"$_test_dir/again"
	check_eq "placed as before" "$(<"$_test_dir/names")" \
		"$(<"$_test_dir/again")"
}

combination()
{
	local method=$1 proto=$3 scheduler=$4 out back sent had ours answers

	all_offloads "$5"
	service "$method" "$2" "$proto" "$scheduler"
	# a hash shows itself by more clients, and is asked twice
	TRANSFERS=6
	[ "$scheduler" != mh ] || TRANSFERS=12
	read -r out back < <(frames)
	shares "$scheduler" "$proto"
	[ "$scheduler" != mh ] || again "$proto"
	read -r sent had < <(frames)
	out=$((sent - out))
	back=$((had - back))
	read -r ours answers < <(counted "$proto")
	check_between "frames to servers beside ours" 0 "$NOISE" $((out - ours))
	if [ "$method" = nat ]; then
		check_between "answers" "$TRANSFERS" 100000 "$answers"
	else
		check_eq "answers go round us" 0 "$answers"
	fi
	check_between "frames from servers beside ours" 0 "$NOISE" \
		$((back - answers))
	in_ns lv1 lbctl flush >/dev/null
}

test_matrix()
{
	local how=pairwise line

	[ "$L4LB_TIER" != full ] || how=all
	current_offloads=
	# shellcheck disable=SC2086 # a list
	"$LIB_DIR/packets/pairs.py" $how $VALUES | sort -k 5,5 >"$TMP/rows"
	network
	while read -r line; do
		diag "$line"
		# shellcheck disable=SC2086 # a list
		combination $line </dev/null
	done <"$TMP/rows"
	diag "$(wc -l <"$TMP/rows") combinations, $how"
}

run_test "F14 methods, families, protocols, schedulers, offloads" test_matrix
finish
