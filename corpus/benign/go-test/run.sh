#!/bin/sh
# A developer tests, runs and builds a Go program: go links the test below /tmp and runs it there.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

mkdir -p /home/alice/hello
cd /home/alice/hello
cat >go.mod <<'EOF'
module example.org/hello

go 1.18
EOF
cat >main.go <<'EOF'
package main

import "os"

func greeting(name string) string { return "hello " + name + "\n" }

func main() { os.Stdout.WriteString(greeting("world")) }
EOF
cat >main_test.go <<'EOF'
package main

import (
	"testing"
	"time"
)

func TestGreeting(t *testing.T) {
	time.Sleep(50 * time.Millisecond)
	if greeting("you") != "hello you\n" {
		t.Fatal("no greeting")
	}
}
EOF
chown -R 1000:1000 /home/alice
developer() {
  setpriv --reuid=1000 --regid=1000 --clear-groups \
    env HOME=/home/alice GOFLAGS=-buildvcs=false GOTOOLCHAIN=local GOPROXY=off "$@"
}
developer go test ./... </dev/null
developer go run . </dev/null
developer go build -o hello . </dev/null
developer ./hello </dev/null
