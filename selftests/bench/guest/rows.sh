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
		measure conns_1k "$s" n=3000 flows=1000 base=1000000
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

# apply_row ROW SYSTEM COMMAND...: what the command and the kernel executed
apply_row()
{
	local row=$1 system=$2 line

	shift 2
	progress "$row $system"
	if ! line=$(runstat total "$@"); then
		error "$row $system: $line"
		return
	fi
	echo "$line" | awk -v row="$row" -v who="$system" '{
		split($2, command, "="); split($3, kernel, "=")
		printf "R %s %s Minstr %.1f\n", row, who, \
			(command[2] + kernel[2]) / 1000000
		printf "R %s %s command_Minstr %.1f\n", row, who, \
			command[2] / 1000000
	}'
}

group_apply()
{
	local s

	ipvs_rules_many rr dr 10000 >/tmp/ipvs.many
	ours_rules_many rr dr 10000 >/tmp/ours.many
	for s in $(systems); do
		lb_load "$s"
		case $s in
		ours)	apply_row apply_10k ours lbctl apply /tmp/ours.many ;;
		*)	apply_row apply_10k "$s" ipvsadm -R </tmp/ipvs.many ;;
		esac
		lb_unload "$s"
	done
}
