package zoo

import (
	"errors"
	"flag"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
	"github.com/ctrzoo/ctrzoo/graph/offheap"
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
	s := newSavedRun(t)
	s.run = Run{Model: DNN{EmbeddingDim: 2, HiddenUnits: []int{2}}, Train: set.Train, Test: set.Test, BatchSize: 2, Epochs: 1, Seed: 1}
	s.checkpoints = Checkpoints{Encoding: set.Encoding, Keep: 1}
	dir := filepath.Join(t.TempDir(), "run")
	_, err = s.train(dir, -1)
	require.NoError(t, err)
	return dir
}

// fingerprintOf is all that a loaded model can show.
func fingerprintOf(path string) (string, error) {
	saved, err := Load(path)
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
	settings, err := ReadSettings(path)
	if err != nil {
		return "", err
	}
	parts, err := measureEncoding(saved.Encoding)
	return hash(text) + hash(must(jsonOf(report, settings, parts, saved.History))), err
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
			require.True(t, errors.Is(err, ErrDamaged) || errors.Is(err, ErrFormat), "%v", err)
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
	names, err := checkpoints(dir)
	require.NoError(t, err)
	path := filepath.Join(dir, names[0], manifestFile)
	var content map[string]any
	require.NoError(t, readSealed(path, &content))
	content["format"], content["run"] = 2, "not what it is now"
	require.NoError(t, writeSealed(path, content))
	_, err = Load(dir)
	require.ErrorIs(t, err, ErrFormat)
	require.ErrorContains(t, err, "it has format 2, this version reads 1")
}

func FuzzManifest(f *testing.F) {
	valid := must(jsonOf(manifest{Format: format, Run: identity{Model: modelRecord{"zoo.DNN", []byte(`{"EmbeddingDim":4}`)}}, History: []epochRecord{{TrainLoss: 1}}}))
	f.Add(valid, true)
	f.Add([]byte(`{"format":1,"history":[{"train_loss":"NaN","test":{"auc":"+Inf"}}],"parts":{"../x":{"bytes":-1}}}`), true)
	f.Add([]byte(`{"sha256":"","content":{"format":1}}`), false)
	f.Add([]byte(`{"format":1,"run":{"model":{"type":"zoo.WuKong","settings":[1]}}}`), true)
	f.Fuzz(func(t *testing.T, text []byte, seal bool) {
		if seal {
			sealedText, err := jsonOf(sealed{hash(text), text})
			if err != nil {
				t.Skip("not JSON")
			}
			text = sealedText
		}
		var m manifest
		if unseal(text, &m) != nil {
			return
		}
		_ = bestCheckpoint(ValidAUC, epochsOf(m.History))
		if model, err := m.Run.Model.model(nil); err == nil && model == nil {
			t.Error("no model and no error")
		}
		again, err := jsonOf(m)
		if err != nil {
			t.Fatal(err)
		}
		var second manifest
		if err := unseal(must(jsonOf(sealed{hash(again), again})), &second); err != nil {
			t.Fatalf("what was read cannot be written and read: %v", err)
		}
	})
}

func TestSchemasSurviveBeingWritten(t *testing.T) {
	for _, text := range []string{
		`{"label":"yes","delimiter":"\t","columns":["yes","1","a: b"],"fields":[{"name":"1"},{"name":"a: b"},{"name":"- x"},{"name":"ü\n\"'#"}]}`,
		`{"label":"y","fields":[{"name":"t","derive":"hour","layout":"2006-01-02T15:04:05Z07:00"},{"name":"null","kind":"list","length":3,"separator":" ","pooling":"sum"},{"name":"~","kind":"numeric","scale":"log"}]}`,
		`{"label":"y","fields":[{"name":" a "},{"name":"true"},{"name":"0x10"},{"name":"1e3"},{"name":"2020-01-01"},{"name":"{a}"},{"name":"*a"},{"name":"&b"},{"name":"!c"},{"name":"%d"},{"name":"@e"},{"name":"a #b"},{"name":"|"},{"name":">"}]}`,
	} {
		described, err := schema.Parse([]byte(text))
		require.NoError(t, err)
		files, err := encodingFiles(&datasets.Encoding{Schema: described, Vocabularies: make([]*datasets.Vocabulary, len(described.Fields)), Scales: make([]datasets.Scale, len(described.Fields))})
		require.NoError(t, err)
		require.NoError(t, files[schemaFile](io.Discard))
	}
}
