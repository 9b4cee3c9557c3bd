#!/bin/sh
# One harness, for tools/fuzz: run.sh BUILD NAME SECONDS. Prints a line beginning with "ok" or
# "FAILED" for the harness and one for its planted bug.
set -u
build=$1
name=$2
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1

fuzz() { # fuzz BINARY SECONDS MAX_LEN OPTION...
    binary=$1
    seconds=$2
    length=$3
    shift 3
    [ -f "tests/fuzz/$name.dict" ] && set -- "-dict=tests/fuzz/$name.dict" "$@"
    case $name in # weighing rare features takes these most of their time; chunked finds its planted bug more often by it
    cut | http2 | server) set -- -entropic=0 "$@" ;;
    esac
    "$build/tests/fuzz/$binary" -max_total_time="$seconds" -use_value_profile=1 -max_len="$length" -timeout=10 \
        -rss_limit_mb=1024 -artifact_prefix="$build/$binary." -print_final_stats=1 "$@" "tests/fuzz/corpus/$name" \
        >"$build/$binary.log" 2>&1
}

# Luck decides how soon a run finds anything, and whether long or short inputs lead there. So there
# are several short runs, each from the committed seeds; the first that crashes is enough.
is_planted_found() {
    for try in 1 2 3; do
        for length in 128 4096; do
            rm -rf "$build/planted/$name"
            mkdir -p "$build/planted/$name"
            fuzz "planted_$name" 10 $length "-seed=$try" "$build/planted/$name" && continue
            [ -n "$(find "$build" -maxdepth 1 -name "planted_$name.crash-*")" ] # and not a slow input, or no memory
            return
        done
    done
    return 1
}

mkdir -p "$build/corpus/$name"
if fuzz "fuzz_$name" "$3" 20000 "$build/corpus/$name"; then
    echo "ok     $name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$build/fuzz_$name.log") inputs"
else
    printf 'FAILED %s: see %s\n%s\n' "$name" "$build/fuzz_$name.log" "$(tail -n 30 "$build/fuzz_$name.log")"
fi
if is_planted_found; then
    echo "ok     $name: planted bug found"
else
    echo "FAILED $name: blind, it did not find its planted bug in 60 s"
fi
rm -f "$build/planted_$name".*
