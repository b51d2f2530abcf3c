# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Roost authors
#
# A part of guest-image: the Debian guest.
#
# shellcheck disable=SC2154,SC2034 # shared with hack/guest-image

# What the Debian guest is made of, besides mmdebstrap's minimal system.
readonly debian_packages=(
    systemd-sysv udev dbus cloud-init openssh-server qemu-guest-agent
    systemd-resolved iproute2 netbase libnss-myhostname ca-certificates e2fsprogs kmod less sudo
)
# What only costs a short-lived guest time.
readonly debian_masked=(
    apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service
    systemd-pstore.service systemd-binfmt.service systemd-update-utmp-runlevel.service
    modprobe@drm.service modprobe@dm_mod.service modprobe@loop.service
    dev-hugepages.mount dev-mqueue.mount sys-kernel-debug.mount sys-kernel-tracing.mount
)
readonly debian_unwanted_files=(
    '/usr/share/man/*' '/usr/share/info/*' '/usr/share/locale/*' '/usr/share/doc/*' '/usr/share/lintian/*'
)

# Prints sources for mmdebstrap: what this machine's apt uses for Debian, and nothing of other origin.
debian_sources() {
    local suite=$1 keyring=/usr/share/keyrings/debian-archive-keyring.gpg signed='' format
    [[ ! -e $keyring ]] || signed="[signed-by=$keyring] "
    # apt fills these in, not the shell.
    # shellcheck disable=SC2016
    format='$(ORIGIN) $(CODENAME) $(REPO_URI) $(RELEASE) $(COMPONENT)'
    apt-get "${apt_options[@]}" indextargets --format "$format" 'Created-By: Packages' |
        awk -v suite="$suite" -v signed="$signed" '
            $1 == "Debian" && ($2 == suite || index($2, suite "-") == 1) {
                print "deb " signed $3 " " $4 " " $5
            }' | sort -u
}

# Prints how this machine's apt reaches servers (proxies, certificates, time limits), a setting on each line.
apt_transport() {
    apt-config dump --no-empty --format '%F "%v";%n' Acquire | grep -v -e ::IndexTargets -e ::CompressionTypes
    printf 'Dir::Etc::netrc "/etc/apt/auth.conf";\nDir::Etc::netrcparts "/etc/apt/auth.conf.d";\n'
}

# Writes Debian's minimal system and debian_packages to a tar file.
bootstrap_debian() {
    local output=$1 suite options=() line sources
    suite=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
    sources=$(debian_sources "$suite")
    [[ -n $sources ]] || fail "this machine's apt has no source of Debian's ${suite:-(unknown)} release"
    while read -r line; do options+=("--aptopt=$line"); done < <(apt_transport)
    for line in "${debian_unwanted_files[@]}"; do options+=("--dpkgopt=path-exclude=$line"); done
    # With SOURCE_DATE_EPOCH it would set files' times back, and Python's compiled modules would no longer count.
    env -u SOURCE_DATE_EPOCH mmdebstrap --quiet --format=tar --variant=minbase "${options[@]}" \
        --include="$(IFS=, && printf '%s' "${debian_packages[*]}")" "$suite" - - <<<"$sources" >"$output"
}

# Makes an ext4 file system of SIZE MiB out of mmdebstrap's TAR and the KERNEL tree's drivers: runs as root, or as
# what root is in a name space of users, so that the files keep their owners.
make_debian_root() {
    local tar=$1 kernel=$2 output=$3 size=$4 tree=$5 unit wants
    shift 5
    mkdir "$tree"
    tar -x -f "$tar" -C "$tree" --numeric-owner --xattrs --xattrs-include='*' --exclude='./dev/*'
    # What is this machine's own or would be shared by every guest: proxies, passwords in addresses, keys, logs.
    rm -rf "$tree/etc/apt/apt.conf.d/99mmdebstrap" "$tree"/var/lib/apt/lists/* "$tree/etc/resolv.conf" \
        "$tree"/etc/ssh/ssh_host_*_key* "$tree"/var/log/{apt,bootstrap.log,dpkg.log}
    sed -i '\#://[^ /]*@#d' "$tree/etc/apt/sources.list"
    cp -R --no-preserve=ownership "$guest/debian/." "$tree/"
    : >"$tree/etc/machine-id"
    for unit; do ln -sf /dev/null "$tree/etc/systemd/system/$unit"; done
    ln -sf ../run/systemd/resolve/stub-resolv.conf "$tree/etc/resolv.conf"
    wants=$tree/etc/systemd/system
    mkdir -p "$wants/multi-user.target.wants" "$wants/network-online.target.wants"
    ln -sf /lib/systemd/system/systemd-networkd.service "$wants/multi-user.target.wants/"
    ln -sf /lib/systemd/system/systemd-networkd-wait-online.service "$wants/network-online.target.wants/"
    cp -R --no-preserve=ownership "$kernel/lib/modules" "$tree/lib/"
    make_root "$tree" "$output" "$size"
    rm -rf "$tree"
}

# Calls a function or program as root, or as what root is in a name space of users.
as_some_root() {
    if [[ $EUID -eq 0 ]]; then
        "$@"
    else
        # The inner shell expands it.
        # shellcheck disable=SC2016
        unshare --user --map-root-user --map-auto -- bash -euo pipefail -c '"$@"' bash "$@"
    fi
}

build_debian() {
    local versions=$1 out=$2
    unpack_sources "$versions"
    make_boot_initrd
    bootstrap_debian "$work/debian.tar"
    export guest epoch root_label root_uuid
    export -f make_root make_debian_root
    as_some_root make_debian_root "$work/debian.tar" "$work/kernel" "$work/root.img" 2012 "$work/debian" \
        "${debian_masked[@]}"
    make_boot "$kernel_file" "$work/boot.initrd" "$work/boot.img" 35
    assemble_disk "$work/boot.img" "$work/root.img" "$out/debian.qcow2"
}
