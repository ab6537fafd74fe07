package testlog

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/stretchr/testify/require"
)

// Write writes a file to a folder of the test, packed if its name ends in .gz. It returns the path.
func Write(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	data := []byte(text)
	if strings.HasSuffix(name, ".gz") {
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		_, err := w.Write(data)
		require.NoError(t, err)
		require.NoError(t, w.Close())
		data = packed.Bytes()
	}
	require.NoError(t, os.WriteFile(path, data, 0o600))
	return path
}

// Sample returns the path of a sample of real data; without them the test is skipped.
func Sample(t testing.TB, name string) string {
	t.Helper()
	folder := os.Getenv("CTRZOO_SAMPLES")
	if folder == "" {
		t.Skip("reads " + name + " in the folder of samples of the public data sets that CTRZOO_SAMPLES names")
	}
	return filepath.Join(folder, filepath.FromSlash(name))
}

// Schema describes the small log of Train and Test, which has a field of every kind.
const Schema = `
label: click
fields:
  - {name: site, min_count: 2}
  - {name: day, column: time, derive: weekday, layout: "2006-01-02 15:04"}
  - {name: price, kind: numeric}
  - {name: item}
  - {name: history, kind: list, length: 2, shares: item}
`

// Train is the training part of the small log.
const Train = `click,time,site,price,item,history,unused
1,2026-01-05 10:00,a,1,i1,,x
0,2026-01-06 10:00,a,3,i2,i1,x
0,2026-01-06 11:00,b,,i1,i1|i2|i3,x
1,2026-01-07 11:00,a,2,"i4, large",i2,x
`

// Test is the test part of the small log.
const Test = `site,click,time,price,item,history
c,1,2026-01-04 10:00,4,i9,i9|i3
b,0,2026-01-05 00:00,0,i3,
`
