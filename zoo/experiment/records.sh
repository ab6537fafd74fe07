#!/bin/sh
# Makes the whole set of records again, and the report of them, and says how long each part took.
#
#   sh zoo/experiment/records.sh RAW OUT [GRID...]
#
# RAW is the folder of the raw files that the lines below name. OUT gets the prepared data, the records and the report. Without
# grids all are run. What OUT holds is not made again, so that an interrupted set goes on where it was.
# ZOO is the command, "zoo" by default; FLAGS are more flags of zoo experiment.
set -eu

raw=$1 out=$2
shift 2
[ $# -gt 0 ] || set -- adam-table adagrad-table ablation-buckets ablation-field alpha-sensitivity backbones drawn-logs equation-14 \
  factorization-machine initializers kept-values learning-curve leave-one-out more-data slow-backbones small-logs-adam small-logs-adagrad \
  small-logs-backbones
here=$(dirname "$0")
zoo=${ZOO:-zoo}
mkdir -p "$out"

# prepare NAME FLAGS... makes a folder of data that is not there.
prepare() {
  name=$1
  shift
  [ -f "$out/$name/manifest.json" ] || "$zoo" prepare "$@" --out "$out/$name"
}

prepare amazon --data amazon --split last-two --in "$raw/reviews_Beauty_5.json.gz" "$raw/meta_Beauty.json.gz"
prepare criteo --data criteo --split chronological --in "$raw/train_10000.txt.gz"
prepare avazu --data avazu --split random --in "$raw/train_9000.csv.gz" "$raw/test_1000.csv.gz"
if [ ! -f "$out/ipinyou/manifest.json" ]; then
  # The files have no times. The last fifth of the training file is the validation part.
  gzip -dc "$raw/train.fm.txt.gz" | head -n 21418 >"$out/ipinyou-train.txt"
  gzip -dc "$raw/train.fm.txt.gz" | tail -n +21419 >"$out/ipinyou-valid.txt"
  prepare ipinyou --data ipinyou-libsvm --train "$out/ipinyou-train.txt" --valid "$out/ipinyou-valid.txt" --test "$raw/test.fm.txt.gz"
fi

# prepare_more_data prepares Amazon Sports, and its union with Beauty: each category is sampled by itself, see amazon_union.py.
prepare_more_data() {
  prepare sports --data amazon --split last-two --in "$raw/reviews_Sports_and_Outdoors_5.json.gz" "$raw/meta_Sports_and_Outdoors.json.gz"
  [ ! -f "$out/beauty-and-sports/manifest.json" ] || return 0
  python3 "$here/amazon_union.py" "$raw" "$out/union" Beauty Sports_and_Outdoors
  prepare beauty-and-sports --schema "$here/amazon_union.yaml" --train "$out/union/train.csv.gz" --valid "$out/union/valid.csv.gz" \
    --test "$out/union/test.csv.gz"
}

# prepare_drawn NAME draws two million rows in the shape of a log, and prepares them.
prepare_drawn() {
  [ ! -f "$out/$1-drawn/manifest.json" ] || return 0
  "$zoo" generate "$1" --rows 2000000 --out "$out/$1-drawn.csv.gz"
  prepare "$1-drawn" --data "$1" --split chronological --in "$out/$1-drawn.csv.gz"
}

# run GRID FLAGS... runs a grid.
run() {
  grid=$1
  shift
  # shellcheck disable=SC2086 # FLAGS are several words
  "$zoo" experiment "$grid" --records "$out/$grid.jsonl" "$@" ${FLAGS:-} \
    --data "amazon=$out/amazon,criteo=$out/criteo,ipinyou=$out/ipinyou,avazu=$out/avazu" \
    --data "sports=$out/sports,beauty-and-sports=$out/beauty-and-sports,avazu-drawn=$out/avazu-drawn,lzd-drawn=$out/lzd-drawn"
}

all=$(date +%s)
for grid; do
  start=$(date +%s)
  case $grid in
  more-data)
    prepare_more_data
    run more-data
    ;;
  drawn-logs)
    prepare_drawn avazu
    prepare_drawn lzd
    run drawn-logs
    ;;
  *) run "$grid" ;;
  esac
  echo "$grid: $(($(date +%s) - start)) seconds"
done
# The first table of the overview is that of the first file.
cd "$out"
set -- *.jsonl
[ ! -f adam-table.jsonl ] || set -- adam-table.jsonl $(ls ./*.jsonl | grep -v /adam-table.jsonl)
"$zoo" report "$@" --out .
echo "all: $(($(date +%s) - all)) seconds"
