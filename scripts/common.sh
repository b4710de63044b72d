# shellcheck shell=bash
# Sourced by the scripts beside it: messages, becoming root, the tracing file system, building.
# Expects bash with `set -euo pipefail`; changes into the root of the project.

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 3

step() { printf '\n== %s\n' "$*"; }
note() { printf '   %s\n' "$*"; }
fail() {
  printf '%s: %s\n' "$(basename "$0")" "$1" >&2
  exit "${2:-3}"
}

is_root() { [[ $EUID -eq 0 ]]; }

# Runs a command as root: as it is, or with sudo.
as_root() {
  if is_root; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail "user $(id -un) may not do this and there is no sudo: run this script as root"
  fi
}

# Under sudo, what is built should belong to the user who typed the command and not to root,
# provided that the user may write here.
as_invoker() {
  if is_root && [[ -n ${SUDO_USER:-} && $SUDO_USER != root ]] &&
    runuser -u "$SUDO_USER" -- test -w .; then
    runuser -u "$SUDO_USER" -- "$@"
  else
    "$@"
  fi
}

tracing=/sys/kernel/tracing

# Mounts tracefs where the kernel has prepared the place and nothing is there yet. Without root, or
# on a kernel without tracing, it changes nothing: what needs tracefs says so itself.
mount_tracefs() {
  [[ -e $tracing/events ]] && return
  if [[ ! -d $tracing ]]; then
    note "no $tracing: this kernel has no tracing, or /sys is not mounted"
  elif ! is_root; then
    note "$tracing is empty and only root can mount tracefs: sudo mount -t tracefs nodev $tracing"
  elif mount -t tracefs nodev "$tracing"; then
    note "$tracing was empty: mounted tracefs there (undo with: umount $tracing)"
  else
    note "$tracing is empty and tracefs cannot be mounted here"
  fi
}

# build PRESET [TARGET…]: configures, with ${configure_options[@]} besides what the preset says, and
# builds with as many jobs as there are processors.
configure_options=()
build() {
  local preset=$1 configured
  shift
  configured=$(as_invoker cmake --preset "$preset" "${configure_options[@]}" 2>&1 </dev/null) || {
    printf '%s\n' "$configured" >&2
    fail "cmake --preset $preset failed: see above"
  }
  as_invoker cmake --build --preset "$preset" --parallel "$(nproc)" ${1:+--target "$@"}
}
