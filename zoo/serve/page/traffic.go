package page

import (
	"math"
	"slices"
	"sync"
	"time"

	"github.com/ctrzoo/ctrzoo/zoo/serve"
)

// seconds is how far back the figures go.
const seconds = 60

// Times of requests are counted in buckets, four to a doubling, from 10 microseconds on.
const (
	timeBuckets = 96
	firstTime   = 10e-6
)

// edges are between the bins of probabilities, finer where click rates are.
var edges = [...]float32{0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9}

// traffic counts the requests of a model.
type traffic struct {
	lock    sync.Mutex
	seconds [seconds + 1]second // a ring; the current one is not over yet
	version string              // whose fields are counted
	fields  []fieldFigures
}

// second counts the requests that ended in one second.
type second struct {
	at               int64 // since 1970
	requests, failed int
	samples          int
	times            [timeBuckets]uint32
	probabilities    [len(edges) + 1]uint32
}

// figures are those of a model over the last minute.
type figures struct {
	Requests      []int          `json:"requests"` // in each of the last 60 seconds, the oldest first
	Failed        int            `json:"failed"`
	Samples       int            `json:"samples"`
	P50           float64        `json:"p50"` // seconds that half of the requests took at most; 0 without requests
	P99           float64        `json:"p99"`
	P999          float64        `json:"p999"`
	Probabilities []uint32       `json:"probabilities"` // how many samples had one up to each edge, and above the last
	Fields        []fieldFigures `json:"fields"`        // since the version was loaded
}

// fieldFigures count the values of a field.
type fieldFigures struct {
	Name    string `json:"name"`
	Values  int    `json:"values"`
	Unknown int    `json:"unknown"` // that have no row of their own
}

// count counts a request that has ended.
func (t *traffic) count(c *serve.Call, err error) {
	t.lock.Lock()
	defer t.lock.Unlock()
	s := t.at(c.Times.Written.Unix())
	s.requests++
	s.times[timeBucket(c.Times.Written.Sub(c.Times.Start))]++
	if err != nil {
		s.failed++
		return
	}
	s.samples += c.Samples
	for _, p := range c.Probabilities {
		bin, _ := slices.BinarySearch(edges[:], p)
		s.probabilities[bin]++
	}
	t.countFields(c)
}

// at returns the counts of a second, anew if the ring has come round.
func (t *traffic) at(unix int64) *second {
	s := &t.seconds[unix%int64(len(t.seconds))]
	if s.at != unix {
		*s = second{at: unix}
	}
	return s
}

func (t *traffic) countFields(c *serve.Call) {
	if t.version != c.Served {
		t.version, t.fields = c.Served, nil
		for _, f := range c.Fields {
			t.fields = append(t.fields, fieldFigures{Name: f.Name})
		}
	}
	for i := range t.fields {
		t.fields[i].Values += c.Values[i]
		t.fields[i].Unknown += c.Unknown[i]
	}
}

// figures returns those of the last whole seconds.
func (t *traffic) figures(now time.Time) figures {
	t.lock.Lock()
	defer t.lock.Unlock()
	var sum second
	f := figures{Requests: make([]int, seconds), Fields: slices.Clone(t.fields)}
	for i := range f.Requests {
		unix := now.Unix() - seconds + int64(i)
		if s := &t.seconds[unix%int64(len(t.seconds))]; s.at == unix {
			f.Requests[i] = s.requests
			sum.add(s)
		}
	}
	f.Failed, f.Samples, f.Probabilities = sum.failed, sum.samples, sum.probabilities[:]
	f.P50, f.P99, f.P999 = sum.quantile(0.5), sum.quantile(0.99), sum.quantile(0.999)
	return f
}

func (s *second) add(o *second) {
	s.requests += o.requests
	s.failed += o.failed
	s.samples += o.samples
	for i, n := range o.times {
		s.times[i] += n
	}
	for i, n := range o.probabilities {
		s.probabilities[i] += n
	}
}

// quantile returns the end of the bucket in which a share of the requests is reached.
func (s *second) quantile(share float64) float64 {
	left := int(math.Ceil(share * float64(s.requests)))
	for i, n := range s.times {
		if left -= int(n); n > 0 && left <= 0 {
			return firstTime * math.Exp2(float64(i)/4)
		}
	}
	return 0
}

// timeBucket returns the bucket of a time, whose end is at least the time.
func timeBucket(d time.Duration) int {
	bucket := math.Ceil(4 * math.Log2(d.Seconds()/firstTime))
	return int(min(max(bucket, 0), timeBuckets-1))
}
