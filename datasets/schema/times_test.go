package schema

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A layout that does not have what is needed gives the same value for all times.
func TestLayoutsMustHaveWhatIsDerived(t *testing.T) {
	for layout, allowed := range map[string]string{
		"2006-01-02 15:04:05": "hour weekday weekend time", "2006-01-02T15:04:05Z07:00": "hour weekday weekend time", "unix": "hour weekday weekend time",
		"unix_ms": "hour weekday weekend time", "06010215": "hour weekday weekend time", "20060102150405000": "hour weekday weekend time",
		"2006-01-02": "weekday weekend time", "15:04": "hour", "2006-01-02 03:04": "weekday weekend time", "2006-01-02 03:04 PM": "hour weekday weekend time",
		"2006-01": "", "YYYY-MM-DD": "", "YYYY-MM-DD HH:mm:ss": "", "%Y-%m-%d": "", "": "", "time": "", "01-02 15:04": "hour",
		"Monday": "", "2006-002 15": "hour weekday weekend time",
	} {
		for what, text := range map[string]string{
			"hour": "fields: [{name: a, derive: hour, layout: %q}]", "weekday": "fields: [{name: a, derive: weekday, layout: %q}]",
			"weekend": "fields: [{name: a, derive: weekend, layout: %q}]", "time": "fields: [{name: a}]\nsplit: {by: time, column: t, layout: %q, test: 1d}",
		} {
			_, err := Parse([]byte("label: y\n" + fmt.Sprintf(text, layout)))
			if slices.Contains(strings.Fields(allowed), what) {
				require.NoError(t, err, "%q %s", layout, what)
				continue
			}
			require.ErrorIs(t, err, ErrInvalid, "%q %s", layout, what)
			require.ErrorContains(t, err, "layout")
		}
	}
}

func TestZonesByName(t *testing.T) {
	times := Times{Layout: "2006-01-02 15:04 MST"}
	for _, text := range []string{"2026-01-02 10:00 UTC", "2026-01-02 10:00 GMT"} {
		_, err := times.Parse(text)
		require.NoError(t, err)
	}
	for _, text := range []string{"2026-01-02 10:00 CET", "2026-01-02 10:00 PST"} {
		_, err := times.Parse(text)
		require.ErrorIs(t, err, ErrTime)
		require.ErrorContains(t, err, "-0700")
	}
}
