// SPDX-License-Identifier: GPL-2.0
/*
 * Runs the KUnit suites of the module loaded after this one.
 *
 * KUnit itself runs a module's suites while the module is coming, before its
 * init function (6.1.192, lib/kunit/test.c), and can filter only suites built
 * into the kernel.  Ours need the initialised module: its per-namespace state,
 * caches and netlink family.  So this module, called before KUnit, hides the
 * suites from it, keeps those that were asked for, and runs them when the
 * module is live.
 */
#include <linux/glob.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/string.h>
#include <kunit/test.h>

static char *only = "*";
module_param(only, charp, 0444);
MODULE_PARM_DESC(only, "glob for suites, or suite.case");

/* Suites of the module that is loaded now; module notifiers of one module are
 * ordered, and only one module is tested at a time.
 */
static int l4lb_loader_kept;

/* Keeps the cases that match; returns how many these are. */
static unsigned int l4lb_loader_cases(struct kunit_suite *suite,
				      const char *glob)
{
	struct kunit_case *from, *to = suite->test_cases;

	kunit_suite_for_each_test_case(suite, from) {
		if (glob_match(glob, from->name))
			*to++ = *from;
	}
	*to = *from;
	return to - suite->test_cases;
}

/* Moves the suites that match to the front; returns how many these are. */
static int l4lb_loader_select(struct module *mod)
{
	char glob[128], *cases;
	int i, kept = 0;

	strscpy(glob, only, sizeof(glob));
	cases = strchr(glob, '.');
	if (cases)
		*cases++ = '\0';

	for (i = 0; i < mod->num_kunit_suites; i++) {
		struct kunit_suite *suite = mod->kunit_suites[i];

		if (!glob_match(glob, suite->name))
			continue;
		if (cases && !l4lb_loader_cases(suite, cases))
			continue;
		mod->kunit_suites[kept++] = suite;
	}
	return kept;
}

static int l4lb_loader_notify(struct notifier_block *nb, unsigned long action,
			      void *data)
{
	struct module *mod = data;

	switch (action) {
	case MODULE_STATE_COMING:
		l4lb_loader_kept = l4lb_loader_select(mod);
		mod->num_kunit_suites = 0;
		break;
	case MODULE_STATE_LIVE:
		__kunit_test_suites_init(mod->kunit_suites, l4lb_loader_kept);
		break;
	case MODULE_STATE_GOING:
		mod->num_kunit_suites = l4lb_loader_kept;
		l4lb_loader_kept = 0;
		break;
	}
	return NOTIFY_OK;
}

static struct notifier_block l4lb_loader_nb = {
	.notifier_call = l4lb_loader_notify,
	.priority = 1,	/* before KUnit's, which has 0 */
};

static int __init l4lb_loader_init(void)
{
	return register_module_notifier(&l4lb_loader_nb);
}
module_init(l4lb_loader_init);

static void __exit l4lb_loader_exit(void)
{
	unregister_module_notifier(&l4lb_loader_nb);
}
module_exit(l4lb_loader_exit);

MODULE_DESCRIPTION("Runs the KUnit suites of an initialised module");
MODULE_LICENSE("GPL");
