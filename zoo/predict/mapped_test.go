package predict_test

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
	"github.com/ctrzoo/ctrzoo/zoo/internal/testrun"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
	"github.com/stretchr/testify/require"
)

func predictions(t *testing.T, m *predict.Trained, b *datasets.Batch) []float32 {
	t.Helper()
	p, err := m.Predictor()
	require.NoError(t, err)
	out := make([]float32, b.Rows)
	require.NoError(t, p.Predict(out, b))
	return out
}

// A mapped model predicts the same bits, also after its run is gone.
func TestAMappedModelPredictsTheSame(t *testing.T) {
	testrun.ForEveryModel(t, zoo.Settings{}, func(t *testing.T, _ string, m zoo.Model) {
		dir := testrun.TrainMixed(t, m)
		batch := batchOf(t, testrun.Mixed(t).Test)
		loaded, err := predict.Load(dir)
		require.NoError(t, err)
		defer loaded.Free()
		want := predictions(t, loaded, batch)
		mapped, err := predict.Map(dir)
		require.NoError(t, err)
		defer mapped.Free()
		require.NoError(t, os.RemoveAll(dir))
		require.Equal(t, want, predictions(t, mapped, batch))
		require.NoError(t, mapped.Verify(t.Context()))
		require.NoError(t, loaded.Verify(t.Context()))
	})
}

func TestVerifyFindsDamage(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("nothing stays mapped there")
	}
	dir := tinyRun(t)
	path := filepath.Join(testrun.Latest(t, dir), "weights.safetensors")
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	for at := len(whole) - 8; at < len(whole); at++ {
		damaged := append([]byte{}, whole...)
		damaged[at] ^= 1
		require.NoError(t, os.WriteFile(path, damaged, 0o600))
		m, err := predict.Map(dir)
		require.NoError(t, err, "the weights are not looked at")
		require.ErrorIs(t, m.Verify(t.Context()), checkpoint.ErrDamaged)
		m.Free()
	}
	for _, n := range []int{0, 4, len(whole) - 1} {
		require.NoError(t, os.WriteFile(path, whole[:n], 0o600))
		_, err := predict.Map(dir)
		require.ErrorIs(t, err, checkpoint.ErrDamaged)
	}
	require.NoError(t, os.Remove(path))
	require.NoError(t, os.Mkdir(path, 0o700))
	_, err = predict.Map(dir)
	require.ErrorContains(t, err, "no regular file")
}

func TestVerifyEndsWithItsContext(t *testing.T) {
	m, err := predict.Map(tinyRun(t))
	require.NoError(t, err)
	defer m.Free()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if runtime.GOOS != "windows" {
		require.ErrorIs(t, m.Verify(ctx), context.Canceled)
	}
}
