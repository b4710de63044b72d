# shellcheck shell=bash
# Sourced by scripts that boot kernels of Debian: fetches them, without installing them, into
# build/kernels. Expects common.sh.

# The packages whose one dependency is the newest build of a kernel.
declare -A metapackage=([6.1]=linux-image-amd64 [6.12]=linux-image-6.12-amd64)
# What mounting the host over 9p takes, each after what it needs, and what tests need. 6.12 has some
# of it built in.
modules='virtio_ring virtio virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci
  netfs fscache 9pnet 9pnet_virtio 9p overlay'

# Prints the package that holds the newest build of a kernel, or nothing.
newest_package() {
  apt-cache depends --no-recommends --no-suggests "${metapackage[$1]}" 2>/dev/null |
    sed -n 's/^ *Depends: \(linux-image-.*\)$/\1/p' | head -n 1
}

# fetch VERSION: leaves vmlinuz and the modules, numbered in the order of loading, in a folder of
# build/kernels and its name in `folder`.
fetch() {
  local package kernel number=10 module file
  package=$(newest_package "$1")
  if [[ -z $package ]]; then
    as_root apt-get -q update >/dev/null </dev/null || true
    package=$(newest_package "$1")
  fi
  [[ -n $package ]] || fail "no package ${metapackage[$1]} here: Debian 12 with its security updates has it"
  kernel=${package#linux-image-}
  folder=build/kernels/$kernel
  [[ ! -e $folder/vmlinuz ]] || return 0

  step "fetching $package"
  rm -rf "$folder.new"
  as_invoker mkdir -p "$folder.new/unpacked"
  # In a subshell: apt-get download writes to the current folder. Without the sandbox user, who may
  # not be allowed to.
  (
    cd "$folder.new"
    get=(apt-get -q -o APT::Sandbox::User=root download "$package")
    as_invoker "${get[@]}" >download.log 2>&1 </dev/null ||
      { as_root apt-get -q update >/dev/null </dev/null && as_invoker "${get[@]}" </dev/null; }
  ) || { cat "$folder.new/download.log" >&2 && fail "apt-get could not download $package"; }
  dpkg-deb --fsys-tarfile "$folder.new/$package"_*.deb |
    as_invoker tar -x -C "$folder.new/unpacked" --wildcards './boot/vmlinuz-*' '*.ko*'
  for module in $modules; do
    file=$(find "$folder.new/unpacked" \( -name "$module.ko" -o -name "$module.ko.xz" \) -print -quit)
    [[ -n $file ]] || continue
    case $file in
      *.xz) xz -dc "$file" ;;
      *) cat "$file" ;;
    esac | as_invoker tee "$folder.new/$number-$module.ko" >/dev/null
    number=$((number + 1))
  done
  as_invoker cp "$folder.new/unpacked/boot/vmlinuz-$kernel" "$folder.new/vmlinuz"
  rm -rf "$folder.new/unpacked" "$folder.new"/*.deb "$folder.new/download.log" "${folder:?}"
  mv "$folder.new" "$folder"
  note "$(du -sh "$folder" | cut -f 1) in $folder"
}

# One at a time: they share build/kernels.
lock_kernels() {
  as_invoker mkdir -p build/kernels
  exec 9>build/kernels/lock
  flock --nonblock 9 || fail "another script that boots kernels is at work here: wait for its end"
}
