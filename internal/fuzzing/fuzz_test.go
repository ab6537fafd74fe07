package fuzzing

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzPlanted fails on texts that have a key of the seed with a number beyond 32 bits.
func FuzzPlanted(f *testing.F) {
	f.Add("rows=7;name=x", []byte("\xff\x00"), true)
	Fuzz(f, func(t *testing.T, text string, _ []byte, asked bool) {
		for part := range strings.SplitSeq(text, ";") {
			if value, found := strings.CutPrefix(part, "rows="); found && asked {
				n, err := strconv.Atoi(value)
				require.False(t, err == nil && n > 1<<32, "%q", text)
			}
		}
	})
}

// runPlanted runs FuzzPlanted in a folder, with a number of executions or, "", as go test does.
func runPlanted(t *testing.T, dir, executions string) (out string, err error) {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run", "^FuzzPlanted$")
	child.Dir = dir
	if child.Env = os.Environ(); executions != "" {
		child.Env = append(child.Env, Executions+"="+executions)
	}
	text, err := child.CombinedOutput()
	return string(text), err
}

func TestAFailureIsKeptAsATest(t *testing.T) {
	dir := t.TempDir()
	out, err := runPlanted(t, dir, "")
	require.NoError(t, err, out)
	first, err := runPlanted(t, dir, "1000000")
	require.Error(t, err)
	require.Regexp(t, `FuzzPlanted: execution [0-9]+ of seed 1 fails or skips: testdata/fuzz/FuzzPlanted/[0-9a-f]{16}`, first)
	kept, err := filepath.Glob(filepath.Join(dir, "testdata", "fuzz", "FuzzPlanted", "*"))
	require.NoError(t, err)
	require.Len(t, kept, 1)
	out, err = runPlanted(t, dir, "")
	require.Error(t, err)
	require.Contains(t, out, "FuzzPlanted/"+filepath.Base(kept[0]))
	// The same seed finds the same.
	again, err := runPlanted(t, t.TempDir(), "1000000")
	require.Error(t, err)
	require.Equal(t, lineWith(first, "of seed"), lineWith(again, "of seed"))
}

func lineWith(text, part string) string {
	for line := range strings.Lines(text) {
		if strings.Contains(line, part) {
			return line
		}
	}
	return ""
}

func TestEachExecutionIsCounted(t *testing.T) {
	out, err := runPlanted(t, t.TempDir(), "100")
	require.NoError(t, err, out)
	require.Contains(t, out, "FuzzPlanted: 100 executions in ")
	out, err = runPlanted(t, t.TempDir(), "many")
	require.Error(t, err)
	require.Contains(t, out, "CTRZOO_EXECUTIONS=many is no number")
}

func TestMutationsOfAnything(t *testing.T) {
	for _, seed := range []input{{""}, {[]byte(nil)}, {"a"}, {strings.Repeat("1", 3000)}, {uint16(9), false, int64(-1)}} {
		p := newPool([]input{seed}, rand.New(rand.NewPCG(1, 0)))
		different := map[string]bool{}
		for i := range 10000 {
			in := p.next()
			require.Len(t, in, len(seed))
			different[in.text()] = true
			require.LessOrEqual(t, len(bytesOf(in[0])), max(1<<10, 2*len(bytesOf(seed[0]))))
			p.ran(in, float64(i/1000)/10)
		}
		require.Len(t, p.kept, 10)
		require.Greater(t, len(different), 500)
	}
}
