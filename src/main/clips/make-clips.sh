#!/bin/sh
# Makes the canned callers' speech: every line of clips.txt becomes one headerless G.711 mu-law clip (8 kHz, mono), and
# clips.properties gets its caption. So does every line of comfort.txt, without a caption: what callers hear who wait for
# the engine. The clips are committed, so this only runs when a sentence or a voice changes.
#
#   ./make-clips.sh            make all clips
#   ./make-clips.sh NAME ...   make only these; clips.properties is always written whole
#
# Each clip is checked after it is made, because the energy voice detector of the offline engine must hear it as one turn:
# speech starts within 60 ms, ends within 100 ms of the end, and is never quiet for 400 ms in between.

set -eu
export LC_ALL=C

here=$(cd "$(dirname "$0")" && pwd)
list=$here/clips.txt
out=$here/../resources/io/offhook/simulator/clips
comfort=$here/../resources/io/offhook/live

missing=
need() { command -v "$1" >/dev/null 2>&1 || missing="$missing $2"; }
need sox sox
need flite flite
need text2wave festival
need espeak-ng espeak-ng
[ -d /usr/share/festival/voices/us/cmu_us_slt_arctic_hts ] || missing="$missing festvox-us-slt-hts"
if [ -n "$missing" ]; then
    echo "Missing speech tools. Install them with: apt-get install$missing" >&2
    exit 1
fi

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
mkdir -p "$out"

# hts RATE TEXT: festival's most natural voice, cmu_us_slt_arctic_hts, at a speaking rate.
hts() {
    cat >"$tmp/voice.scm" <<EOF
(voice_cmu_us_slt_arctic_hts)
(set! hts_engine_params (append hts_engine_params (list '("-r" $1))))
EOF
    printf '%s\n' "$2" | text2wave -eval "$tmp/voice.scm" -o "$tmp/raw.wav"
}

# cg VOICE STRETCH TEXT: one of flite's voices; a stretch above 1 is slower.
cg() { flite -voice "$1" --setf duration_stretch="$2" -t "$3" -o "$tmp/raw.wav" </dev/null; }

# speak VOICE TEXT: writes raw.wav and sets speed. Playing a recording at another speed moves pitch and formants together,
# as a larger or smaller speaker would, and leaves no artefacts; the synthesiser's own rate makes up for the tempo.
speak() {
    speed=1
    case $1 in
        slt)      hts 1.05 "$2" ;;
        slt-low)  hts 1.18 "$2"; speed=0.90 ;;
        slt-high) hts 0.98 "$2"; speed=1.08 ;;
        awb)      cg awb 1.0 "$2" ;;
        rms)      cg rms 0.90 "$2" ;;
        rms-high) cg rms 0.98 "$2"; speed=1.10 ;;
        es)       espeak-ng -b 1 -v es-419 -s 155 -w "$tmp/raw.wav" "$2" </dev/null ;;
        de | fr)  espeak-ng -b 1 -v "$1" -s 145 -w "$tmp/raw.wav" "$2" </dev/null ;;
        pt)       espeak-ng -b 1 -v pt-br -s 150 -w "$tmp/raw.wav" "$2" </dev/null ;;
        *)        echo "clips.txt: unknown voice '$1'" >&2; exit 1 ;;
    esac
}

# render FILE: raw.wav to a telephone-band, trimmed, levelled mu-law clip of whole 20 ms frames.
render() {
    sox -D "$tmp/raw.wav" -b 24 -c 1 "$tmp/band.wav" gain -6 speed "$speed" rate -h 8000 sinc -n 255 300-3400 norm -9
    # Lift the weak sounds a little and hold the single sharpest peaks, as a telephone does, so that all callers are about
    # equally loud and word edges stay above the voice detector's threshold.
    sox -D "$tmp/band.wav" "$tmp/level.wav" \
        compand 0.003,0.06 6:-90,-90,-55,-55,-36,-29,-24,-18,-9,-9 0 -90 0.003 \
        norm gain -l 5 gain -4 sinc -n 255 300-3400 norm -9
    # Cut the silence at both ends, and shorten every pause inside to a quarter of a second.
    sox -D "$tmp/level.wav" "$tmp/trim.wav" \
        silence -l 1 0.02 -44d -1 0.25 -44d reverse silence 1 0.02 -44d fade t 0.005 \
        reverse fade t 0.005 norm -9 pad 0.02 0.04
    sox -D "$tmp/trim.wav" -t ul -r 8000 -c 1 "$1"
    bytes=$(wc -c <"$1")
    while [ $((bytes % 160)) -ne 0 ]; do
        printf '\377' >>"$1"
        bytes=$((bytes + 1))
    done
}

# tones FILE: two soft tones, a fourth apart, that ask for a moment in no language at all.
tones() {
    sox -D -n -r 8000 -c 1 -b 16 "$tmp/low.wav" synth 0.22 sine 392 fade h 0.03 0.22 0.12 gain -24
    sox -D -n -r 8000 -c 1 -b 16 "$tmp/high.wav" synth 0.32 sine 523.25 fade h 0.03 0.32 0.22 gain -24
    sox -D "$tmp/low.wav" "$tmp/high.wav" -t ul -r 8000 -c 1 "$1" pad 0.02@0 0.04@0.22
    bytes=$(wc -c <"$1")
    while [ $((bytes % 160)) -ne 0 ]; do
        printf '\377' >>"$1"
        bytes=$((bytes + 1))
    done
}

# check NAME FILE: prints duration, levels and pauses; fails when the clip would not be heard as one turn.
check() {
    od -An -v -tu1 -w160 "$2" | awk -v name="$1" '
        BEGIN {
            for (b = 0; b < 256; b++) {
                u = 255 - b; exponent = int(u / 16) % 8; mantissa = u % 16
                linear[b] = ((mantissa * 8 + 132) * 2 ^ exponent - 132) / 32768
            }
            first = -1
        }
        {
            sum = 0
            for (i = 1; i <= NF; i++) { v = linear[$i]; sum += v * v; if (v > peak) peak = v }
            total += sum; bytes += NF; frames++
            if (sum / NF >= 0.0001) {                          # -40 dBFS over 20 ms
                if (first < 0) first = NR - 1; else if (NR - 1 - last > pause) pause = NR - 1 - last
                last = NR
            }
        }
        END {
            if (first < 0) { print name ": silent"; exit 1 }
            lead = first * 20; tail = (frames - last) * 20; pause *= 20
            printf "%-12s %5.2f s  rms %5.1f dBFS  peak %5.1f dBFS  lead %3d ms  tail %3d ms  longest pause %3d ms\n", \
                name, bytes / 8000, 10 * log(total / bytes) / log(10), 20 * log(peak) / log(10), lead, tail, pause
            if (bytes % 160 || lead > 60 || tail > 100 || pause >= 400) { print name ": would not be heard as one turn"; exit 1 }
        }'
}

wanted() {
    [ -z "$only" ] && return 0
    case " $only " in *" $1 "*) return 0 ;; *) return 1 ;; esac
}

trim() { printf '%s' "$1" | sed 's/^[[:space:]]*//; s/[[:space:]]*$//'; }

only=$*
bad=0
echo '# The words of each clip, in UTF-8. Written by src/main/clips/make-clips.sh.' >"$tmp/clips.properties"
while IFS='|' read -r name voice text caption; do
    name=$(trim "$name") voice=$(trim "$voice") text=$(trim "$text") caption=$(trim "$caption")
    case $name in '' | '#'*) continue ;; esac
    printf '%s=%s\n' "$name" "${caption:-$text}" >>"$tmp/clips.properties"
    wanted "$name" || continue
    speak "$voice" "$text"
    render "$tmp/clip.ulaw"
    if check "$name" "$tmp/clip.ulaw"; then cp "$tmp/clip.ulaw" "$out/$name.ulaw"; else bad=1; fi
done <"$list"
cp "$tmp/clips.properties" "$out/clips.properties"
while IFS='|' read -r name voice text; do
    name=$(trim "$name") voice=$(trim "$voice") text=$(trim "$text")
    case $name in '' | '#'*) continue ;; esac
    wanted "$name" || continue
    case $voice in
        tones) tones "$tmp/clip.ulaw" ;;
        *)     speak "$voice" "$text"; render "$tmp/clip.ulaw" ;;
    esac
    if check "$name" "$tmp/clip.ulaw"; then cp "$tmp/clip.ulaw" "$comfort/$name.ulaw"; else bad=1; fi
done <"$here/comfort.txt"
exit $bad
