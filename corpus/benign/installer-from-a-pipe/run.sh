#!/bin/sh
# A user pipes rustup's installer into a shell: it brings rustup-init to /tmp and runs it there, which copies itself.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

# file: addresses stand in for the server, install(1) for rustup-init.
mkdir -p /home/bob /srv/rustup
chown 65534:65534 /home/bob
cp /usr/bin/install /srv/rustup/rustup-init
cat >/srv/rustup/rustup.sh <<'EOF'
set -u
folder=$(mktemp -d)
curl --silent --show-error --fail --location file:///srv/rustup/rustup-init --output "$folder/rustup-init"
chmod u+x "$folder/rustup-init"
"$folder/rustup-init" -D "$folder/rustup-init" "$HOME/.cargo/bin/rustup"
rm "$folder/rustup-init"
rmdir "$folder"
EOF
HOME=/home/bob setpriv --reuid=65534 --regid=65534 --clear-groups sh -c '
  curl --silent --fail file:///srv/rustup/rustup.sh | sh -s -- -y
  ln ~/.cargo/bin/rustup ~/.cargo/bin/cargo
  ~/.cargo/bin/rustup --version
  ~/.cargo/bin/cargo --version
  sleep 0.1'
