# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=ash
# IPVS as the bench drives it; sourced in the guest.

# ipvs_load default|tuned: a fresh module, so that no row sees another's table
ipvs_load()
{
	ipvs_unload
	case $1 in
	default)	modprobe ip_vs ;;
	tuned)		modprobe ip_vs conn_tab_bits=20 ;;
	esac
	modprobe ip_vs_rr
	modprobe ip_vs_wlc
	if [ "$1" = tuned ]; then
		echo 0 >/proc/sys/net/ipv4/vs/run_estimation
	fi
}

ipvs_unload()
{
	[ ! -d /sys/module/ip_vs ] && return
	ipvsadm -C
	rmmod ip_vs_rr ip_vs_wlc ip_vs || error "ip_vs does not unload"
}

# ipvs_method dr|nat: ipvsadm's letter
ipvs_method()
{
	case $1 in
	dr)	echo g ;;
	nat)	echo m ;;
	esac
}

# ipvs_rules SCHEDULER METHOD SERVERS: one service, for ipvsadm -R
ipvs_rules()
{
	awk -v vip="$VIP" -v sched="$1" -v m="$(ipvs_method "$2")" -v n="$3" \
		"$AWK_MANY"' BEGIN {
		printf "-A -t %s:80 -s %s\n", vip, sched
		for (j = 0; j < n; j++)
			printf "-a -t %s:80 -r %s:80 -%s -w 1\n", vip, \
				server(j), m
	}'
}

# ipvs_rules_many SCHEDULER METHOD SERVICES: a server each
ipvs_rules_many()
{
	awk -v sched="$1" -v m="$(ipvs_method "$2")" -v n="$3" "$AWK_MANY"'
	BEGIN {
		for (k = 0; k < n; k++) {
			s = many_addr(k) ":" many_port(k)
			printf "-A -t %s -s %s\n", s, sched
			printf "-a -t %s -r %s:%d -%s -w 1\n", s, \
				server(k % 250), many_port(k), m
		}
	}'
}

# ipvs_service SCHEDULER METHOD SERVERS
ipvs_service()
{
	ipvs_rules "$@" | ipvsadm -R || error "ipvsadm refused: $*"
}

ipvs_services()
{
	ipvs_rules_many "$@" | ipvsadm -R || error "ipvsadm refused: $*"
}
