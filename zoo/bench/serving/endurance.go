package serving

import (
	"cmp"
	"context"
	"runtime/metrics"
	"time"
)

// Endurance asks a server in JSON at a fixed rate for a long time, to see whether it stays as fast and as small as it is at first.
type Endurance struct {
	Benchmark               // of its samples only the last number counts; Rate 0 means half of the highest rate
	Total     time.Duration // how long to ask; required
}

// windows are the parts of an Endurance that are measured each by itself.
const windows = 10

// Window is one tenth of an Endurance.
type Window struct {
	Figures
	Memory uint64 `json:"memory_bytes"` // of the process, without mapped files and tables
}

// Run calls report after each tenth of the time. It stops early with the error of ctx when ctx ends.
func (e Endurance) Run(ctx context.Context, report func(Window) error) error {
	b, err := e.withDefaults()
	if err != nil || e.Total <= 0 {
		return cmp.Or(err, ErrBenchmark)
	}
	bed, err := newBed(b.Model, b.Rows)
	if err != nil {
		return err
	}
	defer bed.close()
	targets, err := bed.targets(b.Samples[len(b.Samples)-1], b.Rows)
	if err != nil {
		return err
	}
	t := targets[1]
	best, err := b.fastest(ctx, []*target{t})
	if err != nil {
		return err
	}
	rate := cmp.Or(b.Rate, best[0].perSecond()/2)
	for range windows {
		l, err := load{b.Callers, rate, e.Total / windows}.run(ctx, t)
		if err != nil {
			return err
		}
		if err := report(Window{newFigures(t, l, rate), memory()}); err != nil {
			return err
		}
	}
	return nil
}

// memory is what the runtime of Go has from the system.
func memory() uint64 {
	s := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64() - s[1].Value.Uint64()
}
