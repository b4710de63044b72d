#!/bin/sh
# A user pipes rustup's installer into a shell: it brings rustup-init to /tmp and runs it there, which copies itself.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

# file: addresses stand in for the server, install(1) for rustup-init.
echo bob:x:2000:2000::/home/bob:/bin/sh >>/etc/passwd
echo 'bob:*:19000:0:99999:7:::' >>/etc/shadow
mkdir -p /home/bob /srv/rustup
chown 2000:2000 /home/bob
rm -rf /etc/profile.d # whatever this host has there
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
cat >/home/bob/commands <<'EOF'
curl --silent --fail file:///srv/rustup/rustup.sh | sh -s -- -y
ln ~/.cargo/bin/rustup ~/.cargo/bin/cargo
~/.cargo/bin/rustup --version
~/.cargo/bin/cargo --version
sleep 0.1
exit
EOF
case $1 in
  session) script -qec 'exec login -f bob' /dev/null </home/bob/commands >/home/bob/typescript ;;
  # As a job of an automation does it, which nobody has logged in for.
  job) HOME=/home/bob setpriv --reuid=2000 --regid=2000 --clear-groups sh /home/bob/commands ;;
esac
[ -x /home/bob/.cargo/bin/cargo ] || { cat /home/bob/typescript >&2; exit 1; }
