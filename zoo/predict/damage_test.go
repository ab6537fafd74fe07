package predict_test

import (
	"encoding/json"
	"errors"
	"flag"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
	"github.com/ctrzoo/ctrzoo/graph/offheap"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
	"github.com/ctrzoo/ctrzoo/zoo/internal/testrun"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
	"github.com/ctrzoo/ctrzoo/zoo/train"
	"github.com/stretchr/testify/require"
)

// tinyRun is a directory with one checkpoint of a few kilobytes.
func tinyRun(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "log.csv")
	require.NoError(t, os.WriteFile(path, []byte("y,a,x\n1,p,1\n0,q,2\n1,p,3\n0,r,4\n"), 0o600))
	described, err := schema.Parse([]byte("label: y\nfields: [{name: a}, {name: x, kind: numeric}]\n"))
	require.NoError(t, err)
	set, err := encode.Open(t.Context(), described, rawlog.Files{Train: []string{path}, Test: []string{path}}, encode.Options{})
	require.NoError(t, err)
	s := testrun.NewSaved(t)
	s.Run = train.Run{Encoding: set.Encoding, Model: zoo.DNN{EmbeddingDim: 2, HiddenUnits: []int{2}}, Train: set.Train, Test: set.Test, BatchSize: 2, Epochs: 1, Seed: 1}
	s.Checkpoints = train.Checkpoints{Keep: 1}
	dir := filepath.Join(t.TempDir(), "run")
	_, err = s.Train(dir, -1)
	require.NoError(t, err)
	return dir
}

// fingerprintOf is all that a loaded model can show.
func fingerprintOf(path string) (string, error) {
	saved, err := predict.Load(path)
	if err != nil {
		return "", err
	}
	defer saved.Free()
	report, err := saved.Inspect()
	if err != nil {
		return "", err
	}
	var text []byte
	for w := range saved.Weights.All() {
		text = append(append(text, w.Name...), offheap.Bytes(w.Values())...)
	}
	settings, err := checkpoint.ReadSettings(path)
	if err != nil {
		return "", err
	}
	parts, err := checkpoint.MeasureEncoding(saved.Encoding)
	return checkpoint.Hash(text) + checkpoint.Hash(testrun.Must(json.Marshal([]any{report, settings, parts, saved.History}))), err
}

var long = flag.Bool("long", false, "run the long forms of the tests")

// Every byte of every file changed in one bit, in the long form in each of them, and every file cut off
// at every place.
func TestNoDamageGoesUnnoticed(t *testing.T) {
	dir := tinyRun(t)
	whole, err := fingerprintOf(dir)
	require.NoError(t, err)
	var files []string
	require.NoError(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && e.Name() != "lock" {
			files = append(files, path)
		}
		return err
	}))
	require.Len(t, files, 6)
	random := rand.New(rand.NewPCG(1, 1))
	for _, path := range files {
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		failed, same := 0, 0
		try := func(damaged []byte) {
			require.NoError(t, os.WriteFile(path, damaged, 0o600))
			got, err := fingerprintOf(dir)
			if err == nil {
				require.Equal(t, whole, got, "%s loads, and is another", path)
				same++
				return
			}
			require.ErrorContains(t, err, filepath.Base(path))
			require.True(t, errors.Is(err, checkpoint.ErrDamaged) || errors.Is(err, checkpoint.ErrFormat), "%v", err)
			failed++
		}
		for i := range data {
			for bit := range 8 {
				if *long || bit == random.IntN(8) {
					damaged := slices.Clone(data)
					damaged[i] ^= 1 << bit
					try(damaged)
				}
			}
			try(data[:i])
		}
		require.NoError(t, os.Remove(path))
		_, err = fingerprintOf(dir)
		require.Error(t, err)
		require.NoError(t, os.WriteFile(path, data, 0o600))
		t.Logf("%s: of %d changes %d were found, %d changed nothing", filepath.Base(path), failed+same, failed, same)
		require.Greater(t, failed, 3*same)
	}
}

func TestAnotherFormatIsRefused(t *testing.T) {
	dir := tinyRun(t)
	testrun.EditSealed(t, filepath.Join(testrun.Latest(t, dir), "manifest.json"), map[string]any{"format": 2, "run": "not what it is now"})
	_, err := predict.Load(dir)
	require.ErrorIs(t, err, checkpoint.ErrFormat)
	require.ErrorContains(t, err, "it has format 2, this version reads 1")
}
