#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Has every word a row? Those of keepalived 2.4, those of the manual page of
# Debian's keepalived, and one for each attribute of the kernel.
set -eu

dir=$(dirname "$(realpath "$0")")
spec=$dir/../../Documentation/netlink/specs/l4lb.yaml
page=/usr/share/man/man5/keepalived.conf.5.gz
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

sed -nE 's/^\t(S|B|A|AB|R|V|VB)\("([^"]+)".*/\2/p' "$dir"/words_*.c |
	sort -u >"$tmp/rows"
[ "$(wc -l <"$tmp/rows")" -gt 300 ]

# missing NAME: words of file NAME that have no row
missing()
{
	sort -u "$tmp/$1" | comm -23 - "$tmp/rows" | sed "s/^/$1: no row for /" >"$tmp/bad"
	cat "$tmp/bad"
	[ ! -s "$tmp/bad" ]
}

cp "$dir/keepalived-words.tsv" "$tmp/2.4"
missing 2.4

# In the page words are bold, within examples; bold prose and placeholders are
# neither.
[ -r "$page" ] || { echo "$page is missing: install keepalived"; exit 1; }
python3 - "$page" <<'EOF' >"$tmp/2.2.7"
import gzip, re, sys
text = gzip.open(sys.argv[1], 'rt').read()
words = set()
for block in re.findall(r'^\.nf$(.*?)^\.fi$', text, re.M | re.S):
    for bold in re.findall(r'^\s*\\fB(.*?)\\fR', block, re.M | re.S):
        for word in re.split(r'[\s|]+', bold.split('\n')[0]):
            if re.fullmatch(r'[A-Za-z][A-Za-z0-9_-]*', word):
                words.add(word)
    # some words of the page are plain
    for plain in re.findall(r'^\s+([a-z]+_[a-z_]+)\s+[{<]', block, re.M):
        words.add(plain)
# headings and prose
words -= set('BFD CONFIGURATION GLOBAL Global LVS NOTE Note Static VRRPD rules'.split())
words -= set('end start step val1 val2 val3 all'.split())
print('\n'.join(sorted(words)))
EOF
[ "$(wc -l <"$tmp/2.2.7")" -gt 250 ]
missing 2.2.7

# attributes that can be set
python3 - "$spec" "$dir/kernel-words.tsv" <<'EOF' >"$tmp/kernel"
import sys, yaml
spec = yaml.safe_load(open(sys.argv[1]))
known = {}
for line in open(sys.argv[2]):
    if line.startswith('#'):
        continue
    kind, attr, word = line.rstrip('\n').split('\t')
    known[kind, attr] = word
wanted = set()
for group in spec['attribute-sets']:
    if group['name'] not in ('service', 'server', 'vip', 'limits'):
        continue
    for attr in group['attributes']:
        doc = attr.get('doc', '').lower()
        if attr['type'] == 'pad' or 'read only' in doc:
            continue
        wanted.add((group['name'], attr['name']))
for pair in sorted(wanted - set(known)):
    sys.exit('no word for %s %s' % pair)
for pair in sorted(set(known) - wanted):
    sys.exit('there is no attribute %s %s' % pair)
for word in known.values():
    if not word.startswith('- '):
        print(word)
EOF
missing kernel
