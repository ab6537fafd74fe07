package cmd

import (
	"bytes"
	"crypto/sha256"
	"flag"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
	"github.com/stretchr/testify/require"
)

var long = flag.Bool("long", false, "run the long forms of the tests")

// buildZoo builds the command and returns its path.
func buildZoo(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "zoo")
	out, err := exec.Command("go", "build", "-buildvcs=false", "-o", path, "./zoo").CombinedOutput()
	require.NoError(t, err, string(out))
	return path
}

// However often a run is killed, and at whatever instants, it goes on and ends with the bytes of a run
// that was left alone. The long form kills 100 times and logs what it hit:
//
//	go test ./cmd -run AKilledRun -long -v
func TestAKilledRunEndsWithTheSameBytes(t *testing.T) {
	kills := 6
	if *long {
		kills = 100
	}
	k := &killer{T: t, binary: buildZoo(t), random: rand.New(rand.NewPCG(9, 9)), hit: map[string]int{}}
	all := solvers.Entries()
	for run := 0; k.kills < kills; run++ {
		k.run(all[(run+2)%len(all)].Name, kills) // adamar first
	}
	t.Logf("%d kills in %d runs, of these %v", k.kills, k.runs, k.hit)
	if *long {
		require.Greater(t, k.hit["while a checkpoint was written"], 20)
	}
}

// killer runs the command and kills it.
type killer struct {
	*testing.T
	binary      string
	random      *rand.Rand
	kills, runs int
	hit         map[string]int // kills, by what was going on
}

// run trains twice: left alone, and killed until so many kills are done or it has come to its end.
func (k *killer) run(solver string, kills int) {
	straight, broken := filepath.Join(k.TempDir(), "run"), filepath.Join(k.TempDir(), "run")
	start := time.Now()
	out, err := k.command(straight, solver).Output()
	require.NoError(k, err)
	duration := time.Since(start)
	var records, stderr bytes.Buffer
	for ended := false; !ended; {
		command := k.command(broken, solver)
		command.Stdout, command.Stderr = &records, &stderr
		require.NoError(k, command.Start())
		if k.kills < kills {
			k.wait(broken, duration)
			require.NoError(k, command.Process.Kill())
		}
		err := command.Wait()
		if ended = command.ProcessState.Exited(); ended {
			require.NoError(k, err, stderr.String())
			continue
		}
		k.kills++
		k.hit[k.examine(broken)]++
	}
	k.runs++
	require.Equal(k, remains(k.T, straight), remains(k.T, broken), solver)
	require.Equal(k, byEpoch(k.T, string(out)), byEpoch(k.T, records.String()), solver)
}

// byEpoch returns the records of epochs. One that was printed, but not yet saved, is printed again.
func byEpoch(t *testing.T, out string) map[any]map[string]any {
	t.Helper()
	records := map[any]map[string]any{}
	for _, r := range withoutTimes(t, out) {
		if printed, again := records[r["epoch"]]; again {
			require.Equal(t, printed, r)
		}
		records[r["epoch"]] = r
	}
	return records
}

// command trains anew, or goes on where the directory holds a run.
func (k *killer) command(dir, solver string) *exec.Cmd {
	if _, err := os.Stat(filepath.Join(dir, "settings.json")); err == nil {
		return exec.Command(k.binary, "train", "--resume", dir, "--json")
	}
	return exec.Command(k.binary, smallRun("--out", dir, "--solver", solver, "--dropout", "0.3", "--checkpoint-every", "3")...)
}

// wait waits for an instant to kill at: one of the whole run, or, every other time, one soon after a
// file that is not finished has come up.
func (k *killer) wait(dir string, duration time.Duration) {
	if k.random.IntN(2) == 0 {
		time.Sleep(time.Duration(k.random.Int64N(int64(duration))))
		return
	}
	for end := time.Now().Add(duration); time.Now().Before(end); time.Sleep(100 * time.Microsecond) {
		if unfinished(dir) {
			time.Sleep(time.Duration(k.random.Int64N(int64(10 * time.Millisecond))))
			return
		}
	}
}

func unfinished(dir string) bool {
	left, _ := filepath.Glob(filepath.Join(dir, "*.tmp"))
	return len(left) > 0
}

// examine finds out what was going on at the kill, and that all checkpoints are whole.
func (k *killer) examine(dir string) string {
	names, err := filepath.Glob(filepath.Join(dir, "epoch-*[0-9]"))
	require.NoError(k, err)
	for _, name := range names {
		saved, err := predict.Load(name)
		require.NoError(k, err)
		saved.Free()
	}
	_, err = os.Stat(filepath.Join(dir, "settings.json"))
	switch {
	case unfinished(dir):
		return "while a checkpoint was written"
	case err != nil:
		return "before the directory was made"
	case len(names) == 0:
		return "before the first checkpoint"
	}
	return "between checkpoints"
}

// remains are the hashes of what a run leaves, and its history without times.
func remains(t *testing.T, dir string) map[string]any {
	t.Helper()
	all := map[string]any{}
	for _, pattern := range []string{"schema.yaml", "*.safetensors", "*/*.safetensors"} {
		paths, err := filepath.Glob(filepath.Join(dir, pattern))
		require.NoError(t, err)
		require.NotEmpty(t, paths, pattern)
		for _, path := range paths {
			data, err := os.ReadFile(path)
			require.NoError(t, err)
			all[strings.TrimPrefix(path, dir)] = sha256.Sum256(data)
		}
	}
	saved, err := predict.Load(dir)
	require.NoError(t, err)
	defer saved.Free()
	for i := range saved.History {
		saved.History[i].Seconds = 0
	}
	all["history"] = saved.History
	return all
}
