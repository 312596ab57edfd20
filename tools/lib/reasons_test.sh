#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The library's names and sentences of reasons are the module's.
set -eu

dir=$(dirname "$(realpath "$0")")
theirs=$dir/../../kmod/reason.h

list()
{
	tr -s '\n\t\\ ' ' ' <"$2" |
		grep -oE "\\<$1\\([A-Z_]+, \"[^\"]*\", \"[^\"]*\"\\)" |
		sed "s/^$1//"
}

diff -u <(list R "$theirs") <(list REASON "$dir/names.c")
[ "$(list REASON "$dir/names.c" | wc -l)" -gt 30 ]
