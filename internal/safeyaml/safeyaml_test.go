package safeyaml

import (
	"fmt"
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

func TestManyKeysAreAnError(t *testing.T) {
	keys := func(format string, n int) string {
		var text strings.Builder
		for i := range n {
			fmt.Fprintf(&text, format, i)
		}
		return text.String()
	}
	var to any
	refused := func(text string) {
		t.Helper()
		require.ErrorContains(t, Decode([]byte(text), &to), "more than 5000 keys in a map", "%q", text[:20])
		_, err := Parse([]byte(text))
		require.ErrorIs(t, err, ErrUnreadable)
	}
	for _, format := range []string{
		"k%d: 1\n", "k%d: 1,\n", "k%d: 1\r", "'k%d': [1]\n", "&k%[1]d k%[1]d: 1\n", "? k%d\n: 1\n", "k%d:\n  {a: b, c: d}\n",
		"k%d:\n  a: b\n", "k%d:\n- a: b\n- c\n", "{a: %d}: b\n",
	} {
		refused(keys(format, 6000))
	}
	for _, before := range []string{"# [\n", "a: '['\n---\n", "x:\n- y\n"} {
		refused(before + keys("k%d: 1\n", 6000))
	}
	begin := time.Now()
	refused(keys("k%d: 1\n", 300_000)) // the library needs minutes
	require.Less(t, time.Since(begin), 20*time.Second)
	nested := "a:\n  b:\n" + keys("    k%d: 1\n", 5001)
	require.ErrorContains(t, Decode([]byte(nested), &to), "line 5003: more than 5000 keys in a map")
	for _, usual := range []string{
		keys("k%d: 1\n", 2000), "fields:\n" + keys("- name: a%d\n  kind: b\n", 6000),
		keys("a%d:\n  b: {c: d}\n  e: f\n", 2000), "{" + keys("k%d: 1,\n", 6000) + "}", "a: |\n" + keys("  k%d: 1\n", 6000), keys("# k%d: 1\n", 6000) + "a: 1\n",
	} {
		require.NoError(t, Decode([]byte(usual), &to), "%q", usual[:20])
	}
}
