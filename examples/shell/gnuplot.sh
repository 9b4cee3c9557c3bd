#!/bin/sh
# A curve that moves, drawn by gnuplot into a pipe that curl publishes from: gnuplot.sh [URL] [N]
url=${1:-http://localhost:8080/wave}
n=${2:-100}
i=0
while [ "$i" -lt "$n" ]; do
    gnuplot <<END | curl -sS -f -o /dev/null -T - "$url.png" || exit 1
set terminal pngcairo size 640,360
set yrange [-1.2:1.2]
plot [0:10] sin(x + $i / 5.0) linewidth 3 title "step $i"
END
    i=$((i + 1))
done
