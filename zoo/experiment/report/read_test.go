package report

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
	"github.com/stretchr/testify/require"
)

func TestReadTakesTheOutputOfTrain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "two.json")
	require.NoError(t, os.WriteFile(path, []byte(`{"model":"dnn","solver":"adam","epoch":1,"train_loss":0.7,"valid_auc":0.8,"valid_logloss":0.3,"seconds":2}
{"model":"dnn","solver":"adam","epoch":2,"train_loss":0.65,"valid_auc":0.6,"seconds":1}
{"model":"dnn","solver":"adam","epoch":2,"train_loss":0.6,"valid_auc":0.7,"valid_logloss":0.4,"seconds":3}
{"model":"dnn","solver":"adam","best_epoch":1,"valid_auc":0.8,"test_auc":0.75,"test_logloss":0.35,"test_calibration":1.1}
{"model":"dnn","solver":"adamar","epoch":1,"train_loss":0.7,"valid_auc":null}
`), 0o600))
	s, err := Read(path)
	require.NoError(t, err)
	require.Len(t, s.Records(), 2)
	tables := Summarize(s)
	require.Equal(t, "Runs: two", tables[0].Name())
	require.Equal(t, "validation", tables[0].Part(), "the test part was measured once")
	adam := tables[0].Cell("adam", "dnn")
	require.Equal(t, []float64{0.8, 0.7}, adam.Mean)
	require.Equal(t, []string{"1", "0.8000", "0.3000", "0.7500", "0.3500", "1.100"}, adam.bestFigures())
	require.Equal(t, 5.0, adam.Runs[0].Seconds)
	var text bytes.Buffer
	require.NoError(t, WriteMarkdown(&text, tables))
	require.Contains(t, text.String(), "| adamar | - |  |")
	require.NoError(t, Write(t.TempDir(), tables))
}

func TestWhatIsNoRecordIsAnError(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"empty": "", "words.txt": "some words\n", "other.json": `{"model":"dnn"}`, "log.csv": "click,site\n1,a\n",
		"best.json": `{"model":"dnn","solver":"adam","best_epoch":1,"test_auc":0.75}`,
	} {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		_, err := Read(path)
		require.ErrorIs(t, err, ErrNoRecords, name)
		require.ErrorContains(t, err, path)
	}
	_, err := Read(dir)
	require.ErrorIs(t, err, checkpoint.ErrNoCheckpoint)
	require.Equal(t, 1, strings.Count(err.Error(), dir), err.Error())
	_, err = Read(filepath.Join(dir, "nothing"))
	require.ErrorIs(t, err, os.ErrNotExist)
}
