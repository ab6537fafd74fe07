package cmd

import (
	"bytes"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The networks between the ranks of one machine: shared memory, and TCP over loopback.
var (
	sharedMemory = []string{"--mca", "btl", "self,vader"}
	loopback     = []string{"--mca", "btl", "self,tcp", "--mca", "btl_tcp_if_include", "lo"}
)

// buildForMPI builds the command with the binding and returns its path; where there is no Open MPI the test
// is skipped.
func buildForMPI(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("mpirun"); err != nil {
		t.Skip("mpirun is not installed: ", err)
	}
	if err := exec.Command("pkg-config", "--exists", "ompi").Run(); err != nil {
		t.Skip("the headers of Open MPI are not installed (pkg-config ompi): ", err)
	}
	path := filepath.Join(t.TempDir(), "zoo-mpi")
	build := exec.Command("go", "build", "-tags", "mpi", "-o", path, "./zoo")
	build.Env = append(os.Environ(), "CGO_ENABLED=1")
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))
	return path
}

// mpirun is the command that runs a binary as several ranks.
func mpirun(ranks int, network []string, binary string, args ...string) *exec.Cmd {
	all := append([]string{"-np", strconv.Itoa(ranks), "--oversubscribe", "--bind-to", "none"}, network...)
	c := exec.Command("mpirun", append(append(all, binary), args...)...)
	c.Env = append(os.Environ(), "OMPI_ALLOW_RUN_AS_ROOT=1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1")
	return c
}

// outputOf runs a command that must succeed.
func outputOf(t *testing.T, c *exec.Cmd) string {
	t.Helper()
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.Output()
	require.NoError(t, err, stderr.String())
	return string(out)
}

func TestRanksUnderMPI(t *testing.T) {
	binary := buildForMPI(t)
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	small := func(more ...string) []string {
		return smallRun(append([]string{"--dropout", "0.3", "--check-ranks", "3"}, more...)...)
	}

	t.Run("one rank is one process", func(t *testing.T) {
		plain := outputOf(t, exec.Command(buildZoo(t), small("--out", in("plain"))...))
		got := outputOf(t, mpirun(1, sharedMemory, binary, small("--out", in("one"))...))
		require.Equal(t, withoutTimes(t, plain), withoutTimes(t, got))
		require.Equal(t, remains(t, in("plain")), remains(t, in("one")))
	})
	t.Run("networks do not matter", func(t *testing.T) {
		for _, ranks := range []string{"2", "4"} {
			n, err := strconv.Atoi(ranks)
			require.NoError(t, err)
			memory := outputOf(t, mpirun(n, sharedMemory, binary, small("--out", in("memory"+ranks))...))
			tcp := outputOf(t, mpirun(n, loopback, binary, small("--out", in("tcp"+ranks))...))
			require.Equal(t, 2, strings.Count(memory, "\n"), "only rank 0 prints")
			require.Equal(t, withoutTimes(t, memory), withoutTimes(t, tcp))
			require.Equal(t, remains(t, in("memory"+ranks)), remains(t, in("tcp"+ranks)))
			outputOf(t, mpirun(n, loopback, binary, small("--shard-tables", "--out", in("sharded"+ranks))...))
			require.Equal(t, finalWeights(t, in("memory"+ranks)), finalWeights(t, in("sharded"+ranks)), "sharded tables are replicated ones")
			within := outputOf(t, exec.Command(binary, small("--replicas", ranks, "--out", in("within"+ranks))...))
			require.Equal(t, withoutTimes(t, memory), withoutTimes(t, within), "ranks of one process are those of several")
			require.Equal(t, finalWeights(t, in("memory"+ranks)), finalWeights(t, in("within"+ranks)))
		}
	})
	t.Run("an error is printed once", func(t *testing.T) {
		for want, args := range map[string][]string{
			"zoo: --batch-size must be a multiple of the 2 ranks, got 101\n":                               small("--batch-size", "101"),
			"zoo: --replicas 2 is for one process, and mpirun has started 2: give it more ranks instead\n": small("--replicas", "2"),
			"zoo: datasets: open /nowhere: no such file or directory\n":                                    {"train", "--data", "avazu", "--train", "/nowhere"},
			"zoo: evaluate is for one process, and was started as 2 ranks\n":                               {"evaluate", "--from", in("one")},
			"zoo: unknown flag: --speed; did you mean --seed?\n":                                           {"train", "--speed", "3"},
		} {
			out, err := mpirun(2, sharedMemory, binary, args...).CombinedOutput()
			require.Error(t, err)
			require.Equal(t, 1, strings.Count(string(out), want), "%s", out)
		}
	})
	t.Run("ranks that start otherwise", func(t *testing.T) { unlikeRanks(t, binary) })
	t.Run("a stream", func(t *testing.T) { streamUnderMPI(t, binary) })
	t.Run("a rank is killed", func(t *testing.T) { killRank(t, binary, in("straight"), in("killed")) })
}

// unlikeRanks starts jobs one of whose two ranks is something else. Each ends in seconds on both, with the reason. Those that
// MPI ends by itself, and those for which ranks wait, are in the long form.
func unlikeRanks(t *testing.T, binary string) {
	type job struct {
		second []string
		want   string
	}
	run := smallRun()
	alike := append([]string{binary}, run...)
	same := "give all ranks the same command line"
	jobs := map[string]job{
		"another command":   {[]string{binary, "predict", "--from", "x"}, same},
		"an unknown kernel": {append([]string{"env", "CTRZOO_KERNEL=sse9"}, alike...), "CTRZOO_KERNEL=sse9"},
	}
	if *long {
		maps.Copy(jobs, map[string]job{
			"no command":      {[]string{binary}, same},
			"help":            {[]string{binary, "train", "--help"}, same},
			"a flag more":     {append(slices.Clone(alike), "--seed", "2"), same},
			"an unknown flag": {[]string{binary, "train", "--speed", "3"}, same},
			"another folder":  {append([]string{"env", "-C", "/", binary}, smallRun("--out", "x")...), same},
			"no program":      {[]string{"/nowhere/zoo"}, "/nowhere/zoo"},
			"one that fails":  {[]string{"false"}, "non-zero"},
			"without MPI":     {append([]string{buildZoo(t)}, run...), "built without MPI"},
			"one that ends":   {[]string{"true"}, "not all ranks have started"},
			"one that sleeps": {[]string{"sleep", "600"}, "not all ranks have started"},
		})
	}
	for name, j := range jobs {
		for _, second := range []bool{true, false} { // which of the two is the other one
			first, last := alike, j.second
			if !second {
				first, last = last, first
			}
			c := mpirun(1, sharedMemory, first[0], append(append(append(first[1:len(first):len(first)], ":"), "-np", "1"), last...)...)
			start := time.Now()
			out, err := c.CombinedOutput()
			require.Error(t, err, "%s: %s", name, out)
			require.Less(t, time.Since(start), 40*time.Second, name)
			require.Contains(t, string(out), j.want, name)
		}
	}
}

// streamUnderMPI trains days with tables on every rank, and spread over them in a job that is killed and goes on.
func streamUnderMPI(t *testing.T, binary string) {
	_, args := drifting(t, "4", "3000")
	args = append(args, "--check-ranks", "30", "--checkpoint-every", "20")
	whole, killed := filepath.Join(t.TempDir(), "whole"), filepath.Join(t.TempDir(), "killed")
	table := outputOf(t, mpirun(2, sharedMemory, binary, append(args, "--out", whole)...))
	require.Equal(t, 5, strings.Count(table, "\n"), "only rank 0 prints")
	args = append(args, "--shard-tables", "--out", killed)
	job := mpirun(2, loopback, binary, args...)
	require.NoError(t, job.Start())
	require.Eventually(t, func() bool {
		found, err := filepath.Glob(filepath.Join(killed, "days", "*-02", "epoch-*[0-9]"))
		return err == nil && len(found) > 0
	}, 30*time.Second, time.Millisecond)
	ranks := childrenOf(t, job.Process.Pid)
	require.Len(t, ranks, 2)
	require.NoError(t, syscall.Kill(ranks[1], syscall.SIGKILL))
	require.Error(t, job.Wait())
	outputOf(t, mpirun(2, sharedMemory, binary, args...))
	require.Equal(t, publishedBytes(t, whole), publishedBytes(t, killed))
	out, err := mpirun(2, sharedMemory, binary, append(args, "--batch-size", "51")...).CombinedOutput()
	require.Error(t, err)
	require.Equal(t, 1, strings.Count(string(out), "batches of 51 samples cannot be divided between 2 ranks"), "%s", out)
}

// killRank kills a rank in the middle of its job: the job ends and leaves no process, and goes on to the bytes of
// one that was left alone.
func killRank(t *testing.T, binary, straight, killed string) {
	args := smallRun("--rows", "60000", "--checkpoint-every", "20")
	outputOf(t, mpirun(2, sharedMemory, binary, append(args, "--out", straight)...))
	job := mpirun(2, sharedMemory, binary, append(args, "--out", killed)...)
	job.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	require.NoError(t, job.Start())
	var ranks []int
	require.Eventually(t, func() bool {
		found, err := filepath.Glob(filepath.Join(killed, "epoch-*[0-9]"))
		ranks = childrenOf(t, job.Process.Pid)
		return err == nil && len(found) > 0 && len(ranks) == 2
	}, 20*time.Second, time.Millisecond)
	require.NoError(t, syscall.Kill(ranks[1], syscall.SIGKILL))
	require.Error(t, job.Wait())
	for _, pid := range ranks {
		require.Eventually(t, func() bool { return stateOf(pid) == "" || stateOf(pid) == "Z" }, 10*time.Second, 10*time.Millisecond)
	}
	outputOf(t, mpirun(2, sharedMemory, binary, "train", "--resume", killed, "--json"))
	require.Equal(t, remains(t, straight), remains(t, killed))
}

// childrenOf are the processes that a process has started.
func childrenOf(t *testing.T, pid int) (children []int) {
	t.Helper()
	lists, err := filepath.Glob(filepath.Join("/proc", strconv.Itoa(pid), "task", "*", "children"))
	require.NoError(t, err)
	for _, list := range lists {
		text, _ := os.ReadFile(list) // a thread may have ended
		for _, word := range strings.Fields(string(text)) {
			child, err := strconv.Atoi(word)
			require.NoError(t, err)
			children = append(children, child)
		}
	}
	return children
}

// stateOf is the state of a process: a letter, "" if it is gone.
func stateOf(pid int) string {
	stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return ""
	}
	_, after, _ := strings.Cut(string(stat), ") ")
	return after[:1]
}

// A program without the binding does not train twice, once on each rank.
func TestAPlainBuildRefusesToBeARank(t *testing.T) {
	binary := buildZoo(t)
	rank := exec.Command(binary, smallRun()...)
	rank.Env = append(os.Environ(), "OMPI_COMM_WORLD_SIZE=2", "OMPI_COMM_WORLD_RANK=1")
	out, err := rank.CombinedOutput()
	exit := &exec.ExitError{}
	require.ErrorAs(t, err, &exit)
	require.Equal(t, 1, exit.ExitCode())
	require.Equal(t, "zoo: rank 1 of 2: this program was built without MPI, and cannot be one of several ranks; build it with: CGO_ENABLED=1 go build -tags mpi ./cmd/zoo\n", string(out))
	rank = exec.Command(binary, "models")
	rank.Env = append(os.Environ(), "OMPI_COMM_WORLD_SIZE=1", "OMPI_COMM_WORLD_RANK=0")
	require.NoError(t, rank.Run(), "one rank is one process")
}
