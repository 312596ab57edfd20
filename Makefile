# SPDX-License-Identifier: GPL-2.0
# Top of l4lb.  "make help" lists the targets.

KERNEL ?= 6.1
CACHE := $(or $(L4LB_CACHE),/var/cache/l4lb)
KDIR ?= $(or $(wildcard /lib/modules/$(shell uname -r)/build),\
	$(lastword $(sort $(wildcard /lib/modules/*/build))))

# What "make" builds lies in build/; what the tests build lies in the cache,
# one directory a checkout, so that root leaves nothing in a user's tree.
O ?= build
TEST_O := $(CACHE)/build/$(shell printf %s '$(CURDIR)' | sha256sum | cut -c 1-12)
# objects of two kernels never meet
release = $(shell sed -n 's/.*UTS_RELEASE "\(.*\)"/\1/p' \
	'$(KDIR)/include/generated/utsrelease.h' 2>/dev/null)
module_dir = $(abspath $(O))/module/$(release)

# Warnings are errors.  Debian's 6.12 headers come without the vmlinux that
# BTF wants.  Our O is not the kernel's.
MODULE_FLAGS := W=1 KCFLAGS=-Werror CONFIG_DEBUG_INFO_BTF_MODULES=
ifneq ($(shell command -v sparse),)
MODULE_FLAGS += C=1 CF=-Wsparse-error
endif

PREFIX ?= /usr
DESTDIR ?=

export L4LB_CACHE := $(CACHE)

.PHONY: all module module-locked tools deps kernels test-build demo check check-full \
	check-debug bench kunit selftest lint install dkms clean help

all: module tools

help:
	@echo 'make                 the module, against KDIR, and the tools, into O (build/)'
	@echo 'make demo            real clients, real web servers, the articles'"'"' topology'
	@echo 'make check           everything a change must pass; ends with N passed, N failed'
	@echo 'make check-full      the same and all long tests; goes on where it stopped'
	@echo 'make check-debug     tests named in selftests/debug.txt on a KASAN and lockdep'
	@echo '                     kernel; ALL=1: then all others'
	@echo 'make bench           instructions per packet beside IPVS, nftables and routing'
	@echo 'make kunit           the unit tests of the module on User-Mode Linux'
	@echo 'make selftest        the selftests in a virtual machine; T=NAME one of them,'
	@echo '                     KERNEL=6.12 on that kernel'
	@echo 'make lint            checkpatch, shellcheck, include directions and so on'
	@echo 'make deps            install the Debian packages of selftests/deps.txt'
	@echo 'make install         module and tools below DESTDIR; dkms: the source for DKMS'
	@echo 'make clean           delete what was built; the cache $(CACHE) stays'
	@echo
	@echo 'KDIR=DIR kernel build directory; O=DIR where to build; DEMO=host runs the demo'
	@echo 'on this machine instead of a virtual one.  selftests/vm/run bash is a shell in'
	@echo 'the virtual machine.'

# one build at a time in a directory: several runs may share it
lock = flock '$(abspath $(O))/.lock'

module:
	@[ -n '$(release)' ] || { echo 'no kernel headers in "$(KDIR)": set KDIR' >&2; exit 1; }
	@mkdir -p '$(module_dir)'
	+@$(lock) $(MAKE) --no-print-directory module-locked
	@ln -sfn 'module/$(release)/l4lb.ko' '$(O)/l4lb.ko'

module-locked:
	@rsync -a --delete --filter='P *.o' --filter='P *.ko' --filter='P *.cmd' \
		--filter='P *.mod' --filter='P *.mod.c' --filter='P *.symvers' \
		--filter='P modules.order' --filter='P compat-gen.h' \
		--exclude='*.o' --exclude='*.cmd' --exclude='compat-gen.h' \
		Kbuild include kmod '$(module_dir)/'
	+@$(MAKE) -C '$(KDIR)' O= M='$(module_dir)' $(MODULE_FLAGS) modules

tools:
	@mkdir -p '$(O)'
	+@$(lock) $(MAKE) $(if $(V),,-s) -C tools O='$(abspath $(O))/tools'

# programs of the selftests
test-tools: tools
	+@$(lock) $(MAKE) -s -C selftests/genl O='$(abspath $(O))'
	+@$(lock) $(MAKE) -s -C selftests/flood O='$(abspath $(O))'

deps:
	@selftests/install-deps

# everything that is fetched or built once, apart from the run itself
kernels: deps
	@selftests/vm/kernel $(KERNEL) >/dev/null
	@selftests/vm/kernel source 6.12 tools/net/ynl >/dev/null

test-build: kernels
	@echo 'building the module for $(KERNEL) and the tools'
	+@$(MAKE) -s -j$$(nproc) --no-print-directory O='$(TEST_O)' \
		KDIR="$$(selftests/vm/kernel $(KERNEL) kdir)" module test-tools

ifeq ($(DEMO),host)
demo: deps all
	@L4LB_BUILD='$(abspath $(O))' selftests/demo/run
else
demo: test-build
	@KERNEL=$(KERNEL) L4LB_BUILD='$(TEST_O)' selftests/vm/run --no-tty \
		selftests/demo/run
endif

selftest: test-build
	@KERNEL=$(KERNEL) L4LB_BUILD='$(TEST_O)' selftests/vm/run --no-tty \
		selftests/run-all $(T)

check check-full: deps
	+@L4LB_BUILD='$(TEST_O)' selftests/check $@

check-debug: deps
	+@L4LB_BUILD='$(TEST_O)' ALL='$(ALL)' selftests/check $@

kunit: deps
	@selftests/kunit/run

bench: test-build
	+@L4LB_BUILD='$(TEST_O)' selftests/bench/run

lint: deps
	@selftests/lint

install: all
	install -D -m 644 '$(module_dir)/l4lb.ko' \
		'$(DESTDIR)/lib/modules/$(release)/updates/l4lb.ko'
	+@$(MAKE) -C tools O='$(abspath $(O))/tools' DESTDIR='$(DESTDIR)' \
		PREFIX='$(PREFIX)' install
	[ -n '$(DESTDIR)' ] || depmod '$(release)'

# the source where "dkms install l4lb/VERSION" looks for it
dkms_dir = $(DESTDIR)/usr/src/l4lb-$(shell sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)
dkms:
	mkdir -p '$(dkms_dir)'
	rsync -a --delete --exclude='*_test.c' --exclude='*.o' \
		--exclude='compat-gen.h' COPYING Kbuild dkms.conf include kmod \
		'$(dkms_dir)/'

clean:
	rm -rf build
	+@[ ! -e tools/Makefile ] || $(MAKE) -C tools clean
