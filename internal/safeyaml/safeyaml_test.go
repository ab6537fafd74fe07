package safeyaml

import (
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"
)

func TestWhatTheLibraryCannotTakeIsAnError(t *testing.T) {
	var to struct {
		Fields []struct{ Name string }
	}
	for _, text := range []string{
		"fields: !a b", "fields: !!binary aGVsbG8=", // the library panics
		strings.Repeat("[", 1e6), strings.Repeat("- ", 1e6), strings.Repeat("{a: ", 1e6), strings.Repeat("? ", 1e6), strings.Repeat("a:\n  [", 1e5),
	} {
		begin := time.Now()
		err := Decode([]byte(text), &to, yaml.Strict())
		require.ErrorIs(t, err, ErrUnreadable, "%.20q", text)
		_, _ = Parse([]byte(text))
		require.Less(t, time.Since(begin), 5*time.Second, "%.20q", text)
	}
	require.ErrorContains(t, Decode([]byte("fields:\n"+strings.Repeat("[", 501)), &to), "line 2: more than 500 levels")
}

func TestUsualTextsAreRead(t *testing.T) {
	var to struct {
		Fields []struct{ Name string }
	}
	require.NoError(t, Decode([]byte("fields:"+strings.Repeat("\n  - {name: 'a]'} # }", 1000)), &to, yaml.Strict()))
	require.Len(t, to.Fields, 1000)
	file, err := Parse([]byte("a: [" + strings.Repeat("[1], ", 1000) + "]"))
	require.NoError(t, err)
	require.Len(t, file.Docs, 1)
}
