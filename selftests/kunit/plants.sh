# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The bugs of plant.c and what the console must say of each.  Sourced by
# selftests/kunit/run and selftests/vm/debug-kernel.

# Case, and words of its report.
plants=(
	'sleep_in_atomic|BUG: sleeping function called from invalid context'
	'sleep_in_rcu|BUG: sleeping function called from invalid context'
	'rcu_unprotected|WARNING: suspicious RCU usage'
	'lock_inversion|WARNING: possible circular locking dependency'
	'list_corruption|list_add (double add|corruption)'
	'overflow|BUG: KASAN: slab-out-of-bounds'
	'use_after_free|BUG: KASAN: (slab-)?use-after-free'
	'leak|kmemleak: [0-9]+ new suspected'
	'expect|not ok [0-9]+ expect'
)

# plant_lines CONSOLE CASE: what was said from the end of the case before to
# this case's result.  A leak is reported when all is over.
plant_lines()
{
	if [ "$2" = leak ]; then
		cat "$1"
		return
	fi
	awk -v name="$2" '
		{ lines = lines $0 "\n" }
		/ (not )?ok [0-9]+ / {
			sub(/\r$/, "")
			if ($NF == name) {
				printf "%s", lines
				exit
			}
			lines = ""
		}' "$1"
}

# plants_check CONSOLE: "STATUS CASE" for each, 0 if the bug was reported.
plants_check()
{
	local entry

	for entry in "${plants[@]}"; do
		plant_lines "$1" "${entry%%|*}" | grep -qE "${entry#*|}"
		echo "$? ${entry%%|*}"
	done
}

# plants_build KDIR DIR [MAKE-WORD...]: loader and planted bugs, into DIR.
plants_build()
{
	local kdir=$1 dir=$2 from

	shift 2
	from=$(dirname "${BASH_SOURCE[0]}")
	mkdir -p "$dir"
	cp "$from/kunit_loader.c" "$dir/l4lb_kunit_loader.c"
	cp "$from/plant.c" "$dir/"
	echo 'obj-m := l4lb_kunit_loader.o plant.o' >"$dir/Kbuild"
	make -C "$kdir" M="$dir" W=1 KCFLAGS=-Werror "$@" modules \
		>"$dir/build.log" 2>&1 && return 0
	grep -vE '^make|^  (CC|LD|MODPOST|AR)' "$dir/build.log" >&2
	return 1
}
