# Instant: answers at once, always the same. POSIX shell, starts no other program.
#
# It speaks ash's line protocol: one JSON object per line on stdin and stdout. A shell has no JSON
# parser; it gets by on two promises of the protocol: "type" and "turn" stand first in a line, and
# inside a JSON string a quotation mark is always escaped, so `"turn":` can only be the key.

# Sets $count to the number behind $1= in $line: 0 to 99999, or $2 where there is none.
number_of() {
  count=$2
  case $line in
    *"$1="[0-9]*)
      count=${line#*"$1="}
      count=${count%%[!0-9]*}
      case $count in '') count=$2 ;; ??????*) count=99999 ;; esac
      ;;
  esac
  # A leading zero would make it octal.
  while :; do
    case $count in 0?*) count=${count#0} ;; *) break ;; esac
  done
}

answer() {
  turn=${line#*'"turn":'}
  turn=${turn%%[!0-9]*}
  out=
  number_of deltas 0
  while [ "$count" -gt 0 ]; do
    out="$out{\"type\":\"delta\",\"turn\":$turn,\"text\":\"word \"}
"
    count=$((count - 1))
    # Written in handfuls: one write for many lines, and no string that grows without end.
    if [ ${#out} -gt 4000 ]; then
      printf %s "$out"
      out=
    fi
  done
  number_of events 1
  while [ "$count" -gt 0 ]; do
    out="$out{\"type\":\"message\",\"turn\":$turn,\"text\":\"ok\"}
"
    count=$((count - 1))
    if [ ${#out} -gt 4000 ]; then
      printf %s "$out"
      out=
    fi
  done
  printf '%s{"type":"done","turn":%s}\n' "$out" "$turn"
}

# "session" needs no answer here; "interrupt" always comes too late; any other line is not for us.
while IFS= read -r line; do
  case $line in
    '{"type":"user.message","turn":'[0-9]*) answer ;;
    '{"type":"session",'* | '{"type":"interrupt",'*) ;;
    *) printf 'ignored a line of %s characters\n' "${#line}" >&2 ;;
  esac
done
