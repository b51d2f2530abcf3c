# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Roost authors
#
# A part of guest-image: which versions of Debian's packages there are, and fetching and unpacking them.
#
# shellcheck disable=SC2154,SC2034 # shared with hack/guest-image

has_lists() { compgen -G "$1/*_Packages*" >/dev/null; }

# Uses the machine's package lists, or own ones where it has none or where they have proved to be too old.
select_lists() {
    apt_options=()
    # Root would have packages fetched by an account that cannot write to the cache.
    [[ $EUID -ne 0 ]] || apt_options+=(-o APT::Sandbox::User=root)
    if has_lists "$private_lists" && { ! has_lists "$system_lists" || [[ $private_lists -nt $system_lists ]]; }; then
        lists=$private_lists
        apt_options+=(-o "Dir::State::lists=$private_lists" -o "Dir::Cache=$cache/apt/cache")
    else
        lists=$system_lists
    fi
}

refresh_lists() {
    say "fetching Debian's package lists"
    mkdir -p "$private_lists/partial" "$cache/apt/cache/archives/partial"
    local options=(-o "Dir::State::lists=$private_lists" -o "Dir::Cache=$cache/apt/cache")
    [[ $EUID -ne 0 ]] || options+=(-o APT::Sandbox::User=root)
    # apt-get reports success where a server cannot be reached.
    if ! apt-get "${options[@]}" -q update >&2 || ! has_lists "$private_lists"; then
        fail "the package lists could not be fetched"
    fi
    touch "$private_lists"
    select_lists
}

# Prints "NAME VERSION" of what would be installed now, for each of the packages named.
candidates() {
    apt-cache "${apt_options[@]}" policy "$@" |
        awk '/^[^ ]/ { name = $1; sub(/:$/, "", name) } $1 == "Candidate:" && $2 != "(none)" { print name, $2 }'
}

# Prints the package that a kernel meta package stands for: the first one it depends on.
kernel_image() {
    apt-cache "${apt_options[@]}" show --no-all-versions "$1" | sed -n 's/^Depends: \(linux-image-[^ ,]*\).*/\1/p'
}

# Prints the versions of the packages that a target is made of. Asking apt takes half a second, so the answer is
# kept for as long as the package lists are the same.
versions_of() {
    local target=$1 name names state memo kernel found
    case $target in
    tiny) names=("${tiny_packages[@]}") ;;
    debian) names=("${debian_packages[@]}" busybox-static base-files) ;;
    esac
    has_lists "$lists" || refresh_lists
    state=$(printf '%s\n' "$lists" "$kernel_package" "${names[@]}"; stat -c '%n %s %Y' "$lists"/*_Packages*)
    memo=$cache/versions/$target-$(digest <<<"$state")
    if [[ ! -s $memo ]]; then
        kernel=$(kernel_image "$kernel_package")
        found=$(candidates "$kernel" "${names[@]}")
        for name in "$kernel" "${names[@]}"; do
            grep -q "^$name " <<<"$found" || fail "apt knows no package '$name'; is this Debian 12, section main?"
        done
        mkdir -p "${memo%/*}"
        rm -f -- "$cache/versions/$target"-*
        printf '%s\n' "$found" >"$memo.$$"
        mv "$memo.$$" "$memo"
    fi
    cat "$memo"
}

package_file() { printf '%s/%s_%s_%s.deb' "$packages" "$1" "${2//:/%3a}" "$3"; }

# Prints the file of the package NAME in the kept downloads, whatever its architecture; fails where it is not there.
find_package() {
    local file
    for file in "$(package_file "$1" "$2" "$architecture")" "$(package_file "$1" "$2" all)"; do
        if [[ -s $file ]]; then
            printf '%s\n' "$file"
            return 0
        fi
    done
    return 1
}

# Keeps of "NAME VERSION" lines (standard input) what this script unpacks by itself; mmdebstrap sees to the rest.
unpacked_here() {
    case $1 in
    debian) grep -E '^(linux-image-|busybox-static )' ;;
    *) cat ;;
    esac
}

# Fetches the packages of "NAME VERSION" lines that are not kept yet. apt checks their digests.
fetch_packages() {
    local name version wanted=()
    while read -r name version; do
        find_package "$name" "$version" >/dev/null || wanted+=("$name=$version")
    done <<<"$1"
    [[ ${#wanted[@]} -gt 0 ]] || return 0
    say "fetching ${#wanted[@]} packages"
    mkdir -p "$work/download" "$packages"
    (cd "$work/download" && apt-get "${apt_options[@]}" -q download "${wanted[@]}") >&2 || return 1
    mv "$work/download"/*.deb "$packages/"
}

unpack() {
    local name=$1 version=$2 directory=$3 file
    file=$(find_package "$name" "$version") || fail "package $name $version is not there"
    mkdir -p "$directory"
    dpkg-deb -x "$file" "$directory"
}
