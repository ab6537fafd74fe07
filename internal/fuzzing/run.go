package fuzzing

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"sync/atomic"
	"testing"
	"time"
)

const (
	pause   = 10 * time.Second // between two reports
	hanging = time.Minute      // an execution that takes as long is a failure
)

// A run is the executions of one target.
type run struct {
	*testing.T
	target reflect.Value
	name   string
	seed   uint64
	pool   *pool
	done   atomic.Uint64         // executions
	now    atomic.Pointer[input] // that of the execution under way
	over   bool
	begin  time.Time
}

// repeat runs the target. An execution that fails ends it, by a panic or by runtime.Goexit.
func (r *run) repeat(executions uint64) {
	finished := make(chan struct{})
	defer close(finished)
	go r.watch(finished)
	defer r.end()
	args := make([]reflect.Value, r.target.Type().NumIn())
	args[0] = reflect.ValueOf(r.T)
	for range executions {
		in := r.pool.next()
		r.now.Store(&in)
		for i, value := range in {
			args[1+i] = reflect.ValueOf(value)
		}
		r.target.Call(args)
		if r.Failed() {
			return
		}
		r.pool.ran(in, testing.Coverage())
		r.done.Add(1)
	}
	r.over = true
}

// end writes the input of an execution that did not end well.
func (r *run) end() {
	r.report()
	if r.over {
		return
	}
	r.Fail()
	fmt.Fprintf(os.Stderr, "%s: execution %d of seed %d fails or skips: %s\n", r.name, r.done.Load()+1, r.seed, r.keep())
}

// keep writes the input under way to testdata/fuzz, and returns its path.
func (r *run) keep() string {
	text := []byte((*r.now.Load()).text())
	dir := filepath.Join("testdata", "fuzz", r.name)
	path := filepath.Join(dir, fmt.Sprintf("%x", sha256.Sum256(text))[:16])
	err := os.MkdirAll(dir, 0o755)
	if err == nil {
		err = os.WriteFile(path, text, 0o644)
	}
	if err != nil {
		return fmt.Sprintf("%v: %s", err, text)
	}
	return path
}

// report says how far the run is.
func (r *run) report() {
	seconds := time.Since(r.begin).Seconds()
	fmt.Fprintf(os.Stderr, "%s: %d executions in %.0f s, %.0f/s, %d inputs kept\n", r.name, r.done.Load(), seconds,
		float64(r.done.Load())/seconds, r.pool.size.Load())
}

// watch reports the progress, and ends the process if an execution does not end.
func (r *run) watch(finished chan struct{}) {
	last, since := uint64(0), r.begin
	for {
		select {
		case <-finished:
			return
		case <-time.After(pause):
		}
		r.report()
		if done := r.done.Load(); done != last {
			last, since = done, time.Now()
		} else if time.Since(since) > hanging {
			r.end()
			panic("the execution does not end")
		}
	}
}
