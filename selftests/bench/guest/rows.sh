# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=ash
# Groups of rows; sourced in the guest.

group_established()
{
	local s

	for s in $(systems); do
		lb_load "$s"
		lb_service "$s" rr dr 4
		establish
		measure dr_in "$s"
		measure dr_in_complete "$s" csum=complete
		measure dr_in_partial "$s" csum=partial
		lb_load "$s"
		lb_service "$s" rr nat 4
		establish_both
		measure nat_in "$s"
		measure nat_out "$s" dir=back
		measure nat_in_partial "$s" csum=partial
		measure nat_out_partial "$s" dir=back csum=partial
		lb_unload "$s"
	done
	established_others
}

established_others()
{
	local dir

	floor pre
	measure dr_in floor_pre
	floor ingress
	measure dr_in floor_ingress
	floor off
	measure dr_in routing dir=fwd servers=4

	nft_dsr_on
	measure dr_in nft_dsr
	nft_dsr_off

	flowtable_on plain
	establish_both dir=fwd servers=4
	must "flow table" dir=fwd servers=4
	must "flow table" dir=back
	measure dr_in flowtable dir=fwd servers=4
	flowtable_off

	flowtable_on nat
	establish_both base=50000
	for dir in in back; do
		must "flow table" base=50000 dir=$dir
	done
	measure nat_in flowtable base=50000
	measure nat_out flowtable base=50000 dir=back
	flowtable_off
}

group_conntrack()
{
	local s

	conntrack_on
	establish_both dir=fwd servers=4
	measure dr_in_ct routing dir=fwd servers=4
	for s in $(systems); do
		lb_load "$s"
		lb_service "$s" rr dr 4
		establish
		measure dr_in_ct "$s"
		lb_load "$s"
		lb_service "$s" rr nat 4
		establish_both
		measure nat_in_ct "$s"
		measure nat_out_ct "$s" dir=back
		lb_unload "$s"
	done
	conntrack_off
}

# fresh_row ROW METHOD SCHEDULER SERVERS
fresh_row()
{
	local s

	for s in $(systems); do
		lb_load "$s"
		lb_service "$s" "$3" "$2" "$4"
		measure_new "$1" "$s"
		lb_unload "$s"
	done
}

group_fresh()
{
	fresh_row new_rr_4 dr rr 4
	fresh_row new_wlc_4 dr wlc 4
	fresh_row new_nat_4 nat rr 4
}

# Packets that are nobody's business but the routing's
group_tax()
{
	local s

	measure tax_idle routing dir=fwd servers=4
	for s in $(systems); do
		lb_load "$s"
		measure tax_idle "$s" dir=fwd servers=4
		lb_service "$s" rr nat 4
		measure tax_service "$s" dir=fwd servers=4
		lb_unload "$s"
	done
	conntrack_on
	establish_both dir=fwd servers=4
	measure tax_ct routing dir=fwd servers=4
	for s in $(systems); do
		lb_load "$s"
		lb_service "$s" rr nat 4
		measure tax_ct "$s" dir=fwd servers=4
		lb_unload "$s"
	done
	conntrack_off
}

# memory_row ROW SYSTEM BEFORE CONNECTIONS: BEFORE is what memory printed
# before the module was loaded
memory_row()
{
	local row=$1 system=$2 before=$3 n=$4 after

	after=$(memory)
	echo "R $row $system bytes $(echo "$before $after $n" |
		awk '{ printf "%.1f", ($3 - $1) / $5 }')"
	echo "R $row $system all_bytes $(echo "$before $after $n" |
		awk '{ printf "%.1f", ($4 - $2) / $5 }')"
}

# idle_row ROW SYSTEM: what two seconds without packets execute
idle_row()
{
	progress "$1 $2"
	echo "idle 500" >"$DEBUG/cmd" || error "$1 $2: idle"
	echo "R $1 $2 Mips $(value idle | awk '{ printf "%.2f", $1 / 1000000 }')"
}

group_many_connections()
{
	local s n=400000 before

	idle_row idle_400k routing
	for s in $(systems); do
		# once before, for what the kernel itself keeps of a first time
		lb_load "$s"
		lb_service "$s" rr dr 4
		must "first time" n=4096 flows=4096 "flags=$SYN"
		lb_unload "$s"
		before=$(memory)
		lb_load "$s"
		lb_service "$s" rr dr 4
		establish n=1000 flows=1000 base=1000000
		measure conns_1k "$s" n=$((WINDOWS * 1000)) flows=1000 \
			base=1000000
		progress "$s: $n connections by DR"
		must fill "n=$n" "flows=$n" "flags=$SYN"
		must establish "flags=$ACK" stride=390
		measure conns_400k "$s" stride=390
		idle_row idle_400k "$s"
		memory_row mem_dr "$s" "$before" "$n"
		lb_unload "$s"

		before=$(memory)
		lb_load "$s"
		lb_service "$s" rr nat 4
		progress "$s: $n connections by NAT"
		must fill "n=$n" "flows=$n" "flags=$SYN"
		memory_row mem_nat "$s" "$before" "$n"
		lb_unload "$s"
	done
}

group_many_services()
{
	local s

	net_servers 4 250
	for s in $(systems); do
		lb_load "$s"
		lb_services "$s" rr dr 1
		establish services=2 stride=2
		measure services_1 "$s" services=2 stride=2
		measure_new services_1_new "$s" services=2 stride=2
		lb_load "$s"
		lb_services "$s" rr dr 10000
		establish services=10000
		measure services_10k "$s" services=10000
		measure_new services_10k_new "$s" services=10000
		lb_unload "$s"
	done
}

group_many_servers()
{
	net_servers 4 900
	fresh_row new_rr_100 dr rr 100
	fresh_row new_wlc_100 dr wlc 100
	fresh_row new_rr_900 dr rr 900
	fresh_row new_wlc_900 dr wlc 900
}

# apply_once SYSTEM: apply the rules to the empty module; two numbers, million
# instructions of the command and of the kernel's threads
apply_once()
{
	local line

	lb_load "$1" >/dev/null
	case $1 in
	ours)	line=$(runstat total lbctl apply /tmp/ours.many) ;;
	*)	line=$(runstat total ipvsadm -R </tmp/ipvs.many) ;;
	esac || return 1
	lb_unload "$1" >/dev/null
	# the command may have said something, too
	echo "$line" | awk '$1 == "total" {
		split($2, command, "="); split($3, kernel, "=")
		printf "%.1f %.1f\n", command[2] / 1000000, kernel[2] / 1000000
	}'
}

# apply_row ROW SYSTEM: the median of five, since a grace period takes now more
# and now fewer ticks
apply_row()
{
	local row=$1 system=$2 all command

	progress "$row $system"
	for _ in 1 2 3 4 5; do
		apply_once "$system"
	done >/tmp/applied
	if [ "$(wc -l </tmp/applied)" -ne 5 ]; then
		error "$row $system: the rules are not applied"
		return
	fi
	read -r all command <<-EOT
		$(awk '{ print $1 + $2, $1 }' /tmp/applied | sort -n | sed -n 3p)
	EOT
	echo "R $row $system Minstr $all"
	echo "R $row $system command_Minstr $command"
}

group_apply()
{
	local s

	ipvs_rules_many rr dr 10000 >/tmp/ipvs.many
	ours_rules_many rr dr 10000 >/tmp/ours.many
	for s in $(systems); do
		apply_row apply_10k "$s"
	done
}
