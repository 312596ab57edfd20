# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Builds kernels from Debian's linux-source-6.1, once, into the cache.
# Sourced by selftests/kunit/{uml,run} and selftests/vm/debug-kernel.
#
# Layout of the cache:
#   $L4LB_CACHE/src/KEY            source tree, never written to after extraction
#   $L4LB_CACHE/kernel/NAME-KEY    build tree (make O=), kept: it is a KDIR
#   $L4LB_CACHE/lock/NAME          flock: two callers never build the same twice
#
# KEY hashes everything the result depends on: the package's version, the
# compiler, the recipe below and the option fragment.  A tree is complete when
# it holds the file .built; a build that was interrupted goes on where it was.

L4LB_CACHE=${L4LB_CACHE:-/var/cache/l4lb}
KERNEL_PKG=linux-source-6.1
KERNEL_TAR=/usr/src/linux-source-6.1.tar.xz
KERNEL_TOOLS=(bc bison flex gcc make xz-utils libelf-dev libssl-dev)

# Two changes to the source, as "file|sed expression"; part of the source's key.
# Both touch what only User-Mode Linux builds see.
KERNEL_SED=(
	# UML cannot be preempted, and Kconfig therefore denies it
	# DEBUG_ATOMIC_SLEEP; but the check only needs the preemption counter,
	# which UML keeps as every port does.  Without this line no suite could
	# see GFP_KERNEL under a spinlock.
	'lib/Kconfig.debug|/^config DEBUG_ATOMIC_SLEEP$/,/^config /{/depends on !ARCH_NO_PREEMPT/d}'
	# UML walks the VMAs of a forked task (whom nobody else has yet) under
	# neither the mmap lock nor RCU, which lockdep reports at each boot; a
	# report that is always there would hide the one that matters.
	'arch/um/kernel/tlb.c|/^void force_flush_all/,/^}/{s/^\tfor_each_vma/\trcu_read_lock();\n&/;s/^}/\trcu_read_unlock();\n}/}'
)

kernel_say()
{
	printf '%s\n' "$*" >&2
}

kernel_die()
{
	kernel_say "${0##*/}: $*"
	exit 1
}

# kernel_deps: install the source package and what a kernel build needs.
kernel_deps()
{
	local pkg
	local -a missing=()

	for pkg in "$KERNEL_PKG" "${KERNEL_TOOLS[@]}"; do
		dpkg-query -W -f '${db:Status-Status}\n' "$pkg" 2>/dev/null |
			grep -qx installed || missing+=("$pkg")
	done
	[ "${#missing[@]}" -eq 0 ] && return 0
	[ "$(id -u)" -eq 0 ] ||
		kernel_die "not root, and these packages are missing: ${missing[*]}"
	kernel_say "# installing ${missing[*]}"
	DEBIAN_FRONTEND=noninteractive apt-get install -qq -y \
		--no-install-recommends -o DPkg::Lock::Timeout=600 \
		"${missing[@]}" >/dev/null ||
		kernel_die "cannot install: ${missing[*]}"
}

kernel_version()
{
	dpkg-query -W -f '${Version}' "$KERNEL_PKG" 2>/dev/null
}

kernel_hash()
{
	sha256sum | cut -c1-12
}

# kernel_source_dir: where the extracted source is, or will be.
kernel_source_dir()
{
	printf '%s/src/%s_%s-%s\n' "$L4LB_CACHE" "$KERNEL_PKG" \
		"$(kernel_version)" "$(printf '%s\n' "${KERNEL_SED[@]}" | kernel_hash)"
}

# kernel_dir NAME FRAGMENT: the build tree's path, built or not.
kernel_dir()
{
	local key

	key=$({
		kernel_version
		gcc --version | head -n 1
		printf '%s\n' "${KERNEL_SED[@]}"
		declare -f kernel_config kernel_make
		grep -v '^#' "$2"
	} | kernel_hash)
	printf '%s/kernel/%s-%s\n' "$L4LB_CACHE" "$1" "$key"
}

# kernel_built NAME FRAGMENT: is it there?  Marks it, and the source that it
# refers to, as used.
kernel_built()
{
	local dir

	dir=$(kernel_dir "$1" "$2")
	[ -e "$dir/.built" ] || return 1
	touch -c "$dir/.built" "$(kernel_source_dir)/.built" 2>/dev/null
	return 0
}

# kernel_tidy PARENT NAME KEEP: delete NAME's trees other than KEEP that are of
# no use: unfinished (the caller holds the lock), or not used for a month.
kernel_tidy()
{
	local dir

	# shellcheck disable=SC2231 # NAME may be a pattern
	for dir in "$1"/$2-????????????; do
		[ "$dir" != "$3" ] || continue
		[ -z "$(find "$dir/.built" -mtime -30 2>/dev/null)" ] || continue
		rm -rf "$dir"
	done
}

# kernel_patch DIR: apply KERNEL_SED; each expression must change its file.
kernel_patch()
{
	local entry file

	for entry in "${KERNEL_SED[@]}"; do
		file=$1/${entry%%|*}
		cp "$file" "$file.orig" || return 1
		sed -i "${entry#*|}" "$file"
		! cmp -s "$file" "$file.orig" || return 1
		rm "$file.orig"
	done
}

# kernel_extract: unpack the source unless it is there; caller holds no lock.
kernel_extract()
{
	local dir

	dir=$(kernel_source_dir)
	[ -e "$dir/.built" ] && return 0
	mkdir -p "$L4LB_CACHE/src" "$L4LB_CACHE/lock"
	(
		flock 9
		[ -e "$dir/.built" ] && exit 0
		kernel_tidy "$L4LB_CACHE/src" "${KERNEL_PKG}_*" "$dir"
		rm -rf "$dir"
		mkdir "$dir"
		nice tar -C "$dir" --strip-components=1 -xJf "$KERNEL_TAR" &&
			kernel_patch "$dir" &&
			touch "$dir/.built"
	) 9>"$L4LB_CACHE/lock/source" ||
		kernel_die "cannot unpack $KERNEL_TAR"
}

# kernel_config SRC DIR ARCH FRAGMENT: allnoconfig plus the fragment; every
# line of the fragment must have survived Kconfig's dependencies.
kernel_config()
{
	local line lost=0

	make -C "$1" O="$2" ARCH="$3" KCONFIG_ALLCONFIG="$(realpath "$4")" \
		allnoconfig || return 1
	while read -r line; do
		case $line in
		CONFIG_*=n)
			! grep -qx "${line%=n}=[ym]" "$2/.config" && continue
			;;
		CONFIG_*=*)
			grep -qxF "$line" "$2/.config" && continue
			;;
		*)
			continue
			;;
		esac
		echo "option lost: $line"
		lost=1
	done <"$4"
	return "$lost"
}

# kernel_make SRC DIR ARCH: compile; a kernel for a machine also gets the
# module tree that tells modprobe what is built in.
kernel_make()
{
	local -a make=(nice -n 10 make -C "$1" O="$2" ARCH="$3" -j"$(nproc)"
		KBUILD_BUILD_USER=l4lb KBUILD_BUILD_HOST=l4lb)

	"${make[@]}" || return 1
	[ "$3" = um ] && return 0
	"${make[@]}" INSTALL_MOD_PATH="$2/root" modules_install
}

# kernel_progress LOG PID LABEL: one line a minute until PID is gone.
kernel_progress()
{
	local start=$SECONDS next=60

	while kill -0 "$2" 2>/dev/null; do
		sleep 1
		[ $((SECONDS - start)) -lt "$next" ] && continue
		kernel_say "# $3: $((SECONDS - start)) s, $(grep -c . "$1") objects"
		next=$((next + 60))
	done
}

# kernel_build NAME ARCH FRAGMENT: build it unless it is in the cache.
kernel_build()
{
	local name=$1 arch=$2 fragment=$3 src dir log

	kernel_built "$name" "$fragment" && return 0
	kernel_deps
	kernel_extract
	src=$(kernel_source_dir)
	# After kernel_deps: the key needs the package's version.
	dir=$(kernel_dir "$name" "$fragment")
	mkdir -p "$L4LB_CACHE/kernel" "$L4LB_CACHE/lock"
	(
		flock -n 9 || {
			kernel_say "# $name: another build is under way, waiting for it"
			flock 9
		}
		[ -e "$dir/.built" ] && exit 0
		kernel_tidy "$L4LB_CACHE/kernel" "$name" "$dir"
		mkdir -p "$dir"
		log=$dir/build.log
		kernel_say "# $name: building a kernel, once (log: $log)"
		start=$SECONDS
		kernel_config "$src" "$dir" "$arch" "$fragment" >"$log" 2>&1 || {
			tail -n 20 "$log" >&2
			exit 1
		}
		# A process group of its own, to be ended as a whole; without
		# the lock, so that nothing left behind can hold it.
		set -m
		kernel_make "$src" "$dir" "$arch" >>"$log" 2>&1 9>&- &
		builder=$!
		set +m
		trap 'kill -- -"$builder" 2>/dev/null' EXIT
		trap 'exit 130' INT
		trap 'exit 143' TERM HUP
		kernel_progress "$log" "$builder" "$name"
		wait "$builder" || {
			grep -nE 'error|Error' "$log" | head -n 20 >&2
			exit 1
		}
		trap - EXIT
		touch "$dir/.built"
		kernel_say "# $name: built in $((SECONDS - start)) s"
	) 9>"$L4LB_CACHE/lock/$name" || kernel_die "$name: the kernel does not build"
}
