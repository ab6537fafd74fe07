package serve

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
	"github.com/ctrzoo/ctrzoo/zoo/internal/testrun"
	"github.com/stretchr/testify/require"
)

// damage changes a bit of the weights of a checkpoint.
func damage(t *testing.T, dir, name string) {
	t.Helper()
	path := filepath.Join(dir, name, "weights.safetensors")
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	data[len(data)-1] ^= 1
	require.NoError(t, os.Remove(path)) // who has mapped it keeps it
	require.NoError(t, os.WriteFile(path, data, 0o600))
}

func TestTheFirstVersionServesWhileItIsChecked(t *testing.T) {
	s := newServer(t, run(t, testrun.NewMixed(t)), Options{Verify: VerifyBackground})
	ask(t, s, fourth)
	require.Eventually(t, func() bool { return !s.Models()[0].Unchecked }, 10*time.Second, time.Millisecond)
	require.True(t, s.Ready())
}

func TestADamagedFirstVersionIsWithdrawn(t *testing.T) {
	dir := run(t, testrun.NewMixed(t))
	damage(t, dir, fourth)
	require.ErrorIs(t, New(Options{}).Add("ads", dir), checkpoint.ErrDamaged, "checked in full, it never serves")

	s := newServer(t, dir, Options{Verify: VerifyBackground})
	require.Eventually(t, func() bool { return !s.Ready() }, 10*time.Second, time.Millisecond)
	require.Equal(t, Unavailable, KindOf(s.Infer(newCall(1))))
	require.Contains(t, s.Models()[0].Reason, "damaged")
	s.poll(s.models["ads"])
	require.False(t, s.Ready(), "it is not tried again")
	require.NoError(t, s.Load("ads", third))
	ask(t, s, third)
}

// A version that would replace another one is checked first, since the other one serves meanwhile.
func TestANewVersionIsCheckedFirst(t *testing.T) {
	dir := run(t, testrun.NewMixed(t))
	s := newServer(t, dir, Options{Verify: VerifyBackground})
	require.Eventually(t, func() bool { return !s.Models()[0].Unchecked }, 10*time.Second, time.Millisecond)
	damage(t, dir, third)
	require.ErrorIs(t, s.Load("ads", third), checkpoint.ErrDamaged)
	ask(t, s, fourth)
}
