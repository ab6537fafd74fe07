package flags

import (
	"testing"

	"github.com/ctrzoo/ctrzoo/internal/fuzzing"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"
)

// A configuration file of any bytes sets flags or is an error, and a list keeps its elements.
func FuzzConfig(f *testing.F) {
	f.Add("solver: [a, \"b,c\"]\nepochs: 3\n")
	f.Add("a: {b: c}\n---\nseed: 1\n")
	f.Add("solver: &x [*x]\n")
	f.Add("? [a]\n: b\n")
	fuzzing.Fuzz(f, func(t *testing.T, text string) {
		flags := pflag.NewFlagSet("x", pflag.ContinueOnError)
		solver := flags.StringSlice("solver", nil, "")
		flags.Int("epochs", 1, "")
		flags.IntSlice("hidden-units", nil, "")
		if err := setFlags("config.yaml", []byte(text), flags); err != nil {
			return
		}
		if kept, given := Kept(flags)["solver"]; given {
			again := pflag.NewFlagSet("x", pflag.ContinueOnError)
			other := again.StringSlice("solver", nil, "")
			require.NoError(t, again.Set("solver", kept))
			require.Equal(t, *solver, *other)
		}
	})
}
