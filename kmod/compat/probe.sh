#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# probe.sh HEADER PROBES RELEASE CC [FLAG]...: compile each PROBES/NAME.c with
# the kernel's own flags and write "#define HAVE_NAME 1" for those that
# compile.  PROBES/control.c must compile, else nothing could and the answer
# would be wrong for all of them.
set -eu

header=$1
probes=$2
release=$3
shift 3

object=$header.o
new=$header.new
mkdir -p "$(dirname "$header")"
trap 'rm -f "$object" "$new"' EXIT

compile()
{
	"$@" -Werror=implicit-function-declaration \
		-Werror=incompatible-pointer-types -Werror=int-conversion \
		-c -o "$object"
}

if ! compile "$@" "$probes/control.c"; then
	echo "probe.sh: nothing compiles against kernel $release" >&2
	exit 1
fi

{
	echo "/* what kernel $release offers; made by probe.sh */"
	for probe in "$probes"/*.c; do
		name=$(basename "$probe" .c)
		[ "$name" != control ] || continue
		macro=HAVE_$(echo "$name" | tr '[:lower:]' '[:upper:]')
		if compile "$@" "$probe" 2>/dev/null; then
			echo "#define $macro 1"
		else
			echo "/* no $macro */"
		fi
	done
} >"$new"
mv "$new" "$header"
