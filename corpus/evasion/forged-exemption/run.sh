#!/bin/sh
# Programs lie where build tools, AppImages and dnf put theirs, below parents that are none of these.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

case $1 in
  path)
    mkdir -p /tmp/go-build1/b001/exe /tmp/.mount_x
    cp /usr/bin/sleep /tmp/go-build1/b001/exe/evil
    cp /usr/bin/sleep /tmp/.mount_x/x
    /tmp/go-build1/b001/exe/evil 0.05
    /tmp/.mount_x/x 0.05
    ;;
  parent)
    # A parent of the right name in the right place of another folder, and one that is an ordinary user's.
    mkdir -p /home/alice/go/bin /tmp/go-build1/b001/exe /usr/local/go/bin
    cp /usr/bin/sleep /tmp/go-build1/b001/exe/evil
    cp /usr/bin/dash /home/alice/go/bin/go
    cp /usr/bin/dash /usr/local/go/bin/go
    chown 1000 /usr/local/go/bin/go
    /home/alice/go/bin/go -c '/tmp/go-build1/b001/exe/evil 0.05; :'
    /usr/local/go/bin/go -c '/tmp/go-build1/b001/exe/evil 0.05; :'
    ;;
  interpreter)
    # Python runs what anybody gives it: root's runs no dnf, or has it as an argument; what runs a dnf is not root's.
    echo 'useradd -r evil; sleep 0.05' >/var/tmp/rpm-tmp.evil
    for place in /usr/local/bin /usr/bin; do
      echo 'import subprocess; subprocess.run(["sh", "/var/tmp/rpm-tmp.evil"])' >$place/dnf
    done
    /usr/bin/python3 /usr/local/bin/dnf
    /usr/bin/python3 -c "$(cat /usr/bin/dnf)" /usr/bin/dnf || true
    setpriv --reuid=65534 --regid=65534 --clear-groups /usr/bin/python3 /usr/bin/dnf || true
    ;;
  conftest)
    # No configure is above it but in name, or one that lies elsewhere.
    mkdir -p /tmp/.hid /home/alice
    echo 'sleep 0.05' >/tmp/.hid/conftest
    echo 'sh /tmp/.hid/conftest; :' >/home/alice/configure
    setpriv --reuid=65534 --regid=65534 --clear-groups bash -c 'sh /tmp/.hid/conftest; :' ./configure
    setpriv --reuid=65534 --regid=65534 --clear-groups sh /home/alice/configure
    ;;
  unpacked | unpacked-in-a-session)
    # What looks like an AppImage that unpacked itself, and like rustup's installer.
    folder=/tmp/appimage_extracted_0123456789abcdef0123456789abcdef
    echo alice:x:2000:2000::/home/alice:/bin/sh >>/etc/passwd
    echo 'alice:*:19000:0:99999:7:::' >>/etc/shadow
    mkdir -p /home/alice $folder /tmp/tmp.Ab3dEf6hIj
    cp /usr/bin/dash /home/alice/Launcher.AppImage
    cp /usr/bin/sleep $folder/AppRun
    cp /usr/bin/sleep $folder/of-root
    cp /usr/bin/sleep /tmp/tmp.Ab3dEf6hIj/rustup-init
    chmod 755 $folder /tmp/tmp.Ab3dEf6hIj
    chown -R 2000:2000 /home/alice $folder/AppRun /tmp/tmp.Ab3dEf6hIj
    if [ "$1" = unpacked ]; then
      # All is in place but a session: a daemon has none, and none by claiming it.
      setpriv --reuid=2000 --regid=2000 --clear-groups sh -c "
        /home/alice/Launcher.AppImage -c '$folder/AppRun 0.05; :'
        /tmp/tmp.Ab3dEf6hIj/rustup-init 0.05
        echo 2000 >/proc/self/loginuid
        sh -c \"/home/alice/Launcher.AppImage -c '$folder/AppRun 0.06; :'; /tmp/tmp.Ab3dEf6hIj/rustup-init 0.06\""
    else
      # In a session: no AppImage is above, the file is another user's, or something above lies in /tmp itself.
      rm -rf /etc/profile.d # whatever this host has there
      cp /usr/bin/dash /tmp/tmp.Ab3dEf6hIj/sh
      cat >/home/alice/commands <<COMMANDS
$folder/AppRun 0.05
sh -c '$folder/AppRun 0.06; :' $folder/AppRun
~/Launcher.AppImage -c '$folder/of-root 0.05; :'
/tmp/tmp.Ab3dEf6hIj/sh -c '~/Launcher.AppImage -c "$folder/AppRun 0.07; :"; :'
/tmp/tmp.Ab3dEf6hIj/sh -c '/tmp/tmp.Ab3dEf6hIj/rustup-init 0.05; :'
/tmp/tmp.Ab3dEf6hIj/sh -c 'sh -c "/tmp/tmp.Ab3dEf6hIj/rustup-init 0.06; :"; :'
exit
COMMANDS
      script -qec 'exec login -f alice' /dev/null </home/alice/commands >/dev/null
    fi
    ;;
esac
sleep 0.05
