// SPDX-License-Identifier: GPL-2.0
/* lbctl: the tool for people and scripts. */
#include "lbctl.h"

int main(int argc, char **argv)
{
	struct lbctl ctl = { .err = stderr, .in = stdin };
	int ret;

	ctl.out = out_new(stdout, false);
	if (!ctl.out)
		return ctl_complain(&ctl, "out of memory");
	ret = ctl_main(&ctl, argc, argv);
	if (out_free(ctl.out) && ret == DONE)
		ret = ctl_complain(&ctl, "the output could not be written");
	return ret;
}
