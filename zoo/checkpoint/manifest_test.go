package checkpoint

import (
	"encoding/json"
	"io"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
	"github.com/ctrzoo/ctrzoo/internal/fuzzing"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
	"github.com/stretchr/testify/require"
)

// A manifest that is read can be written and read again.
func FuzzManifest(f *testing.F) {
	valid, err := json.Marshal(Manifest{Format: format, Run: Identity{Model: ModelRecord{"zoo.DNN", []byte(`{"EmbeddingDim":4}`)}}, History: []metrics.Epoch{{TrainLoss: 1}}})
	require.NoError(f, err)
	f.Add(valid, true)
	f.Add([]byte(`{"format":1,"history":[{"train_loss":"NaN","test":{"auc":"+Inf"}}],"parts":{"../x":{"bytes":-1}}}`), true)
	f.Add([]byte(`{"sha256":"","content":{"format":1}}`), false)
	f.Add([]byte(`{"format":1,"run":{"model":{"type":"zoo.WuKong","settings":[1]}}}`), true)
	fuzzing.Fuzz(f, func(t *testing.T, text []byte, seal bool) {
		if seal {
			sealedText, err := json.Marshal(sealed{Hash(text), text})
			if err != nil {
				return // it is not JSON
			}
			text = sealedText
		}
		var m Manifest
		if unseal(text, &m) != nil {
			return
		}
		_ = Best(metrics.ValidAUC, m.History, metrics.Default())
		again, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		text, err = json.Marshal(sealed{Hash(again), again})
		if err != nil {
			t.Fatal(err)
		}
		var second Manifest
		if err := unseal(text, &second); err != nil {
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
