# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Sourced by every selftest: KTAP, deadlines, namespaces, the articles'
# topology, web servers, captures, counters.  A test looks like this:
#
#	. "$(dirname "$0")/lib.sh"
#	test_thing() { topo_article 2; ...; check_eq "what" expected got; }
#	run_test thing test_thing
#	finish
#
# Functions whose names begin with an underscore are this file's own.

set -u

LIB_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
TREE=$(dirname "$LIB_DIR")
: "${L4LB_TIME_FACTOR:=1}" "${L4LB_TIER:=check}" "${L4LB_BUILD:=$TREE/build}"
export L4LB_TIME_FACTOR L4LB_TIER L4LB_BUILD

# l4lb.ko of the running kernel; lbctl and its like come first in PATH
L4LB_MODULE=${L4LB_MODULE:-$L4LB_BUILD/module/$(uname -r)/l4lb.ko}
PATH=$L4LB_BUILD/tools:$L4LB_BUILD/tools/lbctl:$PATH

TMP=$(mktemp -d "${TMPDIR:-/tmp}/l4lb.XXXXXX")
export TMP

# ---------------------------------------------------------------- KTAP

_tests=0
_failures=0
_test_dir=

# _result VERDICT NAME SECONDS [DIRECTIVE]
_result()
{
	local time=" # $3 s"

	_tests=$((_tests + 1))
	[ $_tests -gt 1 ] || echo "KTAP version 1"
	echo "$1 $_tests $2${4:- $time}"
	[ "$1" = ok ] || _failures=$((_failures + 1))
}

# run_test NAME FUNCTION [ARG]...: one test in a subshell of its own, with
# errexit and a trap that takes away what it made.  Exit status 4 is a skip,
# whose reason is in $TMP/skip.
run_test()
{
	local name=$1 status begin=$SECONDS log=$TMP/log

	shift
	rm -f "$TMP/skip"
	set +e
	(
		trap _cleanup_test EXIT
		trap 'exit 143' TERM INT HUP
		_test_dir=$(mktemp -d "$TMP/test.XXXXXX")
		set -e
		"$@"
	) >"$log" 2>&1
	status=$?
	case $status in
	0)
		_result ok "$name" $((SECONDS - begin))
		grep -E '^# ' "$log"
		;;
	4)
		_result ok "$name" 0 " # SKIP $(cat "$TMP/skip" 2>/dev/null)"
		;;
	*)
		sed 's/^/# /' "$log"
		echo "# $name: exit status $status"
		_result "not ok" "$name" $((SECONDS - begin))
		;;
	esac
	return 0
}

# finish: the plan; ends the script
finish()
{
	echo "1..$_tests"
	[ $_tests -gt 0 ] && [ $_failures -eq 0 ]
	exit
}

# skip REASON: end this test; skips.txt must know of it
skip()
{
	echo "$*" >"$TMP/skip"
	exit 4
}

fail()
{
	echo "FAIL: $*" >&2
	exit 1
}

# diag TEXT: a line that is shown also when the test passes
diag()
{
	echo "# $*"
}

# check_eq WHAT EXPECTED GOT
check_eq()
{
	[ "$2" = "$3" ] || fail "$1: expected '$2', got '$3'"
}

# check_between WHAT LEAST MOST GOT: integers
check_between()
{
	if ! [ "$4" -ge "$2" ] 2>/dev/null || ! [ "$4" -le "$3" ]; then
		fail "$1: expected $2..$3, got '$4'"
	fi
}

# check_match WHAT REGEX GOT
check_match()
{
	[[ $3 =~ $2 ]] || fail "$1: expected /$2/, got '$3'"
}

# check_fails CMD...: must end with a status other than 0
check_fails()
{
	! "$@" || fail "should have failed: $*"
}

# ---------------------------------------------------------------- time

# wait_until SECONDS CMD...: until CMD succeeds; SECONDS are multiplied by
# L4LB_TIME_FACTOR, and CMD is tried once more when they are over.
wait_until()
{
	local end=$((SECONDS + $1 * L4LB_TIME_FACTOR))

	shift
	until "$@" >/dev/null 2>&1; do
		if [ $SECONDS -ge $end ]; then
			"$@" >&2 || fail "waited in vain for: $*"
			return 0
		fi
		sleep 0.1
	done
}

# wait_eq SECONDS EXPECTED CMD...: until CMD prints EXPECTED
wait_eq()
{
	local seconds=$1 expected=$2

	shift 2
	wait_until "$seconds" _prints "$expected" "$@"
}

_prints()
{
	local expected=$1 got

	shift
	got=$("$@") || return 1
	[ "$got" = "$expected" ] || {
		echo "$*: expected '$expected', got '$got'" >&2
		return 1
	}
}

# ---------------------------------------------------------------- cleaning up

# Namespaces and processes are recorded in files, since helpers run in
# subshells, too.  Newest first; errors of what is gone already do not matter.
_cleanup_test()
{
	local line

	set +e
	[ -d "$_test_dir" ] || return
	if [ -s "$_test_dir/pids" ]; then
		tac "$_test_dir/pids" | while read -r line; do
			kill "$line"
		done
		tac "$_test_dir/pids" | while read -r line; do
			_reap "$line"
		done
	fi 2>/dev/null
	if [ -s "$_test_dir/cleanups" ]; then
		tac "$_test_dir/cleanups" | while read -r line; do
			eval "$line"
		done
	fi
	if [ -s "$_test_dir/netns" ]; then
		tac "$_test_dir/netns" | while read -r line; do
			ip netns del "$line"
		done
	fi 2>/dev/null
	rm -rf "$_test_dir"
}

_reap()
{
	local i

	for ((i = 0; i < 50; i++)); do
		kill -0 "$1" 2>/dev/null || return 0
		sleep 0.1
	done
	kill -KILL "$1"
}

# at_end COMMAND: a shell command for the end of this test
at_end()
{
	echo "$*" >>"$_test_dir/cleanups"
}

_cleanup_script()
{
	rm -rf "$TMP"
}
trap _cleanup_script EXIT
trap 'exit 143' TERM INT HUP

# background CMD...: started, ended with the test; its process id is in $!
background()
{
	"$@" </dev/null &
	echo $! >>"$_test_dir/pids"
}

# ---------------------------------------------------------------- namespaces

# netns NAME: the real name of this test's namespace NAME; unique on the
# machine, since tests run side by side
netns()
{
	echo "l4lb-$$-$1"
}

# netns_add NAME...: make them, with lo up and no rp_filter
netns_add()
{
	local name real

	for name in "$@"; do
		real=$(netns "$name")
		echo "netns add $real"
		echo "$real" >>"$_test_dir/netns"
	done | ip -batch -
	for name in "$@"; do
		ip_ns "$name" link set lo up
		_no_rp_filter "$name"
	done
}

# a new namespace has what the first one has: nothing to do in the machine
_no_rp_filter()
{
	local conf=/proc/sys/net/ipv4/conf

	if [ "$(<$conf/all/rp_filter)$(<$conf/default/rp_filter)" != 00 ]; then
		in_ns "$1" sysctl -q -w net.ipv4.conf.all.rp_filter=0 \
			net.ipv4.conf.default.rp_filter=0
	fi
}

# in_ns NAME CMD...: the network namespace alone; /sys stays the caller's
in_ns()
{
	local real

	real=$(netns "$1")
	shift
	nsenter --net="/run/netns/$real" -- "$@"
}

# in_ns_background NAME CMD...
in_ns_background()
{
	local real

	real=$(netns "$1")
	shift
	background nsenter --net="/run/netns/$real" -- "$@"
}

# ip_ns NAME ARG...: ip -n; with no ARG a batch from standard input
ip_ns()
{
	local real

	real=$(netns "$1")
	shift
	if [ $# -eq 0 ]; then
		ip -n "$real" -batch -
	else
		ip -n "$real" "$@"
	fi
}

# lb WORD...: lbctl of lv1
lb()
{
	in_ns lv1 lbctl "$@"
}

# vs WORD...: ipvsadm of lv1
vs()
{
	in_ns lv1 ipvsadm "$@"
}

# reason NAME: how many packets or connections of lv1 met it
reason()
{
	lb -j stats | jq "[.reasons[] | select(.name == \"$1\") | .packets] |
		add // 0"
}

# add_ipv6 NAMESPACE DEVICE ADDRESS...: without waiting for others that may have it
add_ipv6()
{
	local ns=$1 dev=$2 addr

	shift 2
	for addr in "$@"; do
		echo "addr add $addr dev $dev nodad"
	done | ip_ns "$ns"
}

# ---------------------------------------------------------------- topology
#
#	        client              the articles' topology; every box is a
#	     10.10.31.200           network namespace, "net" holds the bridges
#	          | eth0
#	==========+======== bridge ext 10.10.31.0/24 ========+==========
#	   | ext        | ext                                | ext
#	  lv1          lv2      VIP 10.10.31.100          router
#	.31.11        .31.12    on ext of lv1            10.10.31.1
#	   | int        | int                                | int
#	=====+==========+== bridge int 192.168.31.0/24 ======+==========
#	     | eth0            | eth0             gateway .31.1
#	   web1  ...         webN
#	192.168.31.101      .100+N
#
# NAT: the servers' default route is lv1's 192.168.31.11, so that replies come
# back through it.  DR: it is the router's 192.168.31.1, and no reply crosses a
# director.  server_nat, server_dr and server_redirect change a server over.

VIP=10.10.31.100
CLIENT=10.10.31.200

# server_addr webN
server_addr()
{
	echo "192.168.31.$((100 + ${1#web}))"
}

# _wire BRIDGE NAMESPACE DEVICE: lines for "net" that give NAMESPACE a leg
_wire()
{
	echo "link add $1-$2 type veth peer name $3 netns $(netns "$2")"
	echo "link set $1-$2 master $1 up"
}

# _leg DEVICE ADDRESS: lines for a namespace
_leg()
{
	echo "addr add $2/24 dev $1"
	echo "link set $1 up"
}

# topo_article [SERVERS]: all of it, VIP on lv1, servers web1.. set for NAT
topo_article()
{
	local n=${1:-2} i webs=()

	for ((i = 1; i <= n; i++)); do
		webs+=("web$i")
	done
	netns_add net client lv1 lv2 router "${webs[@]}"
	{
		for i in ext int; do
			echo "link add $i type bridge forward_delay 0 mcast_snooping 0"
			echo "link set $i up"
		done
		for i in lv1 lv2 router; do
			_wire ext "$i" ext
			_wire int "$i" int
		done
		_wire ext client eth0
		for i in "${webs[@]}"; do
			_wire int "$i" eth0
		done
	} | ip_ns net
	{
		_leg eth0 $CLIENT
		echo "route add 192.168.31.0/24 via 10.10.31.1"
	} | ip_ns client
	{ _leg ext 10.10.31.11; _leg int 192.168.31.11; } | ip_ns lv1
	{ _leg ext 10.10.31.12; _leg int 192.168.31.12; } | ip_ns lv2
	{ _leg ext 10.10.31.1; _leg int 192.168.31.1; } | ip_ns router
	in_ns router sysctl -q -w net.ipv4.ip_forward=1 \
		net.ipv4.conf.all.send_redirects=0 \
		net.ipv4.conf.int.send_redirects=0
	for i in "${webs[@]}"; do
		{
			_leg eth0 "$(server_addr "$i")"
			echo "route add default via 192.168.31.11"
		} | ip_ns "$i"
	done
	vip_on lv1
}

# vip_on DIRECTOR [ADDRESS]: the address, so that the client's ARP is answered
vip_on()
{
	ip_ns "$1" addr add "${2:-$VIP}/32" dev ext
}

vip_off()
{
	ip_ns "$1" addr del "${2:-$VIP}/32" dev ext
}

# server_nat webN [GATEWAY]: replies go back through the director
server_nat()
{
	ip_ns "$1" route replace default via "${2:-192.168.31.11}"
	in_ns "$1" ip addr del "$VIP/32" dev lo 2>/dev/null || :
}

# server_dr webN [ADDRESS]: the VIP on lo, unknown to ARP; replies go round the
# director
server_dr()
{
	ip_ns "$1" route replace default via 192.168.31.1
	in_ns "$1" sysctl -q -w net.ipv4.conf.all.arp_ignore=1 \
		net.ipv4.conf.all.arp_announce=2
	ip_ns "$1" addr replace "${2:-$VIP}/32" dev lo
}

# server_redirect webN PROTO PORT: DR without the VIP on any device
server_redirect()
{
	ip_ns "$1" route replace default via 192.168.31.1
	in_ns "$1" ip addr del "$VIP/32" dev lo 2>/dev/null || :
	in_ns "$1" iptables -t nat -A PREROUTING -d "$VIP" -p "$2" \
		--dport "$3" -j REDIRECT
}

# ---------------------------------------------------------------- the module

# load_module: with what it needs from the stock kernel; nothing to do if it
# is there
load_module()
{
	[ ! -d /sys/module/l4lb ] || return 0
	[ -e "$L4LB_MODULE" ] || {
		echo "no module $L4LB_MODULE"
		return 0
	}
	modprobe -q nf_defrag_ipv6 || :
	insmod "$L4LB_MODULE"
}

unload_module()
{
	rmmod l4lb
}

# ---------------------------------------------------------------- web servers

# http_start NAMESPACE [PORT...]: nginx that answers its namespace's name; also
#	/name		the same
#	/peer		the addresses the server sees: CLIENT SERVER:PORT
#	/big		64 MiB of zeros
#	/slow		the same at 64 KiB/s
# Returns when it listens.
http_start()
{
	local name=$1 dir=$_test_dir/nginx-$1 port

	shift
	[ $# -gt 0 ] || set -- 80
	mkdir -p "$dir"
	[ -e "$_test_dir/zeros" ] || truncate -s 64M "$_test_dir/zeros"
	cat >"$dir/conf" <<-EOT
	daemon off;
	master_process off;
	pid $dir/pid;
	error_log $dir/error.log;
	events { worker_connections 512; }
	http {
		access_log off;
		default_type text/plain;
		client_body_temp_path $dir;
		proxy_temp_path $dir;
		fastcgi_temp_path $dir;
		uwsgi_temp_path $dir;
		scgi_temp_path $dir;
		sendfile on;
		server {
			$(printf 'listen %s;\n' "$@")
			location / { return 200 "$name\n"; }
			location /peer { return 200 "\$remote_addr \$server_addr:\$server_port\n"; }
			location /big { alias $_test_dir/zeros; }
			location /slow { alias $_test_dir/zeros; limit_rate 64k; }
		}
	}
	EOT
	in_ns_background "$name" nginx -c "$dir/conf" -e "$dir/error.log"
	for port in "$@"; do
		wait_listen "$name" tcp "${port##*:}"
	done
}

# keep_open NAMESPACE: its TCP connections never end, for whoever sees its packets
# alone: neither a FIN nor a reset leaves it
keep_open()
{
	in_ns "$1" nft -f - <<-'EOT'
	table inet keep_open {
		chain out {
			type filter hook output priority 0;
			tcp flags & (fin | rst) != 0 drop
		}
	}
	EOT
}

# httpd_start NAMESPACE [PORT]: busybox, in place of nginx where starting many
# matters; answers its name at /
httpd_start()
{
	local dir=$_test_dir/httpd-$1

	mkdir -p "$dir"
	echo "$1" >"$dir/index.html"
	in_ns_background "$1" busybox httpd -f -p "${2:-80}" -h "$dir"
	wait_listen "$1" tcp "${2:-80}"
}

# wait_listen NAMESPACE tcp|udp PORT
wait_listen()
{
	local flag=-t

	[ "$2" = tcp ] || flag=-u
	wait_until 20 _listens "$1" $flag "$3"
}

_listens()
{
	[ -n "$(in_ns "$1" ss -Hnl "$2" "sport = :$3")" ]
}

# get [NAMESPACE] [URL] [CURL OPTION]...: what the client gets from the VIP
get()
{
	local from=${1:-client} url=${2:-http://$VIP/}

	[ $# -lt 2 ] || shift
	[ $# -lt 1 ] || shift
	in_ns "$from" curl -sS --max-time $((10 * L4LB_TIME_FACTOR)) "$@" "$url"
}

# answers N: who answered N requests, counted: "2 web1 2 web2"
answers()
{
	local i

	for ((i = 0; i < $1; i++)); do
		get client
	done | sort | uniq -c | xargs
}

# web_service METHOD SERVERS [OPTION]...: topo_article, and tcp VIP:80 with
# web1.. behind it, which listen at 80 (dr, VIP on lo) or 8080 (nat)
web_service()
{
	local method=$1 n=$2 i name

	shift 2
	topo_article "$n"
	in_ns lv1 lbctl service add tcp "$VIP:80" method "$method" "$@"
	for ((i = 1; i <= n; i++)); do
		name=web$i
		if [ "$method" = dr ]; then
			server_dr "$name"
			http_start "$name"
			in_ns lv1 lbctl server add tcp "$VIP:80" \
				"$(server_addr "$name")"
		else
			http_start "$name" 8080
			in_ns lv1 lbctl server add tcp "$VIP:80" \
				"$(server_addr "$name"):8080"
		fi
	done
}

# ---------------------------------------------------------------- UDP servers

# udp_start NAMESPACE PORT...: answers its namespace's name and the port, from the
# address that was asked; both families. Returns when it listens.
udp_start()
{
	local name=$1 port

	shift
	cat >"$_test_dir/answer.py" <<-'EOT'
	import select, socket, sys
	IPV6_RECVPKTINFO, IPV6_PKTINFO, IPV6_FREEBIND = 49, 50, 78
	socks = []
	for port in sys.argv[2:]:
	    s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
	    s.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVPKTINFO, 1)
	    s.setsockopt(socket.IPPROTO_IPV6, IPV6_FREEBIND, 1)
	    s.bind(("::", int(port)))
	    socks.append(s)
	while True:
	    for s in select.select(socks, [], [])[0]:
	        _, info, _, who = s.recvmsg(2000, 200)
	        answer = f"{sys.argv[1]} {s.getsockname()[1]}"
	        s.sendmsg([answer.encode()], [(socket.IPPROTO_IPV6, IPV6_PKTINFO,
	                                       info[0][2][:16] + bytes(4))], 0, who)
	EOT
	in_ns_background "$name" /usr/bin/python3 -S "$_test_dir/answer.py" \
		"$name" "$@"
	for port in "$@"; do
		wait_listen "$name" udp "$port"
	done
}

# ---------------------------------------------------------------- captures

# capture_start NAMESPACE DEVICE NAME [FILTER]...: tcpdump into
# $(capture_file NAME); returns when it listens
capture_start()
{
	local ns=$1 dev=$2 name=$3

	shift 3
	in_ns_background "$ns" tcpdump -i "$dev" -n -U --immediate-mode -p -s 0 \
		-Z root -w "$(capture_file "$name")" "$@" \
		2>"$_test_dir/$name.tcpdump"
	echo $! >"$_test_dir/$name.pid"
	wait_until 20 grep -q 'listening on' "$_test_dir/$name.tcpdump"
}

# capture_stop NAME: when it returns, the file is whole
capture_stop()
{
	local pid

	pid=$(cat "$_test_dir/$1.pid")
	kill -INT "$pid" 2>/dev/null || :
	wait_until 20 _gone "$pid"
}

_gone()
{
	! kill -0 "$1" 2>/dev/null
}

capture_file()
{
	echo "$_test_dir/$1.pcap"
}

# capture_count NAME [FILTER]...: packets of a capture that match
capture_count()
{
	local file

	file=$(capture_file "$1")
	shift
	tcpdump -n -r "$file" "$@" 2>/dev/null | wc -l
}

# capture_show NAME [FILTER]...
capture_show()
{
	local file

	file=$(capture_file "$1")
	shift
	tcpdump -n -e -v -r "$file" "$@" 2>/dev/null
}

# ---------------------------------------------------------------- counters

# dev_count NAMESPACE DEVICE rx_bytes|rx_packets|rx_errors|rx_dropped|
# tx_bytes|tx_packets|tx_errors|tx_dropped
dev_count()
{
	# shellcheck disable=SC2016
	in_ns "$1" awk -v dev="$2:" -v what="$3" '
		BEGIN {
			split("bytes packets errors dropped", name)
			for (i in name) {
				column["rx_" name[i]] = i + 1
				column["tx_" name[i]] = i + 9
			}
		}
		{ sub(":", ": ") }
		$1 == dev { print $column[what] }' /proc/self/net/dev
}

# snmp_count NAMESPACE NAME: as IpInReceives, TcpRetransSegs, IpReasmReqds
snmp_count()
{
	in_ns "$1" nstat -asz "$2" | awk -v name="$2" '$1 == name { print $2 }'
}

# offloads NAMESPACE DEVICE on|off: tx checksums, GSO and GRO
offloads()
{
	in_ns "$1" ethtool -K "$2" tx "$3" gso "$3" gro "$3" tso "$3" >/dev/null
}
