# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=ash
# The other forwarders: nf_flow_table, nftables' stateless DSR, conntrack hooks
# that merely exist; sourced in the guest.

# Any rule that asks for the conntrack state registers its hooks.
conntrack_on()
{
	nft -f - <<-EOT || error "nft refused the conntrack rule"
	table inet bench_ct {
		chain forward {
			type filter hook forward priority 0; policy accept;
			ct state invalid counter
		}
	}
	EOT
}

conntrack_off()
{
	nft delete table inet bench_ct
}

# flowtable_on plain|nat
flowtable_on()
{
	local dnat=''

	if [ "$1" = nat ]; then
		dnat="chain pre {
			type nat hook prerouting priority dstnat;
			ip daddr $VIP tcp dport 80 dnat ip to numgen inc mod 4 map {
				0 : 192.168.28.1, 1 : 192.168.28.2,
				2 : 192.168.28.3, 3 : 192.168.28.4 }
		}"
	fi
	nft -f - <<-EOT || error "nft refused the flow table"
	table inet bench_ft {
		flowtable f {
			hook ingress priority 0; devices = { bc0, bs0 };
		}
		chain forward {
			type filter hook forward priority 0; policy accept;
			meta l4proto tcp flow add @f
		}
		$dnat
	}
	EOT
}

flowtable_off()
{
	nft delete table inet bench_ft
}

nft_dsr_on()
{
	nft -f - <<-EOT || error "nft refused the stateless DSR rule"
	table netdev bench_dsr {
		chain in {
			type filter hook ingress device "bc0" priority 0;
			ip daddr $VIP tcp dport 80 ether saddr set 02:00:00:00:00:05 ether daddr set jhash ip saddr . tcp sport mod 4 map { 0 : 02:00:c0:a8:1c:01, 1 : 02:00:c0:a8:1c:02, 2 : 02:00:c0:a8:1c:03, 3 : 02:00:c0:a8:1c:04 } fwd to "bs0"
		}
	}
	EOT
}

nft_dsr_off()
{
	nft delete table netdev bench_dsr
}

floor()
{
	echo "floor $1" >"$DEBUG/cmd" || error "floor $1"
}
