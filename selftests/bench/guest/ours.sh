# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=ash
# l4lb as the bench drives it; sourced in the guest.

# A fresh module, so that no row sees another's table
ours_load()
{
	ours_unload
	modprobe nf_defrag_ipv6
	insmod /bench/l4lb.ko || error "l4lb does not load"
}

ours_unload()
{
	[ ! -d /sys/module/l4lb ] && return
	lbctl flush
	rmmod l4lb || error "l4lb does not unload"
}

# ours_rules SCHEDULER METHOD SERVERS: one service, for lbctl apply
ours_rules()
{
	awk -v vip="$VIP" -v sched="$1" -v method="$2" -v n="$3" \
		"$AWK_MANY"' BEGIN {
		printf "service add tcp %s:80 scheduler %s method %s\n", vip, \
			sched, method
		for (j = 0; j < n; j++)
			printf "server add tcp %s:80 %s:80 weight 1\n", vip, \
				server(j)
	}'
}

# ours_rules_many SCHEDULER METHOD SERVICES: a server each
ours_rules_many()
{
	awk -v sched="$1" -v method="$2" -v n="$3" "$AWK_MANY"'
	BEGIN {
		for (k = 0; k < n; k++) {
			s = many_addr(k) ":" many_port(k)
			printf "service add tcp %s scheduler %s method %s\n", \
				s, sched, method
			printf "server add tcp %s %s:%d weight 1\n", s, \
				server(k % 250), many_port(k)
		}
	}'
}

ours_service()
{
	ours_rules "$@" >/tmp/ours.rules
	lbctl apply /tmp/ours.rules || error "lbctl refused: $*"
}

ours_services()
{
	ours_rules_many "$@" >/tmp/ours.rules
	lbctl apply /tmp/ours.rules || error "lbctl refused: $*"
}
