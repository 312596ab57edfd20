#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The pages are clean, and none lacks a command, a state or a reason.
set -eu

dir=$(dirname "$(realpath "$0")")
man=$dir/../../Documentation/man

# references are looked for in the working directory
(cd "$man" && mandoc -T lint ./*.[578])
sed -n 's|^	{ "\([a-z]*\)", ".*|\1|p' "$dir/ctl.c" | while read -r word; do
	grep -qE "^\.(It|Nm|Cm).* ?Cm .*\<$word\>|^\.Cm $word" "$man"/lbctl*.8 ||
		{ echo "no page has the command $word"; exit 1; }
done
for word in $(grep -oE '"[a-z_]+"' "$dir/../lib/names.c" | tr -d '"' | sort -u); do
	grep -qE "\<$word\>" "$man"/*.[578] ||
		{ echo "no page has the word $word"; exit 1; }
done
