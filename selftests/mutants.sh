#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Wrong turns of l4lb_decide() (mutants/list): explain and traffic take them
# together, since neither chooses for itself.  mutants/build made the modules.
# serial
# tier: full

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

MUTANTS=$L4LB_BUILD/mutants/$(uname -r)
OUTCOMES=$LIB_DIR/packets/outcomes.py

test_base()
{
	"$OUTCOMES" >"$TMP/base"
	check_between "situations" 8 100 "$(jq length "$TMP/base")"
	# the comparison itself notices when nothing differs
	check_fails "$OUTCOMES" "$TMP/base" >/dev/null
}

test_mutant()
{
	# namespaces go in their own time
	wait_until 30 rmmod l4lb
	at_end "wait_until 30 rmmod l4lb; load_module"
	insmod "$MUTANTS/$1.ko"
	"$OUTCOMES" "$TMP/base"
}

run_test "explain and traffic agree" test_base
while read -r name _; do
	run_test "$name: both take the wrong turn" test_mutant "$name"
done < <(grep -v '^#' "$LIB_DIR/mutants/list")
finish
