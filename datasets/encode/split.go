package encode

import (
	"maps"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/internal/hash"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
)

// splitter gives each sample a key, and computes, once all keys are known, where the parts begin: keys
// below cuts[0] are of the training part, the others below cuts[1] of the validation part. The
// keys of a log that comes in parts, or is divided at random, are the numbers of the parts; by order, those of the rows from 1.
type splitter struct {
	*schema.Split       // nil: the log comes in parts
	part          int64 // that is being read, if the log comes in parts
	valid, test   schema.Portion
	random        *rand.Rand
	seed          uint64
	times         schema.Times
	rows          map[int64]int // by second
	read          int64         // rows so far, by order
	latest        int64         // the largest key of a time,
	offset        int64         // and the seconds that its zone is east of UTC
}

func newSplitter(s *schema.Split, seed uint64) *splitter {
	d := &splitter{Split: s, seed: seed, rows: map[int64]int{}, random: rand.New(rand.NewPCG(seed, 0x5917))}
	if s != nil {
		d.valid, d.test = s.Portions()
		d.times.Layout = s.Layout
	}
	return d
}

// key returns the key of a sample with the given value in the split's column.
func (d *splitter) key(value string) (int64, error) {
	switch {
	case d.Split == nil:
		return d.part, nil
	case d.By == "order":
		d.read++
		return d.read, nil
	case d.By == "random":
		return d.drawn(d.random.Float64()), nil
	case d.By == "user":
		return d.drawn(float64(hash.Mix(hash.FNV64(value)^d.seed)>>11) / (1 << 53)), nil
	}
	t, err := d.times.Parse(value)
	if err != nil {
		return 0, err
	}
	key := t.Unix()
	if len(d.rows) == 0 || key >= d.latest {
		_, offset := t.Zone()
		d.latest, d.offset = key, int64(offset)
	}
	d.rows[key]++
	return key, nil
}

// drawn returns the part for a number drawn from [0, 1).
func (d *splitter) drawn(u float64) int64 {
	switch {
	case u < d.test.Share:
		return int64(datasets.TestPart)
	case u < d.test.Share+d.valid.Share:
		return int64(datasets.ValidPart)
	}
	return int64(datasets.TrainPart)
}

// cuts returns the keys at which the validation and the test part begin.
func (d *splitter) cuts() [2]int64 {
	switch {
	case d.Split != nil && d.By == "order":
		all := float64(d.read)
		return [2]int64{d.read + 1 - int64(math.Round(all*(d.valid.Share+d.test.Share))), d.read + 1 - int64(math.Round(all*d.test.Share))}
	case d.Split == nil || d.By != "time":
		return [2]int64{int64(datasets.ValidPart), int64(datasets.TestPart)}
	}
	times := slices.Sorted(maps.Keys(d.rows))
	test := d.cut(times, d.test, math.MaxInt64)
	return [2]int64{d.cut(times, d.valid, test), test}
}

// cut returns the time at which a part begins that has the given portion and ends before the given time.
func (d *splitter) cut(times []int64, p schema.Portion, end int64) int64 {
	last, _ := slices.BinarySearch(times, end)
	if last == 0 || p == (schema.Portion{}) {
		return end
	}
	if p.Days > 0 {
		const day = 24 * 60 * 60
		local := times[last-1] + d.offset // where the days of the log begin
		return local - (local%day+day)%day - (p.Days-1)*day - d.offset
	}
	all := 0
	for _, n := range d.rows {
		all += n
	}
	left := p.Share * float64(all)
	from := last
	for from > 0 && left >= float64(d.rows[times[from-1]])/2 {
		left -= float64(d.rows[times[from-1]])
		from--
	}
	if from == last {
		return end
	}
	return times[from]
}

// partOf returns the part of a key.
func partOf(key int64, cuts [2]int64) datasets.Part {
	switch {
	case key < cuts[0]:
		return datasets.TrainPart
	case key < cuts[1]:
		return datasets.ValidPart
	}
	return datasets.TestPart
}
