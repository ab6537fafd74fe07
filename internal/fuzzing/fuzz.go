package fuzzing

import (
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"strconv"
	"testing"
	"time"
)

// Executions and Seed name environment variables: how often a target runs on mutated inputs, as in
//
//	CTRZOO_EXECUTIONS=10000000 go test ./datasets/rawlog -run '^FuzzCSV$' -v -cover -timeout 0
//
// and the seed of the mutations, 1 by default. They are no flags, since go test ./... hands a flag to packages that lack it.
// With -cover, inputs that reach new statements are mutated further.
const (
	Executions = "CTRZOO_EXECUTIONS"
	Seed       = "CTRZOO_SEED"
)

// Fuzz is f.Fuzz. If the environment asks for executions, the target also runs that often on mutations of the seeds and of
// testdata/fuzz. The first input that fails is written to testdata/fuzz, where it is a regression test from then on.
func Fuzz(f *testing.F, target any) {
	f.Helper()
	executions := number(f, Executions, 0)
	if executions == 0 {
		f.Fuzz(target)
		return
	}
	name, seeds := f.Name(), []input(nil)
	body := reflect.ValueOf(target)
	f.Fuzz(reflect.MakeFunc(body.Type(), func(args []reflect.Value) []reflect.Value {
		seeds = append(seeds, inputOf(args[1:]))
		body.Call(args)
		if len(seeds) > 1 {
			return nil
		}
		t := args[0].Interface().(*testing.T)
		t.Parallel() // go on once all other seeds have been here
		r := &run{T: t, target: body, name: name, seed: number(t, Seed, 1), begin: time.Now()}
		r.pool = newPool(seeds, rand.New(rand.NewPCG(r.seed, 0)))
		r.repeat(executions)
		return nil
	}).Interface())
}

// number is that of an environment variable.
func number(t testing.TB, variable string, otherwise uint64) uint64 {
	text, given := os.LookupEnv(variable)
	if !given {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("%s=%s is no number", variable, text)
	}
	return n
}

// An input is the arguments of a target after its *testing.T.
type input []any

func inputOf(args []reflect.Value) (in input) {
	for _, a := range args {
		in = append(in, a.Interface())
	}
	return in
}

// text is the input as a file of testdata/fuzz.
func (in input) text() string {
	text := "go test fuzz v1\n"
	for _, value := range in {
		switch value.(type) {
		case string, []byte:
			text += fmt.Sprintf("%T(%q)\n", value, value)
		default:
			text += fmt.Sprintf("%T(%v)\n", value, value)
		}
	}
	return text
}
