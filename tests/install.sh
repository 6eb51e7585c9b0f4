# SPDX-License-Identifier: Apache-2.0
# For scripts to source: `install_packages <package>…` fetches the Debian packages that are missing, as root
# or with sudo, and says which.

install_packages() {
    local package missing=() as_root=()
    for package in "$@"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    ((${#missing[@]})) || return 0
    echo "installing: ${missing[*]}"
    ((EUID == 0)) || as_root=(sudo)
    # Another installation may hold the lock: wait for it.
    "${as_root[@]}" apt-get -o DPkg::Lock::Timeout=600 update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 \
        install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}
