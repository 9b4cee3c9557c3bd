#!/bin/sh
# Words in a picture, made by ImageMagick, once a second: imagemagick.sh [URL] [N]
url=${1:-http://localhost:8080/words}
n=${2:-60}
i=0
while [ "$i" -lt "$n" ]; do
    [ "$i" -eq 0 ] || sleep 1
    convert -size 320x120 xc:purple -font DejaVu-Sans -fill white -pointsize 32 -gravity center \
        -annotate 0 "$(date +%T)" jpg:- | curl -sS -f -o /dev/null -T - "$url.jpg" || exit 1
    i=$((i + 1))
done
