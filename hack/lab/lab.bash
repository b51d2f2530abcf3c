# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Roost authors
#
# What the lab's scripts share: where the lab is, and which processes are its own.
#
# Every process of a lab that is not a guest carries the lab's directory in its environment; nothing is found by name.

LAB=${ROOST_LAB_DIR:-/var/tmp/roost-lab}
# shellcheck disable=SC2034
HOSTS=(a b)
# Made first in a lab's directory: nothing else is ever removed.
# shellcheck disable=SC2034
MARK=$LAB/this-is-a-roost-lab

die() {
    echo "lab: $*" >&2
    exit 1
}

check_place() {
    [[ $EUID -eq 0 ]] || die "namespaces and a privileged libvirtd need root"
    # The longest unix socket below it is HOST/run/libvirt/libvirt-admin-sock.
    [[ $LAB =~ ^/[^[:cntrl:]]+/[^/[:cntrl:]]+$ && $LAB != *..* && ${#LAB} -le 70 ]] ||
        die "ROOST_LAB_DIR is an absolute path of at most 70 bytes, in some directory: $LAB"
}

uri() { echo "qemu:///system?socket=$LAB/$1/run/libvirt/libvirt-sock"; }

# Whether the host's libvirtd answers.
answers() { timeout 5 virsh -q -c "$(uri "$1")" uri >/dev/null 2>&1; }

# The processes of the lab, with those further words in their environment.
members() {
    local word files=(/proc/[0-9]*/environ)
    for word in "ROOST_LAB_MEMBER=$LAB" "$@"; do
        mapfile -t files < <(grep -lsxzF -e "$word" "${files[@]}" /dev/null)
        [[ ${#files[@]} -gt 0 ]] || return 0
    done
    printf '%s\n' "${files[@]}" | sed 's,/proc/\([0-9]*\)/.*,\1,'
}

# Whether a process is gone, or only waits for its parent to notice.
is_gone() {
    local stat
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
    [[ ${stat##*) } == [ZX]* ]]
}
