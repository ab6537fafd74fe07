package delta_test

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets/schema"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
	"github.com/ctrzoo/ctrzoo/zoo/delta"
	"github.com/ctrzoo/ctrzoo/zoo/internal/testrun"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
	"github.com/ctrzoo/ctrzoo/zoo/stream"
	"github.com/ctrzoo/ctrzoo/zoo/train"
	"github.com/stretchr/testify/require"
)

// everyKind has each kind of field; the values of brand wait until they have occurred three times.
const everyKind = `
label: click
fields:
  - {name: user}
  - {name: price, kind: numeric}
  - {name: "b/rand", min_count: 3}
  - {name: tags, kind: list, length: 2, separator: "|", shares: user}
  - {name: site, hash: 7}
`

// writeDay writes a log whose values are numbers in [from, from+60).
func writeDay(t testing.TB, seed uint64, from int) string {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 1))
	value := func() string { return fmt.Sprint("v", from+rng.IntN(60)) }
	var text strings.Builder
	text.WriteString("click,user,price,b/rand,tags,site\n")
	for range 600 {
		fmt.Fprintf(&text, "%d,%s,%.2f,r%d,%s|%s,%s\n", rng.IntN(2), value(), rng.Float64(), rng.IntN(500), value(), value(), value())
	}
	path := filepath.Join(t.TempDir(), "day.csv")
	require.NoError(t, os.WriteFile(path, []byte(text.String()), 0o600))
	return path
}

// trainDays trains a stream of days, half of whose values are new each day, and returns the paths of their runs.
func trainDays(t testing.TB, n int) (paths []string) {
	t.Helper()
	described, err := schema.Parse([]byte(everyKind))
	require.NoError(t, err)
	dir := filepath.Join(t.TempDir(), "stream")
	s, err := stream.Open(dir, stream.Options{
		Schema: described, Keep: n,
		Run:       train.Run{Model: zoo.WDL{EmbeddingDim: 4, HiddenUnits: []int{8}}, BatchSize: 5, Seed: 3},
		NewSolver: func(int) (solvers.Solver, error) { return solvers.NewAdamAR(solvers.WithAlpha(0.02)) },
	})
	require.NoError(t, err)
	defer s.Close()
	for i := range n {
		name := fmt.Sprint("day-", i)
		_, err := s.Train(t.Context(), stream.Day{Name: name, Files: []string{writeDay(t, uint64(i), 30*i)}})
		require.NoError(t, err)
		paths = append(paths, filepath.Join(dir, "days", name))
	}
	return paths
}

// saved returns the files of what predict.Trained.Save writes of a checkpoint.
func saved(t *testing.T, path string) map[string]string {
	t.Helper()
	m, err := predict.Load(path)
	require.NoError(t, err)
	defer m.Free()
	dir := filepath.Join(t.TempDir(), "saved")
	require.NoError(t, m.Save(dir))
	return filesOf(t, dir)
}

// filesOf returns the contents of all files of a directory.
func filesOf(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	require.NoError(t, fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(dir, path))
		files[path] = string(data)
		return err
	}))
	return files
}

// applied makes a delta and applies it, and returns the directory of the result.
func applied(t *testing.T, from, to, base string) (dir string, report *delta.Report) {
	t.Helper()
	file, dir := filepath.Join(t.TempDir(), "delta"), filepath.Join(t.TempDir(), "result")
	made, err := delta.Make(from, to, file)
	require.NoError(t, err)
	report, err = delta.Apply(file, base, dir)
	require.NoError(t, err)
	require.Equal(t, made, report)
	return dir, report
}

func TestADeltaLeadsToTheBytesOfAFullSave(t *testing.T) {
	days := trainDays(t, 5)
	want := make([]map[string]string, len(days))
	for i, path := range days {
		want[i] = saved(t, path)
	}
	base, _ := applied(t, "", days[0], "")
	require.Equal(t, want[0], filesOf(t, base), "a snapshot starts from nothing")
	for i := 1; i < len(days); i++ { // each applied to what the one before has made
		var report *delta.Report
		base, report = applied(t, days[i-1], days[i], base)
		require.Equal(t, want[i], filesOf(t, base), "day %d", i)
		require.Positive(t, report.Fields[1].New, "values that had waited")
		require.Equal(t, report.DenseWeights, report.DenseChanged)
	}
	for _, pair := range [][2]int{{0, 4}, {4, 1}, {2, 2}} {
		dir, report := applied(t, days[pair[0]], days[pair[1]], days[pair[0]])
		require.Equal(t, want[pair[1]], filesOf(t, dir), "%v", pair)
		if pair[0] == pair[1] {
			require.Zero(t, report.DenseChanged+report.Tables[0].Live+report.Tables[0].Dead)
			require.Less(t, report.Bytes, int64(5000))
		}
	}
}

// The rows of a delta are counted again by hand.
func TestADeltaHasTheRowsThatChanged(t *testing.T) {
	days := trainDays(t, 5)
	_, report := applied(t, days[3], days[4], days[3])
	before, err := predict.Load(days[3])
	require.NoError(t, err)
	defer before.Free()
	now, err := predict.Load(days[4])
	require.NoError(t, err)
	defer now.Free()
	left := 0
	for i, name := range []string{"deep/table", "wide/table"} {
		a, b := rowsByPlace(t, before, name), rowsByPlace(t, now, name)
		live, dead := 0, 0
		for place, row := range b {
			was, had := a[place]
			zero := make([]float32, len(row))
			switch {
			case had && fmt.Sprint(was) == fmt.Sprint(row), !had && fmt.Sprint(row) == fmt.Sprint(zero):
			case fmt.Sprint(row) == fmt.Sprint(zero):
				dead++
			default:
				live++
			}
		}
		require.Equal(t, delta.Rows{Table: name, Rows: len(b), Live: live, Dead: dead}, report.Tables[i])
		left += dead
	}
	require.Positive(t, left)
	require.Positive(t, report.Fields[0].Left, "values were evicted")
}

// rowsByPlace returns the rows of a table by field and id.
func rowsByPlace(t *testing.T, m *predict.Trained, table string) map[string][]float32 {
	t.Helper()
	rows := map[string][]float32{}
	for _, f := range []string{"user", "b/rand", "site"} {
		list, err := m.Rows(table, f)
		require.NoError(t, err)
		for r := range list {
			rows[fmt.Sprint(f, " ", r.ID)] = append([]float32(nil), r.Vector...)
		}
	}
	return rows
}

// A model of ids only has no vocabularies.
func TestADeltaOfAModelWithoutEncoding(t *testing.T) {
	s := testrun.NewSaved(t)
	s.Run.Encoding = nil
	s.Checkpoints.Keep = 3
	dir := filepath.Join(t.TempDir(), "run")
	_, err := s.Train(dir, -1)
	require.NoError(t, err)
	first, last := filepath.Join(dir, checkpoint.After(1)), filepath.Join(dir, checkpoint.After(3))
	result, report := applied(t, first, last, first)
	require.Equal(t, saved(t, last), filesOf(t, result))
	require.Empty(t, report.Fields)
}

func TestBadInputIsNamedAndLeavesNothing(t *testing.T) {
	days := trainDays(t, 2)
	folder := t.TempDir()
	in := func(name string) string { return filepath.Join(folder, name) }
	_, err := delta.Make(days[0], days[1], in("delta"))
	require.NoError(t, err)
	_, err = delta.Make("", days[1], in("snapshot"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(in("text"), []byte("no delta"), 0o600))
	before := len(filesOf(t, folder))

	for want, attempt := range map[string]struct {
		file, from, out string
		wraps           error
	}{
		"starts from another model: it starts from one": {in("delta"), days[1], in("new"), delta.ErrParent},
		"and none was given":                            {in("delta"), "", in("new"), delta.ErrParent},
		"it is a snapshot":                              {in("snapshot"), days[0], in("new"), delta.ErrParent},
		"text: file already exists":                     {in("delta"), days[0], in("text"), fs.ErrExist},
		"text is damaged":                               {in("text"), days[0], in("new"), checkpoint.ErrDamaged},
		"nowhere":                                       {in("nowhere"), days[0], in("new"), fs.ErrNotExist},
		"no-run":                                        {in("delta"), in("no-run"), in("new"), fs.ErrNotExist},
	} {
		_, err := delta.Apply(attempt.file, attempt.from, attempt.out)
		require.ErrorContains(t, err, want)
		require.ErrorIs(t, err, attempt.wraps)
	}
	_, err = delta.Make(days[0], days[1], in("delta"))
	require.ErrorIs(t, err, fs.ErrExist)
	other := testrun.TrainMixed(t, nil)
	_, err = delta.Make(days[0], other, in("new"))
	require.ErrorIs(t, err, checkpoint.ErrMismatch)
	require.ErrorContains(t, err, "model: the first has")
	require.Len(t, filesOf(t, folder), before, "nothing is left")
}

// Whatever byte of a delta changes, nothing is made of it, or what it leads to.
func TestADamagedDeltaIsRefused(t *testing.T) {
	days := trainDays(t, 2)
	folder := t.TempDir()
	file := filepath.Join(folder, "delta")
	_, err := delta.Make(days[0], days[1], file)
	require.NoError(t, err)
	whole, err := os.ReadFile(file)
	require.NoError(t, err)
	want := saved(t, days[1])
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range 300 {
		data := append([]byte(nil), whole...)
		at := rng.IntN(len(data))
		if i%3 == 0 { // the header is a small part of the file
			at = rng.IntN(1500)
		}
		if i%10 == 9 {
			data = data[:at]
		} else {
			data[at] ^= byte(1 << rng.IntN(8))
		}
		require.NoError(t, os.WriteFile(file, data, 0o600))
		out := filepath.Join(folder, fmt.Sprint("out", i))
		if _, err = delta.Apply(file, days[0], out); err == nil {
			require.Equal(t, want, filesOf(t, out), "byte %d", at)
			require.NoError(t, os.RemoveAll(out))
			continue
		}
		require.ErrorIs(t, err, checkpoint.ErrDamaged, "byte %d", at)
	}
	require.Len(t, filesOf(t, folder), 1)
}
