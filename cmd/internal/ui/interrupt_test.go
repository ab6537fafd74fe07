package ui

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAnInterruptEndsWhatIsNotWorthFinishing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, interrupt := context.WithCancel(context.Background())
		ended := false
		ctx = EndAfter(ctx, 2*time.Second, func() { ended = true })
		time.Sleep(time.Hour)
		require.False(t, ended)

		first, second := Finish(ctx), Finish(ctx)
		interrupt()
		time.Sleep(time.Hour)
		first()
		time.Sleep(time.Hour)
		require.False(t, ended)
		second()
		time.Sleep(time.Second)
		Finish(ctx)() // begins anew
		time.Sleep(1900 * time.Millisecond)
		require.False(t, ended)
		time.Sleep(200 * time.Millisecond)
		require.True(t, ended)
	})
	synctest.Test(t, func(t *testing.T) {
		ctx, interrupt := context.WithCancel(context.Background())
		ended := false
		ctx = EndAfter(ctx, 2*time.Second, func() { ended = true })
		Finish(ctx)()
		time.Sleep(time.Hour)
		interrupt()
		time.Sleep(1900 * time.Millisecond)
		require.False(t, ended)
		time.Sleep(200 * time.Millisecond)
		require.True(t, ended)
	})
	Finish(context.Background())() // of a program of one's own
}
