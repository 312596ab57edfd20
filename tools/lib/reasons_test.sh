#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The library's names and sentences of reasons are the module's.
set -eu

dir=$(dirname "$(realpath "$0")")
theirs=$dir/../../kmod/reason.h

list()
{
	sed -n "s/.*$1(\([A-Z_]*\), \(\"[^\"]*\"\), \(\"[^\"]*\"\)).*/\1 \2 \3/p" "$2"
}

diff -u <(list '\bR' "$theirs") <(list REASON "$dir/names.c")
[ "$(list REASON "$dir/names.c" | wc -l)" -gt 30 ]
