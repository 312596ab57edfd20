# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=ash
# One interface to the load balancers that are compared; sourced in the guest.
# A system is ours, ipvs (as it comes) or ipvs_tuned (2^20 buckets, no
# estimators).

# systems: those of this boot, in the order in which each row measures them
systems()
{
	if [ -e /bench/l4lb.ko ]; then
		echo "ipvs ours ipvs_tuned"
	else
		echo "ipvs ipvs_tuned"
	fi
}

lb_load()
{
	case $1 in
	ours)		ours_load ;;
	ipvs)		ipvs_load default ;;
	ipvs_tuned)	ipvs_load tuned ;;
	esac
}

lb_unload()
{
	case $1 in
	ours)	ours_unload ;;
	*)	ipvs_unload ;;
	esac
}

# lb_service SYSTEM SCHEDULER METHOD SERVERS: the one service
lb_service()
{
	case $1 in
	ours)	shift; ours_service "$@" ;;
	*)	shift; ipvs_service "$@" ;;
	esac
}

# lb_services SYSTEM SCHEDULER METHOD SERVICES: many, with a server each
lb_services()
{
	case $1 in
	ours)	shift; ours_services "$@" ;;
	*)	shift; ipvs_services "$@" ;;
	esac
}
