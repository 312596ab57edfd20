#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=ash disable=SC2154
# Packets of one kind without end, for bench/profile to look at; in the guest.
# L4LB_PROFILE is "SYSTEM KIND".

for part in lib ipvs ours systems others; do
	# shellcheck source=/dev/null
	. "/bench/$part.sh"
done
PATH=/bench/bin:$PATH
setup_net
system=${L4LB_PROFILE% *}
kind=${L4LB_PROFILE#* }

prepare()
{
	case $kind in
	dr_in)
		lb_load "$system"
		lb_service "$system" rr dr 4
		establish
		args=
		;;
	nat_in|nat_out)
		lb_load "$system"
		lb_service "$system" rr nat 4
		establish_both
		args=
		[ "$kind" = nat_in ] || args=dir=back
		;;
	new_rr|new_wlc)
		lb_load "$system"
		lb_service "$system" "${kind#new_}" dr 4
		args="flags=$SYN flows=800000"
		;;
	many_in|many_new)
		net_servers 4 250
		lb_load "$system"
		lb_services "$system" rr dr 10000
		establish services=10000
		args=services=10000
		[ "$kind" = many_in ] ||
			args="services=10000 flags=$SYN flows=800000"
		;;
	foreign)
		lb_load "$system"
		lb_service "$system" rr nat 4
		args="dir=fwd servers=4"
		;;
	esac
}

prepare
echo kallsyms
cat /proc/kallsyms
echo ready
while :; do
	# shellcheck disable=SC2086
	run n=800000 flows=1024 settle=0 $args || break
done
echo "stopped: $(tr '\n' ' ' <"$DEBUG/result")"
