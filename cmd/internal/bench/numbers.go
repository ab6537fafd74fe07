package bench

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/ctrzoo/ctrzoo/cmd/internal/ui"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// numbers are those that a flag may have. Beyond them a measurement takes days, or all memory, or measures nothing.
type numbers struct {
	least, most float64 // of a duration in seconds
	orZero      bool    // 0 leaves the choice to the benchmark
}

// allowed are the numbers of the flags of all benchmarks.
func allowed() map[string]numbers {
	return map[string]numbers{
		"batch-size":    {least: 1, most: 1 << 17},
		"embedding-dim": {least: 1, most: 1 << 12},
		"rows":          {least: 24, most: math.MaxInt32},
		"seconds":       {least: 0.01, most: 3600},
		"rounds":        {least: 1, most: 10_000},
		"callers":       {least: 1, most: 1000},
		"samples":       {least: 1, most: 10_000},
		"rate":          {least: 0.1, most: 1e6, orZero: true},
		"for":           {least: 1, most: 7 * 24 * 3600, orZero: true},
		"epochs":        {least: 1, most: 1000},
		"every":         {least: 1, most: math.MaxInt32},
		"seeds":         {least: 1, most: 1000},
	}
}

// checkNumbers refuses a flag that is given a number that is not allowed.
func checkNumbers(cmd *cobra.Command, _ []string) (err error) {
	all := allowed()
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if n, has := all[f.Name]; has && err == nil {
			err = n.check(f)
		}
	})
	return err
}

func (n numbers) check(f *pflag.Flag) error {
	list := strings.Trim(f.Value.String(), "[]")
	if list == "" {
		return nil // the choice of the benchmark
	}
	for text := range strings.SplitSeq(list, ",") {
		x, err := strconv.ParseFloat(text, 64)
		if err != nil {
			d, _ := time.ParseDuration(text) // the flag has parsed it
			x = d.Seconds()
		}
		if !(x >= n.least && x <= n.most || n.orZero && x == 0) {
			return ui.Usagef("--%s must be %v, got %s", f.Name, n, text)
		}
	}
	return nil
}

func (n numbers) String() string {
	text := fmt.Sprintf("from %s to %s", number(n.least), number(n.most))
	if n.orZero {
		text += ", or 0"
	}
	return text
}

func number(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
