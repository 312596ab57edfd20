# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=ash disable=SC2034
# Parts shared by the rows of the bench; sourced in the guest (busybox sh).
# Lines for the report: "R row system key value", "C row sentence" (what the
# row's configuration is), "E sentence" (something is wrong), "I key value".

DEBUG=/sys/kernel/debug/l4lb_bench
VIP=10.10.31.100
FLOWS=1024
WINDOWS=9
SYN=0x02
ACK=0x10
SYNACK=0x12

failures=0

error()
{
	echo "E $*"
	failures=$((failures + 1))
}

info()
{
	echo "I $*"
}

config()
{
	echo "C $*"
}

# progress TEXT: on the kernel's console, with the guest's seconds
progress()
{
	echo "bench: $*" >/dev/kmsg
}

# run KEY=VALUE...: one injection; false and a line for the report if the sink
# did not count what was injected
run()
{
	if ! echo "run $*" 2>/dev/null >$DEBUG/cmd; then
		return 1
	fi
}

# must WHAT KEY=VALUE...: an injection that prepares a row
must()
{
	local what=$1

	shift
	run settle=0 "$@" && return 0
	error "$what: run $*: $(tr '\n' ' ' <$DEBUG/result)"
	return 1
}

# value KEY: from the last run
value()
{
	sed -n "s/^$1 //p" $DEBUG/result
}

# report ROW SYSTEM KEY...: print these keys of the last run
report()
{
	local row=$1 system=$2 key

	shift 2
	for key in "$@"; do
		echo "R $row $system $key $(value "$key")"
	done
	# the console needs no waiting
	progress "$row $system cost $(value cost)"
}

# measure ROW SYSTEM KEY=VALUE...: one packet at a time, then lists of 64;
# windows with a packet of each flow. Work that comes with time and not with
# packets disturbs some windows: the lowest counts
measure()
{
	local row=$1 system=$2

	shift 2
	if ! run n=$((WINDOWS * FLOWS)) flows=$FLOWS windows=$WINDOWS \
			capture=256 "$@"; then
		error "$row $system: $(tr '\n' ' ' <$DEBUG/result)"
		return 1
	fi
	report "$row" "$system" cost cost_all p50 mean
	check_sums "$row $system"
	if ! run n=$((WINDOWS * FLOWS)) flows=$FLOWS windows=$WINDOWS \
			list=64 "$@"; then
		error "$row $system list: $(tr '\n' ' ' <$DEBUG/result)"
		return 1
	fi
	echo "R $row $system list64 $(value cost)"
}

# measure_new ROW SYSTEM KEY=VALUE...: as measure, each of 4,096 packets a fresh
# flow, and one window: what happens in it is the doing of new connections. In
# lists the lowest of seven: work that comes with time, as IPVS's estimators of
# 10,000 services, is in some, and so is the growth of our table
measure_new()
{
	local row=$1 system=$2 base costs=

	shift 2
	if ! run n=4096 flows=4096 base=100000 "flags=$SYN" capture=256 "$@"
	then
		error "$row $system: $(tr '\n' ' ' <$DEBUG/result)"
		return 1
	fi
	report "$row" "$system" cost cost_all p50 mean
	check_sums "$row $system"
	for base in 2 3 4 5 6 7 8; do
		if ! run n=4096 flows=4096 base=${base}00000 "flags=$SYN" \
				list=64 "$@"; then
			error "$row $system list: $(tr '\n' ' ' <$DEBUG/result)"
			return 1
		fi
		costs="$costs $(value cost)"
	done
	progress "$row $system lists$costs"
	# shellcheck disable=SC2086 # a word each
	echo "R $row $system list64 $(printf '%s\n' $costs | sort -n |
		head -n 1)"
}

# check_sums WHAT: every frame kept has right checksums
check_sums()
{
	local bad

	bad=$(($(value bad_ip) + $(value bad_tcp)))
	[ "$bad" -eq 0 ] || error "$1: $bad of $(value frames) frames with a" \
		"wrong checksum"
}

# establish KEY=VALUE...: handshakes of flows towards the VIP, as far as they
# pass a director that sees the client's side only
establish()
{
	must establish "flags=$SYN" learn=1 "$@" || return
	must establish "flags=$ACK" "$@"
}

# establish_both KEY=VALUE...: the same with the server's answer
establish_both()
{
	must establish "flags=$SYN" learn=1 "$@" || return
	must establish "$@" dir=back "flags=$SYNACK" || return
	must establish "flags=$ACK" "$@"
}

# busybox's shell prefers its own
ip()
{
	/bench/bin/ip "$@"
}

setup_net()
{
	echo 1 >/proc/sys/net/ipv4/ip_forward
	if [ -d /proc/sys/net/ipv6 ]; then
		echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6
		echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6
	fi
	insmod /bench/l4lb_bench.ko || return
	ip link set bc0 up
	ip link set bs0 up
	ip addr add 10.10.31.11/24 dev bc0
	ip addr add $VIP/32 dev bc0
	ip addr add 192.168.31.254/22 dev bs0
	# Makes the whole net local. A route of type local would too, but would
	# take away the stock kernel's short cut when it validates sources.
	ip addr add 203.0.113.0/24 dev lo
	ip neigh replace 10.10.31.1 lladdr 02:00:0a:0a:1f:01 dev bc0 \
		nud permanent
	ip route add 198.18.0.0/15 via 10.10.31.1 dev bc0
	neigh_table_big
	net_servers 0 4
}

# The neighbour table hashes with a key of its own at each boot, and the few
# entries more or less in a chain would make boots differ by 0.5 %.
# It never shrinks: make it large, then take the entries out again.
neigh_table_big()
{
	awk 'BEGIN {
		for (j = 0; j < 4096; j++)
			printf "neigh add 100.64.%d.%d" \
				" lladdr 02:00:00:00:00:01" \
				" dev bs0 nud permanent\n", j / 256, j % 256
	}' >/tmp/net.batch
	ip -batch /tmp/net.batch
	sed -i 's/^neigh add \([^ ]*\) .*/neigh del \1 dev bs0/' /tmp/net.batch
	ip -batch /tmp/net.batch
}

# net_servers FROM TO: neighbours for servers FROM..TO-1
net_servers()
{
	awk -v from="$1" -v to="$2" 'BEGIN {
		for (j = from; j < to; j++) {
			hi = 28 + int((j + 1) / 256)
			lo = (j + 1) % 256
			printf "neigh replace 192.168.%d.%d" \
				" lladdr 02:00:c0:a8:%02x:%02x" \
				" dev bs0 nud permanent\n", hi, lo, hi, lo
		}
	}' >/tmp/net.batch
	ip -batch /tmp/net.batch
}

# memory: bytes in use that a module can take, and all that is not free, after
# everything that can be given back was
memory()
{
	echo 3 >/proc/sys/vm/drop_caches
	sleep 1
	awk '/^(Slab|VmallocUsed|Percpu):/ { used += $2 }
		/^MemTotal:/ { total = $2 } /^MemFree:/ { free = $2 }
		END { print used * 1024, (total - free) * 1024 }' /proc/meminfo
}

# The k-th of many services, as the bench module counts them: "ADDR PORT"
AWK_MANY='
function many_addr(k) { return "203.0.113." (1 + k % 250) }
function many_port(k) { return 1000 + int(k / 250) }
function server(j) {
	return "192.168." (28 + int((j + 1) / 256)) "." ((j + 1) % 256)
}'
