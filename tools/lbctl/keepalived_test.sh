#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# lbctl expand FILE keepalived, judged by "keepalived -t": what it printed is
# taken without a word, and of the samples nothing is complained about that was
# not wrong before.
set -eu

lbctl=${LBCTL:?the program under test}
samples=/usr/share/doc/keepalived/samples
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

command -v keepalived >/dev/null ||
	{ echo "keepalived is not installed"; exit 1; }

# complaints FILE: each sentence once, without its place and without the words
# that tell a name from another
complaints()
{
	keepalived -t -f "$1" 2>&1 | sed -E 's/^\([^)]*Line [0-9]+\) //' | sort -u
}

cat >compact.conf <<'EOF'
global_defs {
	enable_script_security
	script_user root
}
hosts {
	web[01-40] 192.0.2.[1-40]
	six[1-3] 2001:db8::[1-3]
}
site_template {
	delay_loop 3
	lb_kind DR
	nat_mask 255.255.252.0
	persistence_timeout 0
	slow_start 30
	quorum_down "/bin/echo \"a b\" 'c d' \$HOME \\\\ {x}"
	real_server {
		weight 1
		inhibit_on_failure
		HTTP_GET {
			url { path "/a?b;c#{d}!$e"; status_code 200 }
			url { path /; regex "^a\\.b \"q\" {2}$"; virtualhost "x\"y" }
			connect_port 80; connect_timeout 5
			nb_get_retry 1; delay_before_retry 2; rise 2
		}
	}
}
sites {
	vrrp V1
	SITE1 192.0.2.80:80 web[01-20] -web07
	SITE2 192.0.2.81:80,192.0.2.82:443 web21*2 web22
	DNS udp:192.0.2.83:53 web30 { lb_algo rr }
	SIX [2001:db8::80]:80 six[1-3]
	~SEQ(I,1,30) MANY${I} 198.51.100.${I}:80 web01
}
out_of_service { web02 "disk" }
vrrp_instance V1 {
	interface lo
	virtual_router_id 5
	priority 100
	virtual_ipaddress {
		192.0.2.80/32 dev lo
	}
}
EOF

"$lbctl" expand compact.conf keepalived >theirs.conf 2>notes
# the loopback device cannot hold an instance: that is the test's fault
complaints theirs.conf | grep -vE 'loopback interface|Unknown interface' >said || true
[ ! -s said ] || { cat said; exit 1; }

notes=$(grep -oE 'note: .*' notes | sort | uniq -c | sed -E 's/^ +[0-9]+ note: //')
expected=$(cat <<'EOF'
nat_mask is left out: keepalived 2.2.7 does not know it
persistence_timeout is left out: 0 is what keepalived takes without it
real_server 192.0.2.2 is left out: it is out of service
rise is left out: keepalived 2.2.7 does not know it
slow_start is left out: keepalived 2.2.7 does not know it
virtualhost is left out: keepalived 2.2.7 cannot read such a text
EOF
)
[ "$notes" = "$expected" ] ||
	{ diff <(echo "$expected") <(echo "$notes"); exit 1; }

# what is advertised, what is not, and each once
block()
{
	awk -v word="$1" '$1 == word { on = 1; next } on && $1 == "}" { exit }
		on { print $1 }' theirs.conf
}
[ "$(block virtual_ipaddress | wc -l)" -eq 20 ]
[ "$(block virtual_ipaddress_excluded | wc -l)" -eq 15 ]
[ "$(block virtual_ipaddress | grep -c '^192\.0\.2\.80/32$')" -eq 1 ]
[ "$(block virtual_ipaddress_excluded | grep -c :)" -eq 1 ]
grep -q '^    protocol TCP$' theirs.conf
grep -q 'regex "^a\\\\.b \\042q\\042 {2}$"' theirs.conf ||
	{ grep regex theirs.conf; exit 1; }
! grep -qE '192\.0\.2\.(2|7) 80' theirs.conf ||
	{ echo "a server is there that should not be"; exit 1; }

# The same words in the same order: an unknown state is quoted in a complaint,
# so that keepalived tells what it read, here of the file and there of what
# was made of it.
cat >lexis.conf <<'EOF'
# a comment
! another one
$A=one
$M= \
  state in_multi_${A}_${N} \
  @main state multi_main \
  @other state multi_other \
  $N=other \
  $L
$N=zero
$L= \
  state inner_${N} \
  state last
$N=n
$ADDRESS_BASE=10.2.${ADDRESS_BASE_SUB}
vrrp_instance V4 {
  ~SEQ(I,1,3) ~LST(J,a,b) state s${I}${J}
  ~SEQ(K,3) state k${K}
  ~SEQ(L1,-3) state l${L1}
  ~SEQ(M1,3,1) state m${M1}
  ~SEQx(N1, 8, 0x0a) state n${N1}
  ~SEQx(N2, 144, 16, 192) state n${N2}
  ~LST({P,Q},{1,2},{3,4}) ~SEQ(R,168,2,170) state p${P}q${Q}r${R}
  ~SEQ(T,0,5,3) state t${T}
  ~SEQ(U,5,-5,-3) state u${U}
  ~LST(RR,) state empty${RR}
  ~SEQ(W,1,2) $M
  $U2=7 # seven
  state ${U2}z
  state "$U2 x"
  state ab#cd
  state ab!cd
  state ${_INSTANCE}
  state a\.b\c
  @main state is_main
  @^main state not_main
  @other state is_other
  @^other state not_other
  $ADDRESS_BASE_SUB=0
  state ${ADDRESS_BASE}.100/32
  $ADDRESS_BASE_SUB=10
  state ${ADDRESS_BASE}.100/32
}
vrrp_instance V5
{
  state "quoted { } # ! ; word"
  virtual_ipaddress { 10.0.0.1 }
  state after_block }
vrrp_instance V6 { state one_line }
EOF
states()
{
	keepalived -t -i main -f "$1" 2>&1 | grep -v '^(Line' |
		grep -oE "\\(V[0-9]\\) unknown state '.*'"
}
states lexis.conf >before
"$lbctl" -i main expand lexis.conf keepalived >theirs.conf 2>notes
states theirs.conf >after
[ "$(wc -l <before)" -ge 50 ] || { cat before; exit 1; }
diff before after

count=0
for sample in "$samples"/keepalived.conf.*; do
	for id in '' low; do
		"$lbctl" expand "$sample" keepalived ${id:+-i "$id"} \
			>theirs.conf 2>notes ||
			{ cat notes; exit 1; }
		keepalived -t ${id:+-i "$id"} -f "$sample" 2>&1 |
			sed -E 's/^\([^)]*Line [0-9]+\) //' | sort -u >before
		complaints theirs.conf >after
		comm -13 before after >new
		[ ! -s new ] || { echo "$sample $id:"; cat new; exit 1; }
		count=$((count + 1))
	done
done
[ "$count" -ge 50 ] || { echo "only $count samples"; exit 1; }
