# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=ash
# The same packets through every system: the frames that leave must be the same
# bytes, and right; sourced in the guest.

# verify_frames FILE KEY=VALUE...: keep what 64 packets became
verify_frames()
{
	local file=$1

	shift
	run n=64 flows=64 capture=512 settle=0 ttl=17 "$@" ||
		error "frames $file: $(tr '\n' ' ' <"$DEBUG/result")"
	check_sums "frames $file"
	cat "$DEBUG/frames" >"/tmp/frames.$file"
}

# Every checksum state with every shape of the payload
verify_shapes()
{
	local prefix=$1 csum shape

	shift
	for csum in none unnecessary complete partial; do
		for shape in payload=0 payload=1 payload=777 payload=1460 \
				"payload=1459 frag=1"; do
			# shellcheck disable=SC2086
			verify_frames "$prefix.$csum.$(echo "$shape" |
				tr ' ' '.')" csum=$csum $shape "$@"
		done
	done
	verify_frames "$prefix.gso" csum=partial payload=7300 gso=1460 "$@"
}

verify_system()
{
	local s=$1

	lb_load "$s"
	lb_service "$s" rr dr 1
	establish
	verify_shapes "$s.dr_in"
	lb_load "$s"
	lb_service "$s" rr nat 1
	establish_both
	verify_shapes "$s.nat_in"
	verify_shapes "$s.nat_out" dir=back
	lb_unload "$s"
}

# verify_compare A B: files of both, byte by byte
verify_compare()
{
	local a b same=0 differ=0 count=0

	for a in /tmp/frames."$1".*; do
		b=/tmp/frames.$2.${a#/tmp/frames."$1".}
		count=$((count + $(wc -l <"$a")))
		if cmp -s "$a" "$b"; then
			same=$((same + $(wc -l <"$a")))
			continue
		fi
		differ=$((differ + 1))
		error "${a#/tmp/frames.}: $1 and $2 send different frames:"
		diff "$a" "$b" | head -n 4 | sed 's/^/E   /'
	done
	info "frames $1 $2 compared=$count equal=$same"
}

group_verify()
{
	local s

	for s in $(systems); do
		verify_system "$s"
	done
	verify_compare ipvs ipvs_tuned
	[ ! -e /bench/l4lb.ko ] || verify_compare ipvs ours
	rm -f /tmp/frames.*
}
