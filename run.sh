#!/usr/bin/env bash
# Builds what is missing, then starts ash:
#   ./run.sh              the server, in ASH_MODE (default standalone), on port 4100
#   ./run.sh demo         a conversation from deploy to end, on a server of its own
#   ./run.sh test         every test
#   ./run.sh <command>    a command of the jar; ./run.sh --help lists them
set -euo pipefail
# Java reads and writes file names in the encoding of the locale.
export LC_ALL="${LC_ALL:-C.UTF-8}"
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
jar="$here/target/ash.jar"
needed=17

say() { printf 'run.sh: %s\n' "$*" >&2; }
stop() { say "$1"; exit "$2"; }

find_java() {
  if [ -n "${JAVA_HOME:-}" ] && [ -x "$JAVA_HOME/bin/java" ]; then
    java="$JAVA_HOME/bin/java"
  else
    java="$(command -v java || true)"
  fi
  [ -n "$java" ] || stop "Java $needed or newer is needed and no java was found. Debian: apt-get install openjdk-17-jdk-headless" 4
  local spec
  spec="$("$java" -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.specification\.version = //p')"
  spec="${spec#1.}"
  case "$spec" in
    '' | *[!0-9]*) stop "cannot tell the version of $java; set JAVA_HOME to Java $needed or newer" 4 ;;
  esac
  [ "$spec" -ge "$needed" ] || stop "Java $needed or newer is needed; $java is Java $spec. Set JAVA_HOME to a newer one" 4
}

need_maven() {
  command -v mvn >/dev/null 2>&1 || stop "Maven is needed to build and was not found. Debian: apt-get install maven" 4
  if [ ! -x "$(dirname "$java")/javac" ] && ! command -v javac >/dev/null 2>&1; then
    stop "a JDK is needed to build (javac was not found). Debian: apt-get install openjdk-17-jdk-headless" 4
  fi
}

stale() {
  [ ! -f "$jar" ] || [ -n "$(find "$here/pom.xml" "$here/src/main" -newer "$jar" -print -quit)" ]
}

build() {
  # A copy without sources (an installed jar) is never rebuilt.
  if [ -f "$here/pom.xml" ] && stale; then
    need_maven
    say "building target/ash.jar"
    (cd "$here" && mvn -B -q -Dmaven.test.skip=true package) >&2 || stop "the build failed; its output is above" 1
  fi
  [ -f "$jar" ] || stop "there is no $jar and no source to build it from" 1
}

need_bubblewrap() {
  command -v bwrap >/dev/null 2>&1 && return 0
  local install="apt-get install -y bubblewrap"
  if [ "$(id -u)" = 0 ] && [ -f /etc/debian_version ] && command -v apt-get >/dev/null 2>&1; then
    say "bubblewrap is missing; installing it: $install"
    (apt-get update -q && DEBIAN_FRONTEND=noninteractive $install -q) >&2 \
      || stop "bubblewrap could not be installed; install it and start again" 4
  elif command -v apt-get >/dev/null 2>&1; then
    stop "bubblewrap is missing. Install it and start again: sudo $install" 4
  else
    stop "bubblewrap is missing. Install the package 'bubblewrap' of this system and start again" 4
  fi
}

# Class data sharing halves the time to start. The archive belongs to one JVM and one jar; it is
# written when the first server ends and taken into use at the next start. Where it does not fit, or
# cannot be written, the JVM starts without it.
sharing() {
  share=()
  local id archive made
  id="$("$java" -Xinternalversion 2>/dev/null | cksum | cut -d' ' -f1)" || return 0
  archive="$here/target/ash-$id.jsa"
  for made in "$archive".*; do
    # One that is still being written belongs to a server that is alive.
    if [ -f "$made" ] && [ "$made" -nt "$jar" ] && ! kill -0 "${made##*.}" 2>/dev/null; then
      mv -f "$made" "$archive" 2>/dev/null || true
    fi
  done
  if [ -f "$archive" ] && [ "$archive" -nt "$jar" ]; then
    share=(-Xshare:auto "-XX:SharedArchiveFile=$archive" "-Dash.archive=$archive")
  elif [ "$1" = serve ] && [ -w "$here/target" ]; then
    find "$here/target" -maxdepth 1 -name 'ash-*.jsa*' ! -newer "$jar" -delete
    share=(-Xshare:auto "-XX:ArchiveClassesAtExit=$archive.$$")
  fi
  share+=(-Xlog:disable -Xlog:all=error:stderr)
}

find_java
case "${1:-}" in
  test)
    shift
    need_maven
    cd "$here" && exec mvn -B verify "$@"
    ;;
  demo) need_bubblewrap ;;
esac
build
cd "$here"
sharing "$([ $# -eq 0 ] && echo serve || echo command)"
flags=(-XX:+UseSerialGC -Xms16m -XX:+ExitOnOutOfMemoryError)
# shellcheck disable=SC2086 # JAVA_OPTS is a list of words
exec "$java" "${flags[@]}" "${share[@]}" ${JAVA_OPTS:-} -jar "$jar" "$@"
