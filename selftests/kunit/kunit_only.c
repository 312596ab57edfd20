// SPDX-License-Identifier: GPL-2.0
/*
 * Selects suites and cases of the module loaded after this one.
 *
 * KUnit runs a module's suites when the module goes live, and 6.1 can filter
 * only those built into the kernel.  This module looks at the module's table
 * earlier, while it is coming, and takes out what was not asked for.
 */
#include <linux/glob.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/string.h>
#include <kunit/test.h>

static char *only = "*";
module_param(only, charp, 0444);
MODULE_PARM_DESC(only, "glob for suites, or suite.case");

/* Keeps the cases that match; returns how many these are. */
static unsigned int l4lb_only_cases(struct kunit_suite *suite, const char *glob)
{
	struct kunit_case *from, *to = suite->test_cases;

	kunit_suite_for_each_test_case(suite, from) {
		if (glob_match(glob, from->name))
			*to++ = *from;
	}
	*to = *from;
	return to - suite->test_cases;
}

static int l4lb_only_notify(struct notifier_block *nb, unsigned long action,
			    void *data)
{
	char suites[128];
	struct module *mod = data;
	char *cases;
	int i, kept = 0;

	if (action != MODULE_STATE_COMING)
		return NOTIFY_DONE;

	strscpy(suites, only, sizeof(suites));
	cases = strchr(suites, '.');
	if (cases)
		*cases++ = '\0';

	for (i = 0; i < mod->num_kunit_suites; i++) {
		struct kunit_suite *suite = mod->kunit_suites[i];

		if (!glob_match(suites, suite->name))
			continue;
		if (cases && !l4lb_only_cases(suite, cases))
			continue;
		mod->kunit_suites[kept++] = suite;
	}
	mod->num_kunit_suites = kept;
	return NOTIFY_OK;
}

static struct notifier_block l4lb_only_nb = {
	.notifier_call = l4lb_only_notify,
};

static int __init l4lb_only_init(void)
{
	return register_module_notifier(&l4lb_only_nb);
}
module_init(l4lb_only_init);

static void __exit l4lb_only_exit(void)
{
	unregister_module_notifier(&l4lb_only_nb);
}
module_exit(l4lb_only_exit);

MODULE_DESCRIPTION("Selects KUnit suites of a module");
MODULE_LICENSE("GPL");
