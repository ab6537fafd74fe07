//go:build linux || darwin

package cmd

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/ctrzoo/ctrzoo/datasets/prepared"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
	"github.com/stretchr/testify/require"
)

// A chore is a command that writes to a place. However it is disturbed, the place holds nothing, what was there before, or
// all of what an undisturbed one writes.
type chore struct {
	name   string
	args   func(place string) []string
	leaves func(t *testing.T, place string) any // nil if there is nothing yet
	want   any
	took   time.Duration
}

// chores are training, preparing, predicting and streaming.
func chores(t *testing.T) []*chore {
	schema, log := rawLog(t)
	run, test := rawRun(t)
	_, stream := drifting(t, "3", "2000")
	file := func(name string) func(t *testing.T, place string) any {
		return func(t *testing.T, place string) any {
			if _, err := os.Stat(filepath.Join(place, name)); err != nil {
				return nil
			}
			return read(t, filepath.Join(place, name))
		}
	}
	return []*chore{
		{name: "train", args: func(place string) []string {
			if _, err := os.Stat(filepath.Join(place, "settings.json")); err == nil {
				return []string{"train", "--resume", place, "--json"}
			}
			return smallRun("--out", place, "--dropout", "0.3", "--checkpoint-every", "3")
		}, leaves: func(t *testing.T, place string) any {
			saved, err := predict.Load(place)
			if err != nil || len(saved.History) < 2 {
				return nil
			}
			saved.Free()
			return remains(t, place)
		}},
		{name: "prepare", args: func(place string) []string {
			return []string{"prepare", "--schema", schema, "--in", log, "--out", place}
		}, leaves: func(t *testing.T, place string) any {
			if _, err := os.Stat(place); err != nil {
				return nil
			}
			_, err := prepared.Open(t.Context(), place, prepared.Options{VerifyAll: true})
			require.NoError(t, err, "what is there is whole")
			return filesOf(t, place)
		}},
		{name: "predict", args: func(place string) []string {
			require.NoError(t, os.MkdirAll(place, 0o700))
			return []string{"predict", "--from", run, "--in", test, "--out", filepath.Join(place, "p.csv")}
		}, leaves: file("p.csv")},
		{name: "stream", args: func(place string) []string {
			return append(stream, "--checkpoint-every", "20", "--out", place)
		}, leaves: func(t *testing.T, place string) any {
			if days, _ := os.ReadFile(filepath.Join(place, "days.jsonl")); bytes.Count(days, []byte("\n")) < 3 {
				return nil // the model of an earlier day
			}
			return file("current/epoch-0002-batch-00000000/weights.safetensors")(t, place)
		}},
	}
}

// chaos disturbs chores.
type chaos struct {
	*testing.T
	zoo    string
	then   string // the command as of another time; "" in the short form
	random *rand.Rand
	faults map[string]int // by what was done
}

// Kills, full and slow disks, processes that are stopped for a while, two writers at a time, other clocks and files that were
// cut: nothing is lost, and nothing is silently different. The long form, .ci/chaos, has 500 rounds, and a program whose clock
// is of 2009 and jumps.
func TestChaos(t *testing.T) {
	rounds := 8
	if *long {
		rounds = 500
	}
	c := &chaos{T: t, zoo: buildZoo(t), random: rand.New(rand.NewPCG(7, 11)), faults: map[string]int{}}
	if *long {
		c.buildOfAnotherTime()
	}
	all := chores(t)
	for _, one := range all {
		place, start := filepath.Join(t.TempDir(), one.name), time.Now()
		c.must(exec.Command(c.zoo, one.args(place)...))
		one.took, one.want = time.Since(start), one.leaves(t, place)
		require.NotNil(t, one.want, one.name)
	}
	for round := range rounds {
		c.round(all[round%len(all)])
	}
	t.Logf("%d rounds: %v", rounds, c.faults)
}

func (c *chaos) must(command *exec.Cmd) {
	c.Helper()
	out, err := command.CombinedOutput()
	require.NoError(c, err, "%v: %s", command.Args, out)
}

// round disturbs a chore in a new place up to three times, does it to its end, and compares what it leaves.
func (c *chaos) round(one *chore) {
	place := filepath.Join(c.TempDir(), one.name)
	faults := []func(*chore, string) string{c.kill, c.fill, c.twice, c.slow, c.stop, c.shift}
	var done []string
	for range 1 + c.random.IntN(3) {
		fault := faults[c.random.IntN(len(faults))](one, place)
		c.faults[fault]++
		done = append(done, fault)
		if left := one.leaves(c.T, place); left != nil {
			require.Equal(c, one.want, left, "%s after %v", one.name, done)
			if one.name == "prepare" {
				return // it is there, and is not written over
			}
		}
	}
	c.must(exec.Command(c.zoo, one.args(place)...))
	require.Equal(c, one.want, one.leaves(c.T, place), "%s after %v", one.name, done)
	c.cut(one, place)
}
