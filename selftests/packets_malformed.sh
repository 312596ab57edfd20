#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Packet in, packet out, in both families: see packets/malformed.py.
exec "$(dirname "$0")/packets/malformed.py" "$@"
