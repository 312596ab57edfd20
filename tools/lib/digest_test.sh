#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The vectors in the test and in the documentation are those that the second
# program computes now.
set -eu

dir=$(dirname "$(realpath "$0")")
rst=$dir/../../Documentation/design/digest.rst

"$dir/digest_vectors.py" | while read -r name enc digest; do
	grep -q "VECTOR_$name	0x${digest}ULL" "$dir/digest_test.c" ||
		{ echo "digest_test.c: $name is not $digest"; exit 1; }
	grep -q "Digest \`\`$digest\`\`" "$rst" ||
		{ echo "digest.rst: $name is not $digest"; exit 1; }
	tr -d ' \n' <"$rst" | grep -q "::$enc" ||
		{ echo "digest.rst: encoding of $name differs"; exit 1; }
done
